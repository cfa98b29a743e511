// The time-stamp of an outside authority (RFC 3161): that it is of this seal, and signed by the
// certificate it carries. What is not here: whether that certificate is to be trusted; the page names
// it, and a person compares.
import * as asn1js from 'asn1js'
import { AttributeTypeAndValue, Certificate, ContentInfo, ExtKeyUsage, getCrypto, SignedData, TimeStampResp, TSTInfo } from 'pkijs'
import type { SignerInfo } from 'pkijs'
import { sha256 } from '@noble/hashes/sha2'
import { sm2 } from 'sm-crypto-v2'
import { hex } from './digests'
import type { Digests } from './digests'
import { Sm3 } from './sm3'

/** What a time-stamp says. */
export interface Stamp {
  /** When the seal was there, UTC ms. */
  at: number
  /** By which digest. */
  imprint: 'SHA-256' | 'SM3'
  /** Who says so, as its certificate has it. */
  authority: string
  /** SHA-256 of that certificate. */
  fingerprint: string
}

/** Why it is none: `stampForm`, `stampRefused`, `stampOther`, `stampSignature`; and `stampUnknown` where this page cannot tell. */
export type StampFault = 'stampForm' | 'stampRefused' | 'stampOther' | 'stampSignature' | 'stampUnknown'

const OID = {
  sha256: '2.16.840.1.101.3.4.2.1', sm3: '1.2.156.10197.1.401', sm2: '1.2.156.10197.1.501', tst: '1.2.840.113549.1.9.16.1.4', signed: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3', digest: '1.2.840.113549.1.9.4', certificate: '1.2.840.113549.1.9.16.2.12', certificateV2: '1.2.840.113549.1.9.16.2.47',
  usage: '2.5.29.37', stamping: '1.3.6.1.5.5.7.3.8', key: '1.2.840.10045.2.1', sm2Curve: '1.2.156.10197.1.301',
}
/** Digests that browsers compute, by their number. */
const DIGESTS: Record<string, string> = { '1.3.14.3.2.26': 'SHA-1', [OID.sha256]: 'SHA-256', '2.16.840.1.101.3.4.2.2': 'SHA-384', '2.16.840.1.101.3.4.2.3': 'SHA-512' }
const NAMES: Record<string, string> = { '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.6': 'C' }

/** Bytes in a buffer of their own. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

async function digestBy(algorithm: string, bytes: Uint8Array): Promise<Uint8Array | null> {
  if (algorithm === OID.sm3) {
    const sm3 = new Sm3()
    sm3.update(bytes)
    return sm3.digest()
  }
  const name = DIGESTS[algorithm]
  return name === undefined ? null : new Uint8Array(await crypto.subtle.digest(name, own(bytes)))
}

function equal(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one !== null && other !== null && hex(one) === hex(other)
}

/** The one value of a signed attribute, as ASN.1. */
function attribute(signer: SignerInfo, type: string): asn1js.BaseBlock | undefined {
  const found = signer.signedAttrs?.attributes.filter((each) => each.type === type) ?? []
  return found.length === 1 && found[0]?.values.length === 1 ? found[0].values[0] as asn1js.BaseBlock : undefined
}

function octets(block: unknown): Uint8Array | null {
  return block instanceof asn1js.OctetString ? new Uint8Array(block.getValue()) : null
}

/** Who the certificate is of. */
function subject(certificate: Certificate): string {
  const parts = certificate.subject.typesAndValues.filter((each: AttributeTypeAndValue) => NAMES[each.type] !== undefined)
  return parts.map((each) => `${NAMES[each.type]}=${String(each.value.valueBlock.value)}`).join('，')
}

/** Which certificate signed: the one whose digest stands under the signature (RFC 2634, RFC 5816). */
async function signerOf(certificates: Uint8Array[], signer: SignerInfo): Promise<Uint8Array | null> {
  const wanted = named(signer)
  if (wanted === null) return null
  for (const bytes of certificates) if (equal(await digestBy(wanted.algorithm, bytes), wanted.digest)) return bytes
  return null
}

/** The certificates that came with it, byte for byte. */
function certificatesIn(signed: unknown): Uint8Array[] {
  const fields = signed instanceof asn1js.Sequence ? signed.valueBlock.value as asn1js.BaseBlock[] : []
  // [0] IMPLICIT CertificateSet (RFC 5652 §5.1).
  const set = fields.find((each): each is asn1js.Constructed => each instanceof asn1js.Constructed && each.idBlock.tagClass === 3 && each.idBlock.tagNumber === 0)
  return (set?.valueBlock.value ?? []).map((each) => (each as asn1js.BaseBlock).valueBeforeDecodeView)
}

