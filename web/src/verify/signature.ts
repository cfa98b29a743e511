// The court's signature over the seal and over each confirmation.
import { ed25519 } from '@noble/curves/ed25519'
import { sha256 } from '@noble/hashes/sha2'
import { sm2 } from 'sm-crypto-v2'
import { bytesOf, hex } from './digests'

export interface Signature {
  algorithm: 'ed25519' | 'sm2'
  public_key: string
  fingerprint: string
  signature: string
}

/** What stands before a key's bytes in its SubjectPublicKeyInfo (RFC 8410; GB/T 35276). */
const BEFORE_KEY = { ed25519: '302a300506032b6570032100', sm2: '3059301306072a8648ce3d020106082a811ccf5501822d034200' }
const KEY_DIGITS = { ed25519: 64, sm2: 130 }

export function isSignature(value: unknown): value is Signature {
  const by = value as Signature
  return typeof by === 'object' && by !== null && (by.algorithm === 'ed25519' || by.algorithm === 'sm2')
    && [by.public_key, by.fingerprint, by.signature].every((text) => typeof text === 'string')
}

/** Whether the key has the fingerprint that is named with it. */
export function isKey(by: Signature): boolean {
  const key = bytesOf(BEFORE_KEY[by.algorithm] + by.public_key)
  return key !== null && by.public_key.length === KEY_DIGITS[by.algorithm] && hex(sha256(key)) === by.fingerprint
}

export function verifies(by: Signature, bytes: Uint8Array): boolean {
  const [key, signature] = [bytesOf(by.public_key), bytesOf(by.signature)]
  if (key === null || signature === null || !isKey(by)) return false
  try {
    if (by.algorithm === 'ed25519') return ed25519.verify(signature, bytes, key, { zip215: false })
    return sm2.doVerifySignature(bytes, by.signature, by.public_key, { der: true, hash: true })
  } catch {
    // Numbers that are no points of the curve.
    return false
  }
}
