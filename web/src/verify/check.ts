// Checks a hearing's record, as a folder or a package: the ledger's chain, every piece of every
// segment, the seal, the court's signature, the confirmations, the package's lists.
import { bytesOf, Digester, digestsOf, same, ZERO } from './digests'
import type { Digests } from './digests'
import { bytesAt, rooted } from './package'
import type { Files } from './package'
import { isSignature, verifies } from './signature'
import type { Signature } from './signature'
import { readStamp } from './stamp'
import type { Stamp } from './stamp'

/** A finding: which sentence (`words.ts`), and what it is about. */
export interface Finding {
  code: string
  values: Record<string, string | number>
}

export interface Confirmed {
  name: string
  role: string
  at: number
}

export interface Report {
  findings: Finding[]
  /** What else is to be known: what was not checked. */
  remarks: Finding[]
  isPackage: boolean
  hearing: number | null
  court: string
  caseNumber: string
  openedAt: number | null
  closedAt: number | null
  entries: number
  segments: number
  bytes: number
  /** Digests of the seal: what the parties confirmed. */
  value: Digests | null
  signature: Signature | null
  stamp: Stamp | null
  confirmed: Confirmed[]
}

interface Piece {
  n: number
  offset: number
  length: number
  fromMs: number | null
  toMs: number | null
  digests: Digests
}

interface Claim {
  n: number
  pieces: Piece[]
  sealed: { n: number; length: number; digests: Digests } | null
}

// A ledger's entries are looked into one field at a time; what does not fit is a finding.
type Entry = Record<string, any>
type Progress = (done: number, all: number) => void

const READ_BYTES = 1 << 20
const LINE_BYTES_MAX = 1 << 20
/** Findings told; a last one says how many more there are. */
const FINDINGS_MAX = 200
const SMALL_BYTES_MAX = 64 << 20
const KINDS = new Set(['opened', 'reopened', 'minute', 'roll', 'segment', 'commit', 'segment_sealed', 'lost', 'reanchor', 'fault', 'mended', 'recovered', 'sealed'])
const MANIFESTS = ['manifest-sha256.txt', 'manifest-sm3.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sm3.txt']
const BESIDE = ['ledger.jsonl', 'seal.json', 'seal.sig.json', 'seal.tsr', 'confirmations.jsonl', 'transcript.jsonl']
const DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'

/** The files an act of the review names, each with what has its digests. */
function filesOf(act: Entry): [string, Entry][] {
  const version = String(act['version'])
  if (act['act'] === 'frozen') {
    const parts = (act['parts'] ?? []) as Entry[]
    return [[`transcript-${version}.json`, act], ...parts.map((part): [string, Entry] => [`transcript-${version}-p${String(part['who'])}.json`, part])]
  }
  const file = (act['proof'] as Entry | undefined)?.['file'] as Entry | undefined
  return act['act'] === 'signed' && file ? [[String(file['name']), file]] : []
}

export async function check(handed: Files, progress: Progress = () => undefined): Promise<Report> {
  return new Check(rooted(handed), progress).run()
}

class Check {
  private readonly report: Report = {
    findings: [], remarks: [], isPackage: false, hearing: null, court: '', caseNumber: '', openedAt: null, closedAt: null,
    entries: 0, segments: 0, bytes: 0, value: null, signature: null, stamp: null, confirmed: [],
  }
  private more = 0
  private done = 0
  private readonly all: number
  /** Digests of whole files of the hearing's folder, as far as they were read. */
  private readonly whole = new Map<string, Digests>()
  private folder: Files = new Map()
  private prefix = ''
  private head = ZERO
  private next = 0
  private ledgerBytes = 0
  private at = 0
  private zero: number | null = null
  private sealedEntry: { segments: number; pieces: number; bytes: number } | null = null
  /** Files of frozen transcripts. */
  private readonly frozen = new Set<string>()
  private readonly claims = new Map<string, Claim>()
  private readonly sealedSegments: { segment: string; length: number; digests: Digests }[] = []
  private readonly torn: { n: number; kept_as: string; length: number; digests: Digests }[] = []

