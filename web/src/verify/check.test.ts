// A small record made here by the rules of docs/record.md; then every kind of damage to it.
import { ed25519 } from '@noble/curves/ed25519'
import { sha256 } from '@noble/hashes/sha2'
import { sm2 } from 'sm-crypto-v2'
import { describe, expect, it } from 'vitest'
import { check } from './check'
import { digestsOf, groups, hex, ZERO } from './digests'
import type { Digests } from './digests'
import { rooted, untar } from './package'
import type { Files } from './package'
import { CODES, sentence } from './words'
import source from './check.ts?raw'
import stampSource from './stamp.ts?raw'

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const secret = new Uint8Array(32).fill(9)
const BEFORE = { ed25519: '302a300506032b6570032100', sm2: '3059301306072a8648ce3d020106082a811ccf5501822d034200' }

function signed(algorithm: 'ed25519' | 'sm2', bytes: Uint8Array): object {
  const key = algorithm === 'ed25519' ? hex(ed25519.getPublicKey(secret)) : sm2.getPublicKeyFromPrivateKey(hex(secret))
  const signature = algorithm === 'ed25519' ? hex(ed25519.sign(bytes, secret)) : sm2.doSignature(bytes, hex(secret), { der: true, hash: true, publicKey: key })
  const spki = Uint8Array.from((BEFORE[algorithm] + key).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return { algorithm, public_key: key, fingerprint: hex(sha256(spki)), signature }
}

class Writer {
  private head: Digests = ZERO
  readonly lines: string[] = []

  add(at: number, entry: object): void {
    const line = JSON.stringify({ n: this.lines.length, at, prev: this.head, entry })
    this.lines.push(line)
    this.head = digestsOf(encode(line))
  }

  get end(): Digests {
    return this.head
  }
}

/** Two segments of three pieces each, sealed and signed; once confirmed. */
function record(algorithm: 'ed25519' | 'sm2' = 'ed25519'): Record<string, Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {}
  const ledger = new Writer()
  ledger.add(1000, { kind: 'opened', format: 1, software: 'x', hearing: 7, heading: { court: '某某法院', case_number: '（2026）1号' }, attendees: [] })
  ledger.add(1001, { kind: 'minute', minute: { at: 1001, by: 'server', fact: { fact: 'opened' } } })
  ledger.add(1002, { kind: 'roll', rolling: true, ordered_at: 1000, media_ms: 0 })
  const sealed: object[] = []
  for (const [which, segment] of ['p1-microphone-0001.webm', 'p2-camera-0002.webm'].entries()) {
    const parts = [0, 1, 2, 3].map((part) => new Uint8Array(40 + part).fill(which * 16 + part))
    const whole = new Uint8Array(parts.flatMap((part) => [...part]))
    files[segment] = whole
    let offset = 0
    for (const [at, part] of parts.entries()) {
      const digests = digestsOf(part)
      if (at === 0) ledger.add(1003, { kind: 'segment', segment, track: {}, codec: 'opus', number: 1, private: '', width: 0, height: 0, length: part.length, digests })
      else ledger.add(1003 + at, { kind: 'commit', pieces: [{ segment, offset, length: part.length, from_ms: at * 500, to_ms: at * 500 + 500, frames: 25, keyframe: true, digests }] })
      offset += part.length
    }
    ledger.add(1010, { kind: 'segment_sealed', segment, length: whole.length, pieces: 3, digests: digestsOf(whole) })
    sealed.push({ segment, length: whole.length, digests: digestsOf(whole) })
  }
  const bytes = Object.values(files).reduce((sum, file) => sum + file.length, 0)
  ledger.add(1020, { kind: 'sealed', segments: 2, pieces: 6, bytes })
  const text = `${ledger.lines.join('\n')}\n`
  files['ledger.jsonl'] = encode(text)
  const seal = encode(`${JSON.stringify({ format: 1, hearing: 7, at: 1020, opened_at: 1001, closed_at: null, entries: ledger.lines.length, ledger_bytes: encode(text).length, head: ledger.end, bytes, segments: sealed }, null, 2)}\n`)
  files['seal.json'] = seal
  files['seal.sig.json'] = encode(`${JSON.stringify({ format: 1, covers: 'seal.json', by: signed(algorithm, seal) }, null, 2)}\n`)
  const value = digestsOf(seal)
  const confirmation = { n: 0, at: 2000, prev: value, value, who: 3, role: 'plaintiff', name: '张三' }
  files['confirmations.jsonl'] = encode(`${JSON.stringify({ confirmation, by: signed(algorithm, encode(JSON.stringify(confirmation))) })}\n`)
  return files
}

