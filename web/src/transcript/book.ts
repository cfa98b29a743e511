// The transcript in this page: what the server has, and on top of it what was written here and is
// not done yet. One message is under way at a time; what comes from others meanwhile is put beneath
// what is written here, character by character. No elements and no sockets here.

import { ChangeSet } from '@codemirror/state'
import type { LineId, TranscriptEdit, TranscriptLine, TranscriptStep } from '../protocol'
import { changed, difference, fromParts, toParts } from './text'

/** What was written here and is not done yet. */
type Pending = { seq: number } & ({ line: LineId; change: ChangeSet } | { edits: TranscriptEdit[] })

/** As it is kept over a reload. */
interface Stored {
  seq: number
  pending: ({ seq: number } & ({ line: LineId; change: unknown } | { edits: TranscriptEdit[] }))[]
  bases: Record<string, string>
}

/** Where the book sends what was written. */
export interface Wire {
  write(desk: string, seq: number, edits: TranscriptEdit[]): boolean
}

const isTyping = (each: Pending): each is { seq: number; line: LineId; change: ChangeSet } => 'change' in each

export class Book {
  /** What the server has. */
  private lines: TranscriptLine[] = []
  /** Lines of a snapshot that is still coming. */
  private coming: TranscriptLine[] = []
  private pending: Pending[] = []
  /** Texts on which restored changes were made, until the first snapshot. */
  private bases = new Map<LineId, string>()
  private seq = 0
  private sent = false
  /** Nothing is sent while the text is frozen. */
  private held = false
  /** The last step the server told. */
  n = 0
  writes = false
  known = false

  constructor(
    readonly desk: string,
    private readonly wire: Wire,
    /** Told when lines changed; `cause` is the line somebody else's change was in. */
    private readonly change: (remote?: LineId) => void,
    private readonly lost: (why: string) => void = () => undefined,
  ) {}

  /** The lines as they are shown: with what was written here. */
  get shown(): readonly TranscriptLine[] {
    let lines = this.lines
    for (const each of this.pending) {
      if (isTyping(each)) lines = lines.map((line) => (line.id === each.line ? { ...line, text: changed(line.text, each.change), draft: line.draft && { ...line.draft, open: false } } : line))
      else for (const edit of each.edits) lines = applied(lines, edit)
    }
    return lines
  }

  /** How much is not done yet. */
  get waiting(): number {
    return this.pending.length
  }

  /** The text of a line as it is shown. */
  text(id: LineId): string | undefined {
    return this.shown.find((line) => line.id === id)?.text
  }

  /** Somebody types here. */
  type(id: LineId, before: string, after: string): void {
    const change = difference(before, after)
    if (change.empty) return
    const last = this.pending[this.pending.length - 1]
    // What was ever under way may be done: nothing is added to it.
    if (last?.seq === 0 && isTyping(last) && last.line === id) last.change = last.change.compose(change)
    else this.pending.push({ seq: 0, line: id, change })
    this.change()
    this.next()
  }

  /** Something else is done here, as a whole. */
  edit(...edits: TranscriptEdit[]): void {
    this.pending.push({ seq: 0, edits })
    this.change()
    this.next()
  }

  /** A fresh name for a line. */
  name(): LineId {
    this.seq += 1
    return `${this.desk}-${this.seq}`
  }

  /** Sends what is first, unless something is under way. */
  next(): void {
    const first = this.pending[0]
    if (!first || this.sent || this.held || !this.known || !this.writes) return
    let edits: TranscriptEdit[]
    if (isTyping(first)) {
      const line = this.lines.find((each) => each.id === first.line)
      if (!line) return this.drop()
      edits = [{ edit: 'type', line: line.id, rev: line.rev, change: toParts(first.change) }]
    } else edits = first.edits
    if (first.seq === 0) {
      first.seq = this.seq += 1
      // Kept with its number before it goes: a page that is loaded again while it is under way asks
      // with the same number, and it is done once.
      this.change()
    }
    this.sent = this.wire.write(this.desk, first.seq, edits)
  }

  /** The line was cut: what was under way may or may not be done; the server will say. */
  cut(): void {
    this.sent = false
    this.known = false
  }

  /** The review froze the text, or gave it back. */
  freeze(frozen: boolean): void {
    this.held = frozen
    this.next()
  }

  /** The server tells all lines, in parts. */
  snapshot(message: { n: number; done: number; more: boolean; whole: boolean; writes: boolean; lines: TranscriptLine[] }): void {
    this.coming = message.more ? [...this.coming, ...message.lines] : message.lines
    if (!message.whole) return
    const before = new Map(this.lines.map((line) => [line.id, line.text]))
    for (const [id, text] of this.bases) before.set(id, text)
    this.bases.clear()
    const first = this.pending[0]
    if (first && first.seq > 0 && first.seq <= message.done) {
      if (isTyping(first)) before.set(first.line, changed(before.get(first.line) ?? '', first.change))
      else for (const edit of first.edits) if (edit.edit === 'add') before.set(edit.line, edit.text)
      this.pending.shift()
    }
    this.lines = this.coming
    this.n = message.n
    this.seq = Math.max(this.seq, message.done)
    this.writes = message.writes
    this.known = true
    this.sent = false
    for (const line of this.lines) {
      const base = before.get(line.id)
      if (base !== undefined && base !== line.text) this.beneath(line.id, difference(base, line.text))
    }
    this.change()
    this.next()
  }