  constructor(private readonly files: Files, private readonly progress: Progress) {
    this.all = [...files.values()].reduce((sum, file) => sum + file.size, 0)
  }

  async run(): Promise<Report> {
    this.report.isPackage = this.files.has('bagit.txt') || MANIFESTS.some((name) => this.files.has(name))
    this.folder = this.report.isPackage ? this.inPackage() : this.files
    await this.ledger()
    await this.seal()
    for (const [name, claim] of this.claims) await this.segment(name, claim)
    for (const torn of this.torn) await this.keptEnd(torn)
    this.unnamed()
    if (this.report.isPackage) await this.package()
    if (this.more > 0) this.report.findings.push({ code: 'more', values: { count: this.more } })
    this.report.entries = this.next
    this.report.segments = this.claims.size
    return this.report
  }

  private find(code: string, values: Record<string, string | number> = {}): void {
    if (this.report.findings.length < FINDINGS_MAX) this.report.findings.push({ code, values })
    else this.more += 1
  }

  /** The hearing's folder in a package. */
  private inPackage(): Files {
    const ledger = [...this.files.keys()].find((path) => /^data\/[^/]+\/(ledger\.jsonl|seal\.json)$/.test(path))
    if (ledger === undefined) return new Map()
    this.prefix = ledger.slice(0, ledger.lastIndexOf('/') + 1)
    return new Map([...this.files].filter(([path]) => path.startsWith(this.prefix)).map(([path, file]) => [path.slice(this.prefix.length), file]))
  }

  /** A file in parts, read and counted; `each` gets them in order. */
  private async read(file: Blob, each: (bytes: Uint8Array) => void, from = 0, to = file.size): Promise<void> {
    for (let at = from; at < to; at += READ_BYTES) {
      const bytes = await bytesAt(file, at, Math.min(at + READ_BYTES, to))
      each(bytes)
      this.done += bytes.length
      this.progress(Math.min(this.done, this.all), this.all)
    }
  }

  private async small(name: string): Promise<Uint8Array | null> {
    const file = this.folder.get(name)
    if (file === undefined) return null
    const bytes = await bytesAt(file, 0, Math.min(file.size, SMALL_BYTES_MAX))
    this.whole.set(name, digestsOf(bytes))
    return bytes
  }

  private async ledger(): Promise<void> {
    const file = this.folder.get('ledger.jsonl')
    if (file === undefined) return this.find('missingLedger')
    const whole = new Digester()
    let rest = new Uint8Array(0)
    await this.read(file, (bytes) => {
      whole.update(bytes)
      const joined = new Uint8Array(rest.length + bytes.length)
      joined.set(rest)
      joined.set(bytes, rest.length)
      let start = 0
      for (let end = joined.indexOf(10); end >= 0; end = joined.indexOf(10, start)) {
        this.line(joined.subarray(start, end))
        start = end + 1
      }
      rest = joined.slice(start)
      if (rest.length > LINE_BYTES_MAX) {
        this.line(rest)
        rest = new Uint8Array(0)
      }
    })
    this.whole.set('ledger.jsonl', whole.finish())
    if (rest.length > 0) this.find('unfinished', { n: this.next, bytes: rest.length })
    if (this.next === 0) this.find('emptyLedger')
    if (this.next > 0 && this.sealedEntry === null) this.find('notSealed', { n: this.next })
  }