function packed(): Record<string, Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {}
  for (const [name, bytes] of Object.entries(record())) files[`data/h7/${name}`] = bytes
  const list = (which: 'sha256' | 'sm3', of: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> => encode(Object.entries(of).map(([path, bytes]) => `${digestsOf(bytes)[which]}  ${path}\n`).join(''))
  const payload = { ...files }
  files['bagit.txt'] = encode('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
  files['bag-info.txt'] = encode('External-Identifier: h7\n')
  files['manifest-sha256.txt'] = list('sha256', payload)
  files['manifest-sm3.txt'] = list('sm3', payload)
  const tags = Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('data/')))
  files['tagmanifest-sha256.txt'] = list('sha256', tags)
  files['tagmanifest-sm3.txt'] = list('sm3', tags)
  return files
}

function flip(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1
}

const filesOf = (files: Record<string, Uint8Array<ArrayBuffer>>, root = ''): Files => new Map(Object.entries(files).map(([name, bytes]) => [root + name, new Blob([bytes])]))
const codes = async (files: Record<string, Uint8Array<ArrayBuffer>>): Promise<string[]> => (await check(filesOf(files))).findings.map((finding) => finding.code)
const lines = (files: Record<string, Uint8Array<ArrayBuffer>>): string[] => new TextDecoder().decode(files['ledger.jsonl']).trimEnd().split('\n')

describe('a record', () => {
  it('is intact as it was made, whichever way it was signed', async () => {
    for (const algorithm of ['ed25519', 'sm2'] as const) {
      const report = await check(filesOf(record(algorithm), 'somewhere/h7/'))
      expect(report.findings).toEqual([])
      expect(report).toMatchObject({ hearing: 7, court: '某某法院', openedAt: 1001, entries: 14, segments: 2 })
      expect(report.signature?.algorithm).toBe(algorithm)
      expect(report.confirmed).toEqual([{ name: '张三', role: 'plaintiff', at: 2000 }])
      expect(report.value?.sha256).toBe(digestsOf(record(algorithm)['seal.json'] ?? encode('')).sha256)
    }
  })

  it('names the file, the piece and the moment of a changed byte', async () => {
    const files = record()
    flip(files['p2-camera-0002.webm']!, 130)
    const { findings } = await check(filesOf(files))
    expect(findings).toEqual([{ code: 'changedPiece', values: { file: 'p2-camera-0002.webm', piece: 3, n: 11, from: 123, to: 166, spanFrom: 2500, spanTo: 3000, mediaFrom: 1500, mediaTo: 2000 } }])
    expect(sentence(findings[0]!)[0]).toContain('p2-camera-0002.webm 第 3 块被改动')
  })

  it('names segments that were taken away, swapped, replaced or cut', async () => {
    let files = record()
    delete files['p1-microphone-0001.webm']
    expect(await codes(files)).toEqual(['missingSegment'])
    files = record()
    const [one, two] = [files['p1-microphone-0001.webm']!, files['p2-camera-0002.webm']!]
    files['p1-microphone-0001.webm'] = two
    files['p2-camera-0002.webm'] = one
    expect(await codes(files)).toEqual(['otherSegment', 'otherSegment'])
    files = record()
    files['p2-camera-0002.webm'] = new Uint8Array(166).fill(77)
    expect(await codes(files)).toEqual(['replacedSegment'])
    files = record()
    files['p2-camera-0002.webm'] = files['p2-camera-0002.webm']!.slice(0, 120)
    expect(await codes(files)).toEqual(['cutSegment'])
    files = record()
    files['p2-camera-0002.webm'] = new Uint8Array([...files['p2-camera-0002.webm']!, 0])
    expect(await codes(files)).toEqual(['longSegment'])
    files = record()
    files['more.webm'] = new Uint8Array(1)
    expect(await codes(files)).toEqual(['unnamed'])
  })

  it('names ledger lines that were edited, taken out, moved or cut off', async () => {
    const edit = async (change: (all: string[]) => string[]): Promise<string[]> => {
      const files = record()
      files['ledger.jsonl'] = encode(`${change(lines(files)).join('\n')}\n`)
      return codes(files)
    }
    expect(await edit((all) => all.map((line, at) => (at === 1 ? line.replace('1001', '1009') : line)))).toContain('lineChain')
    expect(await edit((all) => all.filter((_, at) => at !== 2))).toContain('lineMissing')
    expect(await edit((all) => [all[0]!, all[2]!, all[1]!, ...all.slice(3)])).toContain('lineMoved')
    expect(await edit((all) => all.slice(0, -1))).toEqual(expect.arrayContaining(['notSealed', 'cutLedger']))
    expect(await edit((all) => all.map((line, at) => (at === 13 ? line.replace('"at":1020', '"at":1021') : line)))).toEqual(['sealHead'])
    expect(await edit((all) => [...all, all[13]!])).toContain('behindSeal')
  })

  it('finds changed bytes all over every file, in a folder and in a package', async () => {
    for (const whole of [record(), packed()]) {
      for (const name of Object.keys(whole)) {
        const size = whole[name]!.length
        for (let at = 0; at < size; at += size > 600 ? 101 : 17) {
          const files = { ...whole, [name]: whole[name]!.slice() }
          flip(files[name]!, at)
          expect((await codes(files)).length, `byte ${at} of ${name}`).toBeGreaterThan(0)
        }
      }
    }
  }, 120_000)

  it('says what is missing of a package and what is more', async () => {
    expect(await codes(packed())).toEqual([])
    for (const name of Object.keys(packed())) {
      const files = packed()
      delete files[name]
      expect((await codes(files)).length, name).toBeGreaterThan(0)
    }
    const files = packed()
    files['more.txt'] = encode('x')
    expect(await codes(files)).toEqual(['unlisted'])
  })

  it('says that a seal without a signature is one', async () => {
    const files = record()
    delete files['seal.sig.json']
    delete files['confirmations.jsonl']
    const report = await check(filesOf(files))
    expect(report.findings).toEqual([])
    expect(report.remarks).toEqual([{ code: 'unsigned', values: {} }])
  })
})