  /** The server tells what was done, by anybody. */
  steps(n: number, steps: readonly TranscriptStep[]): void {
    let own = 0
    let remote: LineId | undefined
    for (const step of steps) {
      const first = this.pending[0]
      const mine = step.desk === this.desk && (first?.seq === step.seq || own === step.seq)
      // From here on it is the server's: what others did after it lies on it.
      if (mine && first?.seq === step.seq) this.pending.shift()
      if (mine) own = step.seq
      const { op } = step
      if (op.op === 'typed') {
        const line = this.lines.find((each) => each.id === op.line)
        if (line) {
          const change = fromParts(op.change, line.text.length)
          if (change) {
            const draft = line.draft && (op.heard ? { ...line.draft, confidence: op.heard.confidence } : { ...line.draft, open: false })
            this.lines = this.lines.map((each) => (each.id === op.line ? { ...line, text: changed(line.text, change), rev: op.rev, draft } : each))
            if (!mine) this.beneath(op.line, change)
          }
        }
      } else this.lines = done(this.lines, op)
      if (!mine) remote = op.op === 'added' ? op.line.id : op.line
    }
    this.n = n
    this.known = true
    if (own > 0) this.sent = false
    this.change(remote)
    this.next()
  }

  /** The server refused what is under way. */
  refused(seq: number, why: string): void {
    const first = this.pending[0]
    if (!first || first.seq !== seq) return
    this.sent = false
    if (why === 'text_moved') {
      // Its seq was not used up; it lies on the newest text already.
      this.next()
    } else if (why === 'too_fast') setTimeout(() => this.next(), 250)
    else if (why === 'transcript_frozen') this.held = true
    else if (why === 'already_there') {
      this.pending.shift()
      this.change()
      this.next()
    } else {
      this.lost(why)
      this.drop()
    }
  }

  private drop(): void {
    this.pending.shift()
    this.change()
    this.next()
  }

  /** Puts somebody else's change beneath what was typed here on the same line. */
  private beneath(id: LineId, change: ChangeSet): void {
    let under = change
    for (const each of this.pending) {
      if (!isTyping(each) || each.line !== id) continue
      const mine = each.change.map(under)
      under = under.map(each.change, true)
      each.change = mine
    }
  }

  /** What is not done yet, for a page that is loaded again. */
  store(): string {
    const bases: Record<string, string> = {}
    for (const each of this.pending) {
      const line = isTyping(each) && this.lines.find((other) => other.id === each.line)
      if (line) bases[line.id] = line.text
    }
    const pending = this.pending.map((each) => (isTyping(each) ? { seq: each.seq, line: each.line, change: each.change.toJSON() as unknown } : each))
    return JSON.stringify({ seq: this.seq, pending, bases } satisfies Stored)
  }

  /** Takes back what was not done. */
  restore(text: string): void {
    try {
      const stored = JSON.parse(text) as Stored
      this.seq = stored.seq
      this.pending = stored.pending.map((each) => ('change' in each ? { ...each, change: ChangeSet.fromJSON(each.change) } : each))
      this.bases = new Map(Object.entries(stored.bases))
    } catch {
      this.pending = []
    }
  }
}

function applied(lines: TranscriptLine[], edit: TranscriptEdit): TranscriptLine[] {
  switch (edit.edit) {
    case 'add': {
      const line: TranscriptLine = { id: edit.line, rev: 0, kind: edit.kind, speaker: edit.speaker, label: '', room: { room: 'court' }, phase: null, at: 0, heard: null, draft: null, text: edit.text }
      return placed(lines, edit.after, line)
    }
    case 'attribute':
      return lines.map((line) => (line.id === edit.line ? { ...line, kind: edit.kind, speaker: edit.speaker, label: '' } : line))
    case 'accept':
      return lines.map((line) => (line.id === edit.line ? { ...line, draft: line.draft && { ...line.draft, open: false } } : line))
    case 'remove':
      return lines.filter((line) => line.id !== edit.line)
    default:
      return lines
  }
}

type Other = Exclude<TranscriptStep['op'], { op: 'typed' }>

function done(lines: TranscriptLine[], op: Other): TranscriptLine[] {
  switch (op.op) {
    case 'added':
      return lines.some((line) => line.id === op.line.id) ? lines : placed(lines, op.after, op.line)
    case 'attributed':
      return lines.map((line) => (line.id === op.line ? { ...line, kind: op.kind, speaker: op.speaker, label: op.label } : line))
    case 'accepted':
      return lines.map((line) => (line.id === op.line ? { ...line, draft: line.draft && { ...line.draft, open: false } } : line))
    case 'removed':
      return lines.filter((line) => line.id !== op.line)
    default:
      return lines
  }
}

function placed(lines: TranscriptLine[], after: LineId | null, line: TranscriptLine): TranscriptLine[] {
  const at = after === null ? 0 : lines.findIndex((each) => each.id === after) + 1 || lines.length
  return [...lines.slice(0, at), line, ...lines.slice(at)]
}
