// Time-stamps made by OpenSSL as an authority makes them; then every byte of one changed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestsOf } from './digests'
import { readStamp } from './stamp'

const CONFIG = `
[req]
distinguished_name = name
prompt = no
[name]
CN = 时间
O = 授时中心
[tsa_ext]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sm3,sha512
`
const SEAL = new TextEncoder().encode('{"format":1}')
let folder = ''
const openssl = (...given: string[]): void => void execFileSync('openssl', given, { cwd: folder, stdio: 'pipe' })

/** A time-stamp of a text, by a key of this kind. */
function stamp(key: string[], by = '-sha256', more: string[] = ['-cert'], text = SEAL): Uint8Array {
  writeFileSync(join(folder, 'seal'), text)
  openssl('req', '-x509', ...key, '-nodes', '-utf8', '-config', 'tsa.cnf', '-extensions', 'tsa_ext', '-keyout', 'key.pem', '-out', 'one.pem')
  openssl('ts', '-query', '-data', 'seal', by, ...more, '-out', 'query')
  openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query', '-signer', 'one.pem', '-inkey', 'key.pem', '-out', 'reply')
  return new Uint8Array(readFileSync(join(folder, 'reply')))
}

const RSA = ['-newkey', 'rsa:2048']
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stamp-'))
  writeFileSync(join(folder, 'tsa.cnf'), CONFIG)
  writeFileSync(join(folder, 'serial'), '01\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

// Keys are made by another program, which takes its time on a busy machine.
describe('a time-stamp', { timeout: 60_000 }, () => {
  it.each([['RSA', RSA, '-sha256', 'SHA-256'], ['RSA of SM3', RSA, '-sm3', 'SM3'], ['ECDSA', EC, '-sha256', 'SHA-256']] as const)('by %s is read', async (_, key, by, imprint) => {
    const before = Date.now()
    const said = await readStamp(stamp([...key], by), digestsOf(SEAL))
    expect(said).toMatchObject({ imprint, authority: 'CN=时间，O=授时中心' })
    if (typeof said === 'string') return
    expect(Math.abs(said.at - before)).toBeLessThan(5000)
    const listed = execFileSync('openssl', ['x509', '-in', 'one.pem', '-noout', '-fingerprint', '-sha256'], { cwd: folder, encoding: 'utf8' })
    expect(listed.trim().split('=')[1]?.replace(/:/g, '').toLowerCase()).toBe(said.fingerprint)
  })

  it('of another seal, by an unknown digest, or without its certificate is told', async () => {
    expect(await readStamp(stamp(EC), digestsOf(new Uint8Array(3)))).toBe('stampOther')
    expect(await readStamp(stamp(EC, '-sha512'), digestsOf(SEAL))).toBe('stampOther')
    expect(await readStamp(stamp(EC, '-sha256', []), digestsOf(SEAL))).toBe('stampUnknown')
    expect(await readStamp(new Uint8Array([1, 2, 3]), digestsOf(SEAL))).toBe('stampForm')
    writeFileSync(join(folder, 'query'), 'no request')
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query', '-signer', 'one.pem', '-inkey', 'key.pem', '-out', 'reply')
    expect(await readStamp(new Uint8Array(readFileSync(join(folder, 'reply'))), digestsOf(SEAL))).toBe('stampRefused')
  })

  it('does not hold with a byte of its content, certificate or signature changed', async () => {
    const whole = stamp(EC)
    const seal = digestsOf(SEAL)
    expect(typeof await readStamp(whole, seal)).toBe('object')
    const certificate = execFileSync('openssl', ['x509', '-in', 'one.pem', '-outform', 'der'], { cwd: folder })
    const found = Buffer.from(whole)
    const [content, carried] = [found.indexOf(Buffer.from(seal.sha256, 'hex')), found.indexOf(certificate)]
    // The imprint, number and time in the signed content, the certificate, and the signature at the end.
    const parts = [[content, content + 50], [carried, carried + certificate.length], [whole.length - 64, whole.length]] as const
    for (const [from, to] of parts) {
      expect(from).toBeGreaterThan(0)
      for (let at = from; at < to; at += 3) {
        const changed = Uint8Array.from(whole)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(typeof await readStamp(changed, seal), `byte ${at}`).toBe('string')
      }
    }
  })
})