/** A frozen version, read, objected to and signed; each act signed by the court. */
function reviewed(): Record<string, Uint8Array<ArrayBuffer>> {
  const files = record()
  const text = encode('{"lines":[{"text":"原告：借款三万元。"}]}')
  files['transcript-1.json'] = text
  const acts = [{ act: 'frozen', version: 1, ...digestsOf(text) }, { act: 'read', version: 1 }, { act: 'signed', version: 1 }]
  let prev = digestsOf(encode('h7'))
  files['transcript.jsonl'] = encode(acts.map((done, n) => {
    const act = { prev, entry: { n, at: 3000 + n, by: 2, role: 'clerk', act: done } }
    const line = JSON.stringify({ act, by: signed('ed25519', encode(JSON.stringify(act))) })
    prev = digestsOf(encode(line))
    return `${line}\n`
  }).join(''))
  return files
}

describe('the transcript', () => {
  const edit = async (change: (all: string[]) => string[]): Promise<unknown[]> => {
    const files = reviewed()
    files['transcript.jsonl'] = encode(change(new TextDecoder().decode(files['transcript.jsonl']).split('\n')).join('\n'))
    return (await check(filesOf(files))).findings.map(({ code, values }) => [code, values['n']])
  }

  it('is intact as it was frozen and signed', async () => {
    expect(await codes(reviewed())).toEqual([])
  })

  it('with one other character, or without its text, is named', async () => {
    const files = reviewed()
    files['transcript-1.json'] = encode(new TextDecoder().decode(files['transcript-1.json']).replace('三', '五'))
    const { findings } = await check(filesOf(files))
    expect(findings).toEqual([{ code: 'versionWrong', values: { file: 'transcript-1.json', n: 0 } }])
    expect(sentence(findings[0]!)[0]).toContain('transcript-1.json')
    delete files['transcript-1.json']
    expect(await codes(files)).toEqual(['versionWrong'])
  })

  it('names acts that were edited, taken out, moved or cut short, and versions nobody froze', async () => {
    expect(await edit((all) => all.map((line, at) => (at === 1 ? line.replace('3001', '3009') : line)))).toEqual([['actWrong', 1], ['actWrong', 2]])
    expect(await edit((all) => [all[0]!, ...all.slice(2)])).toEqual([['actWrong', 1]])
    expect(await edit((all) => [all[0]!, all[2]!, all[1]!, ''])).toEqual([['actWrong', 1], ['actWrong', 2]])
    expect(await edit((all) => [...all.slice(0, 2), all[2]!.slice(0, -9)])).toEqual([['actUnfinished', 2]])
    const files = reviewed()
    files['transcript-2.json'] = encode('{}')
    expect(await codes(files)).toEqual(['unnamed'])
  })

  it('of another hearing is none of this one', async () => {
    expect(await edit((all) => all.map((line, at) => (at === 0 ? line.replace(digestsOf(encode('h7')).sha256, digestsOf(encode('h8')).sha256) : line)))).toContainEqual(['actWrong', 0])
  })
})

describe('the words', () => {
  it('are there for everything that can be found', () => {
    const used = [...source.matchAll(/(?:find\(|code: |\? )'([a-zA-Z]+)'/g)].map((match) => match[1])
    const stamps = [...stampSource.matchAll(/return '(stamp[a-zA-Z]+)'/g)].map((match) => match[1])
    const all = new Set([...used, ...stamps, 'lineMoved', 'changedPiece'])
    expect(all.size).toBeGreaterThan(35)
    for (const code of all) if (code !== 'sm3') expect(CODES, code).toContain(code)
  })
})

describe('what is handed in', () => {
  it('is found below whatever folders lie around it', () => {
    const files = rooted(filesOf({ 'bagit.txt': encode(''), 'data/h1/ledger.jsonl': encode('') }, 'a/b/'))
    expect([...files.keys()]).toEqual(['bagit.txt', 'data/h1/ledger.jsonl'])
  })

  it('is refused when it is no tar file', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(2048), new Uint8Array(2048).fill(65)]) expect(await untar(new Blob([bytes]))).toBeNull()
    expect(groups('0011223344')).toEqual(['0011', '2233', '44'])
  })
})