  private line(bytes: Uint8Array): void {
    const n = this.next
    let line: { n: number; at: number; prev: Digests; entry: Entry } | null = null
    try {
      line = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      // Named below.
    }
    const readable = line !== null && Number.isSafeInteger(line.n) && typeof line.prev === 'object' && KINDS.has(String(line.entry?.['kind']))
    if (!readable || line === null) {
      this.find('lineForm', { n })
    } else if (line.n !== n) {
      // A line was taken out, put in or moved: what follows is counted on from here.
      this.find(line.n > n ? 'lineMissing' : 'lineMoved', { n, says: line.n, last: line.n - 1 })
      this.next = line.n
    } else if (!same(line.prev, this.head)) {
      this.find('lineChain', { n, before: n - 1 })
    }
    this.head = digestsOf(bytes)
    this.next += 1
    this.ledgerBytes += bytes.length + 1
    if (!readable || line === null) return
    if (this.sealedEntry !== null) this.find('behindSeal', { n })
    if ((line.entry['kind'] === 'opened') !== (line.n === 0)) this.find('lineFirst', { n })
    try {
      this.entry(line.n, line.at, line.entry)
    } catch {
      this.find('lineForm', { n })
    }
  }

  private entry(n: number, at: number, entry: Entry): void {
    this.at = Math.max(this.at, at)
    const { report } = this
    switch (entry['kind']) {
      case 'opened':
      case 'reopened':
        if (entry['kind'] === 'opened') report.hearing = entry['hearing']
        report.court = String(entry['heading'].court)
        report.caseNumber = String(entry['heading'].case_number)
        break
      case 'minute': {
        const { fact, at: when } = { fact: entry['minute'].fact.fact, at: entry['minute'].at }
        if (fact === 'opened') report.openedAt ??= when
        if (fact === 'closed') report.closedAt ??= when
        break
      }
      case 'roll':
        if (entry['rolling'] === true) this.zero ??= entry['ordered_at'] - entry['media_ms']
        break
      case 'segment': {
        const { segment, length, digests } = entry as { segment: string; length: number; digests: Digests }
        if (!Number.isSafeInteger(length) || length < 0) throw new Error('no length')
        if (this.claims.has(segment)) this.find('beginsTwice', { n, file: segment })
        this.claims.set(segment, { n, pieces: [{ n, offset: 0, length, fromMs: null, toMs: null, digests }], sealed: null })
        report.bytes += length
        break
      }
      case 'commit':
        for (const piece of entry['pieces']) this.piece(n, piece)
        break
      case 'segment_sealed': {
        const { segment, length, pieces, digests } = entry as { segment: string; length: number; pieces: number; digests: Digests }
        const claim = this.claims.get(segment)
        if (claim === undefined) return this.find('neverBegun', { n, file: segment })
        if (pieces + 1 !== claim.pieces.length) this.find('pieceCount', { n, file: segment, has: claim.pieces.length - 1, says: pieces })
        claim.sealed = { n, length, digests }
        this.sealedSegments.push({ segment, length, digests })
        break
      }
      case 'recovered':
        for (const torn of entry['torn']) this.torn.push({ ...torn, n })
        break
      case 'sealed': {
        const { segments, pieces, bytes } = entry as { segments: number; pieces: number; bytes: number }
        this.sealedEntry = { segments, pieces, bytes }
        const has = [...this.claims.values()].reduce((sum, claim) => sum + claim.pieces.length - 1, 0)
        if (segments !== this.claims.size || pieces !== has || bytes !== report.bytes) this.find('counts', { n })
        break
      }
    }
  }

  private piece(n: number, piece: Entry): void {
    const { segment, offset, length, from_ms, to_ms, digests } = piece as { segment: string; offset: number; length: number; from_ms: number; to_ms: number; digests: Digests }
    const claim = this.claims.get(segment)
    if (claim === undefined) return this.find('neverBegun', { n, file: segment })
    const last = claim.pieces[claim.pieces.length - 1]
    const end = last === undefined ? 0 : last.offset + last.length
    if (offset !== end || claim.sealed !== null || !Number.isSafeInteger(length) || length < 0) return this.find('goesOn', { n, file: segment, offset })
    claim.pieces.push({ n, offset, length, fromMs: from_ms, toMs: to_ms, digests })
    this.report.bytes += length
  }

