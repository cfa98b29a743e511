// Both digests of a stream of bytes, as the record names them.
import { sha256 } from '@noble/hashes/sha2'
import { Sm3 } from './sm3'

export interface Digests {
  sha256: string
  sm3: string
}

export const ZERO: Digests = { sha256: '0'.repeat(64), sm3: '0'.repeat(64) }

export class Digester {
  private readonly sha256 = sha256.create()
  private readonly sm3 = new Sm3()

  update(bytes: Uint8Array): void {
    this.sha256.update(bytes)
    this.sm3.update(bytes)
  }

  finish(): Digests {
    return { sha256: hex(this.sha256.digest()), sm3: hex(this.sm3.digest()) }
  }
}

export function digestsOf(bytes: Uint8Array): Digests {
  const digester = new Digester()
  digester.update(bytes)
  return digester.finish()
}

/** What a file says its digests are may be anything. */
export function same(one: Digests | null | undefined, other: Digests | null | undefined): boolean {
  return one?.sha256 !== undefined && one.sha256 === other?.sha256 && one.sm3 === other.sm3
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function bytesOf(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Digits in groups of four, for reading aloud and comparing. */
export function groups(digits: string): string[] {
  return digits.match(/.{1,4}/g) ?? []
}