/** The digest of the certificate that the signature covers (`ESSCertID`, `ESSCertIDv2`). */
function named(signer: SignerInfo): { algorithm: string; digest: Uint8Array | null } | null {
  const [first, second] = [attribute(signer, OID.certificate), attribute(signer, OID.certificateV2)]
  const block = second ?? first
  const inside = (of: unknown): asn1js.BaseBlock[] => (of instanceof asn1js.Sequence ? of.valueBlock.value as asn1js.BaseBlock[] : [])
  const [id] = inside(inside(block)[0])
  const fields = inside(id)
  if (fields[0] instanceof asn1js.OctetString) return { algorithm: second === undefined ? '1.3.14.3.2.26' : OID.sha256, digest: octets(fields[0]) }
  const [algorithm] = inside(fields[0])
  return algorithm instanceof asn1js.ObjectIdentifier ? { algorithm: algorithm.valueBlock.toString(), digest: octets(fields[1]) } : null
}

/** Whether a certificate may sign time-stamps, and could at that moment. */
function mayStamp(certificate: Certificate, at: number): boolean {
  const usage = certificate.extensions?.find((each) => each.extnID === OID.usage)?.parsedValue
  const may = usage instanceof ExtKeyUsage && usage.keyPurposes.includes(OID.stamping)
  return may && certificate.notBefore.value.getTime() <= at && at <= certificate.notAfter.value.getTime()
}

async function isSignedBy(certificate: Certificate, signer: SignerInfo, bytes: Uint8Array): Promise<boolean | null> {
  const signature = own(new Uint8Array(signer.signature.getValue()))
  const key = certificate.subjectPublicKeyInfo
  const curve = key.algorithm.algorithmParams
  if (signer.signatureAlgorithm.algorithmId === OID.sm2 || (curve instanceof asn1js.ObjectIdentifier && curve.valueBlock.toString() === OID.sm2Curve)) {
    return sm2.doVerifySignature(bytes, hex(signature), hex(new Uint8Array(key.subjectPublicKey.valueBlock.valueHexView)), { der: true, hash: true })
  }
  const digest = DIGESTS[signer.digestAlgorithm.algorithmId]
  const engine = getCrypto()
  if (digest === undefined || engine === null) return null
  return engine.verifyWithPublicKey(own(bytes).buffer, signer.signature, key, signer.signatureAlgorithm, digest)
}

/** Reads an authority's answer: what it says of the seal with these digests, or why it says nothing. */
export async function readStamp(answer: Uint8Array, seal: Digests): Promise<Stamp | StampFault> {
  let signed: SignedData, info: TSTInfo, content: Uint8Array, certificates: Uint8Array[]
  try {
    const response = TimeStampResp.fromBER(own(answer))
    // Granted, or granted with modifications (RFC 3161 §2.4.2).
    if (response.status.status !== 0 && response.status.status !== 1) return 'stampRefused'
    const token: ContentInfo | undefined = response.timeStampToken
    if (token?.contentType !== OID.signed) return 'stampForm'
    signed = new SignedData({ schema: token.content })
    certificates = certificatesIn(token.content)
    if (signed.encapContentInfo.eContentType !== OID.tst || signed.encapContentInfo.eContent === undefined) return 'stampForm'
    content = new Uint8Array(signed.encapContentInfo.eContent.getValue())
    info = TSTInfo.fromBER(own(content))
  } catch {
    return 'stampForm'
  }
  const algorithm = info.messageImprint.hashAlgorithm.algorithmId
  const imprint = hex(new Uint8Array(info.messageImprint.hashedMessage.getValue()))
  const known = algorithm === OID.sha256 ? seal.sha256 : algorithm === OID.sm3 ? seal.sm3 : null
  if (known === null || imprint !== known) return 'stampOther'
  try {
    return await signature(signed, certificates, content, info, algorithm === OID.sm3 ? 'SM3' : 'SHA-256')
  } catch {
    return 'stampSignature'
  }
}

async function signature(signed: SignedData, certificates: Uint8Array[], content: Uint8Array, info: TSTInfo, imprint: Stamp['imprint']): Promise<Stamp | StampFault> {
  const [signer] = signed.signerInfos
  if (signed.signerInfos.length !== 1 || signer?.signedAttrs === undefined) return 'stampSignature'
  const type = attribute(signer, OID.contentType)
  const typed = type instanceof asn1js.ObjectIdentifier && type.valueBlock.toString() === OID.tst
  const digest = await digestBy(signer.digestAlgorithm.algorithmId, content)
  if (digest === null) return 'stampUnknown'
  if (!typed || !equal(digest, octets(attribute(signer, OID.digest)))) return 'stampSignature'
  if (certificates.length === 0) return 'stampUnknown'
  const bytes = await signerOf(certificates, signer)
  if (bytes === null) return 'stampSignature'
  const certificate = Certificate.fromBER(own(bytes))
  if (!mayStamp(certificate, info.genTime.getTime())) return 'stampSignature'
  const good = await isSignedBy(certificate, signer, new Uint8Array(signer.signedAttrs.encodedValue))
  if (good === null) return 'stampUnknown'
  if (!good) return 'stampSignature'
  return { at: info.genTime.getTime(), imprint, authority: subject(certificate), fingerprint: hex(sha256(bytes)) }
}