  /** The seal is made again from the ledger and compared byte for byte. */
  private async seal(): Promise<void> {
    const bytes = await this.small('seal.json')
    const { report } = this
    if (bytes === null) {
      if (this.sealedEntry !== null) this.find('missingSeal')
      else this.report.remarks.push({ code: 'noSeal', values: {} })
    } else {
      report.value = digestsOf(bytes)
      const wanted = {
        format: 1, hearing: report.hearing, at: this.at, opened_at: report.openedAt, closed_at: report.closedAt,
        entries: this.next, ledger_bytes: this.ledgerBytes, head: this.head, bytes: report.bytes, segments: this.sealedSegments,
      }
      const text = `${JSON.stringify(wanted, null, 2)}\n`
      if (!same(digestsOf(new TextEncoder().encode(text)), report.value)) this.otherSeal(bytes)
    }
    await this.signature(bytes)
    await this.stamp()
    await this.confirmations()
    await this.transcript()
  }

  private otherSeal(bytes: Uint8Array): void {
    let seal: Entry | null = null
    try {
      seal = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      // Named below.
    }
    if (typeof seal?.['entries'] !== 'number') return this.find('sealForm')
    if (seal['entries'] > this.next) return this.find('cutLedger', { says: seal['entries'], has: this.next })
    if (!same(seal['head'] ?? ZERO, this.head)) return this.find('sealHead', { n: this.next - 1 })
    this.find('sealOther')
  }

  private async signature(seal: Uint8Array | null): Promise<void> {
    const bytes = await this.small('seal.sig.json')
    if (bytes === null) {
      if (seal !== null) this.report.remarks.push({ code: 'unsigned', values: {} })
      return
    }
    if (seal === null) return this.find('signsNothing')
    let file: Entry | null = null
    try {
      file = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      // Named below.
    }
    const by: unknown = file?.['by']
    const written = file === null ? '' : `${JSON.stringify(file, null, 2)}\n`
    const ours = file?.['format'] === 1 && file['covers'] === 'seal.json' && same(digestsOf(new TextEncoder().encode(written)), digestsOf(bytes))
    if (!ours || !isSignature(by)) return this.find('signatureForm')
    if (!verifies(by, seal)) return this.find('signatureWrong')
    this.report.signature = by
  }

  /** What an outside authority says of when the seal was there. */
  private async stamp(): Promise<void> {
    const bytes = await this.small('seal.tsr')
    if (bytes === null) return
    if (this.report.value === null) return this.find('stampsNothing')
    const stamp = await readStamp(bytes, this.report.value)
    if (typeof stamp !== 'string') this.report.stamp = stamp
    else if (stamp === 'stampUnknown') this.report.remarks.push({ code: 'stampUnknown', values: {} })
    else this.find(stamp)
  }

  /** The chain of the transcript's review, and the versions it froze. */
  private async transcript(): Promise<void> {
    const bytes = await this.small('transcript.jsonl')
    if (bytes === null) return
    const encoder = new TextEncoder()
    let [head, n, start] = [digestsOf(encoder.encode(this.report.hearing === null ? '' : `h${this.report.hearing}`)), 0, 0]
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const line = bytes.subarray(start, end)
      const act = this.act(line, n, head)
      if (act === null) this.find('actWrong', { n })
      else {
        for (const [name, said] of filesOf(act)) {
          this.frozen.add(name)
          const kept = await this.small(name)
          const is = kept === null ? null : digestsOf(kept)
          if (is === null || is.sha256 !== said['sha256'] || is.sm3 !== said['sm3']) this.find(name.startsWith('transcript-sign-') ? 'signFileWrong' : 'versionWrong', { file: name, n })
        }
      }
      head = digestsOf(line)
      n += 1
      start = end + 1
    }
    if (start < bytes.length) this.find('actUnfinished', { n })
  }

  private act(line: Uint8Array, n: number, head: Digests): Entry | null {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(line)
      const { act, by } = JSON.parse(text) as { act: Entry; by: unknown }
      const said = text.slice('{"act":'.length, text.lastIndexOf(',"by":{'))
      const entry = act['entry'] as Entry
      const follows = entry['n'] === n && same(act['prev'], head)
      if (JSON.stringify({ act, by }) !== text || !follows || !isSignature(by) || !verifies(by, new TextEncoder().encode(said))) return null
      if (this.report.signature !== null && by.fingerprint !== this.report.signature.fingerprint) return null
      return entry['act'] as Entry
    } catch {
      return null
    }
  }

  private async confirmations(): Promise<void> {
    const bytes = await this.small('confirmations.jsonl')
    if (bytes === null || bytes.length === 0) return
    const { value } = this.report
    if (value === null) return this.find('confirmsNothing')
    let [head, n, start] = [value, 0, 0]
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const line = bytes.subarray(start, end)
      const said = this.confirmation(line, n, head, value)
      if (said === null) this.find('confirmationWrong', { n })
      else this.report.confirmed.push(said)
      head = digestsOf(line)
      n += 1
      start = end + 1
    }
    if (start < bytes.length) this.find('confirmationUnfinished', { n })
  }

  private confirmation(line: Uint8Array, n: number, head: Digests, value: Digests): Confirmed | null {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(line)
      const { confirmation, by } = JSON.parse(text) as { confirmation: Entry; by: unknown }
      const before = '{"confirmation":'
      const end = text.lastIndexOf(',"by":{')
      const said = text.slice(before.length, end)
      const written = JSON.stringify({ confirmation, by }) === text
      const follows = confirmation['n'] === n && same(confirmation['prev'], head) && same(confirmation['value'], value)
      if (!written || !follows || !isSignature(by) || !verifies(by, new TextEncoder().encode(said))) return null
      if (this.report.signature !== null && by.fingerprint !== this.report.signature.fingerprint) return null
      return { name: String(confirmation['name']), role: String(confirmation['role']), at: Number(confirmation['at']) }
    } catch {
      return null
    }
  }

  private async segment(name: string, claim: Claim): Promise<void> {
    const file = this.folder.get(name)
    if (file === undefined) return this.find('missingSegment', { n: claim.n, file: name, ...this.span(claim.pieces) })
    const whole = new Digester()
    const wrong: Piece[] = []
    let end = 0
    for (const piece of claim.pieces) {
      if (piece.offset + piece.length > file.size) {
        const cut = claim.pieces.filter((each) => each.offset + each.length > file.size)
        this.find('cutSegment', { file: name, has: file.size, attested: claim.pieces.reduce((sum, each) => sum + each.length, 0), ...this.span(cut) })
        break
      }
      const digester = new Digester()
      await this.read(file, (bytes) => {
        digester.update(bytes)
        whole.update(bytes)
      }, piece.offset, piece.offset + piece.length)
      if (!same(digester.finish(), piece.digests)) wrong.push(piece)
      end = piece.offset + piece.length
    }
    const complete = end === claim.pieces.reduce((sum, piece) => sum + piece.length, 0)
    await this.read(file, (bytes) => whole.update(bytes), end)
    const digests = whole.finish()
    this.whole.set(name, digests)
    const other = this.sealedSegments.find((each) => each.segment !== name && same(each.digests, digests))
    if (other !== undefined && (wrong.length > 0 || !complete)) return this.find('otherSegment', { file: name, other: other.segment, ...this.span(claim.pieces) })
    if (wrong.length > 2 && wrong.length >= claim.pieces.length - 1) {
      this.find('replacedSegment', { file: name, ...this.span(claim.pieces) })
    } else {
      for (const piece of wrong) {
        const at = claim.pieces.indexOf(piece)
        const code = at === 0 ? 'changedHead' : 'changedPiece'
        this.find(code, { file: name, piece: at, n: piece.n, from: piece.offset, to: piece.offset + piece.length, ...this.span([piece]) })
      }
    }
    if (!complete) return
    if (file.size > end) this.find('longSegment', { file: name, bytes: file.size - end })
    else if (wrong.length === 0 && claim.sealed !== null && !(claim.sealed.length === end && same(claim.sealed.digests, digests))) this.find('notSealedFile', { file: name, n: claim.sealed.n })
  }

  /** The moments that pieces cover, UTC ms. */
  private span(pieces: Piece[]): { spanFrom: number; spanTo: number; mediaFrom: number; mediaTo: number } | Record<string, never> {
    const timed = pieces.filter((piece) => piece.fromMs !== null)
    if (timed.length === 0) return {}
    const mediaFrom = Math.min(...timed.map((piece) => piece.fromMs ?? 0))
    const mediaTo = Math.max(...timed.map((piece) => piece.toMs ?? 0))
    return { spanFrom: (this.zero ?? 0) + mediaFrom, spanTo: (this.zero ?? 0) + mediaTo, mediaFrom, mediaTo }
  }

  private async keptEnd({ n, kept_as, length, digests }: { n: number; kept_as: string; length: number; digests: Digests }): Promise<void> {
    const file = this.folder.get(kept_as)
    const whole = new Digester()
    if (file !== undefined) await this.read(file, (bytes) => whole.update(bytes))
    const has = whole.finish()
    if (file !== undefined) this.whole.set(kept_as, has)
    if (file === undefined || file.size !== length || !same(has, digests)) this.find('tornOther', { file: kept_as, n })
  }

  private unnamed(): void {
    for (const name of this.folder.keys()) {
      const known = BESIDE.includes(name) || this.frozen.has(name) || this.claims.has(name) || this.torn.some((torn) => torn.kept_as === name)
      if (!known) this.find('unnamed', { file: name })
    }
  }

  /** The package's own lists (BagIt, RFC 8493). */
  private async package(): Promise<void> {
    const declared = this.files.get('bagit.txt')
    if (declared === undefined || await declared.text() !== DECLARATION) this.find('declaration')
    const listed = new Map<string, Partial<Digests>>()
    for (const manifest of MANIFESTS) {
      const file = this.files.get(manifest)
      if (file === undefined) {
        this.find('missingManifest', { file: manifest })
        continue
      }
      const which = manifest.includes('sm3') ? 'sm3' : 'sha256'
      const lines = (await file.text()).split('\n')
      // Each line ends with a line feed, so what follows the last one is empty.
      if (lines.pop() !== '') this.find('manifestLine', { file: manifest, line: lines.length + 1 })
      for (const [at, line] of lines.entries()) {
        const read = /^([0-9a-f]{64}) {2}(.+)$/.exec(line)
        const path = read?.[2]?.replace(/%0A/g, '\n').replace(/%0D/g, '\r').replace(/%25/g, '%')
        if (read?.[1] === undefined || path === undefined || bytesOf(read[1]) === null || path.startsWith('data/') !== manifest.startsWith('manifest')) this.find('manifestLine', { file: manifest, line: at + 1 })
        else listed.set(path, { ...listed.get(path), [which]: read[1] })
      }
    }
    for (const [path, digests] of listed) await this.listedFile(path, digests)
    for (const path of this.files.keys()) {
      if (!listed.has(path) && !/^tagmanifest-(sha256|sm3)\.txt$/.test(path)) this.find('unlisted', { file: path })
    }
  }

  private async listedFile(path: string, digests: Partial<Digests>): Promise<void> {
    const file = this.files.get(path)
    if (file === undefined) return this.find('listedMissing', { file: path })
    let has = path.startsWith(this.prefix) && this.prefix !== '' ? this.whole.get(path.slice(this.prefix.length)) : undefined
    if (has === undefined) {
      const whole = new Digester()
      await this.read(file, (bytes) => whole.update(bytes))
      has = whole.finish()
    }
    const wrong = [digests.sha256 === has.sha256 ? '' : 'SHA-256', digests.sm3 === has.sm3 ? '' : 'SM3'].filter((name) => name !== '')
    if (wrong.length > 0) this.find('listedOther', { file: path, which: wrong.join('、') })
  }
}
