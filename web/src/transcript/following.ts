// The transcript of a visit: the book, kept over a reload, and what the server tells beside it. One
// for each page; whoever wants to read along says so, and it begins.

import { reactive, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { say } from '../alerts'
import { sentence } from '../i18n/refusals'
import type { LineId, ParticipantId, Refusal, ReviewView, ServerMessage, SpeechTurn, TranscriptEdit, TranscriptLine } from '../protocol'
import { Book } from './book'
import { withTurns } from './turns'

/** The socket, as far as the transcript needs it. */
export interface Line {
  readAlong(desk: string, since: number): void
  write(desk: string, seq: number, edits: TranscriptEdit[]): boolean
}

function chance(): string {
  return [...crypto.getRandomValues(new Uint8Array(5))].map((byte) => byte.toString(36).padStart(2, '0')).join('').slice(0, 10)
}

/** Messages are at least so far apart, ms: a page may send only so many. */
const APART_MS = 70

export class Following {
  readonly lines: ShallowRef<readonly TranscriptLine[]> = shallowRef([])
  /** The youngest turns of speech, for who keeps the transcript. */
  readonly turns: ShallowRef<readonly SpeechTurn[]> = shallowRef([])
  readonly review: ShallowRef<ReviewView | undefined> = shallowRef()
  readonly state = reactive({
    /** Whether the lines are here. */
    known: false,
    writes: false,
    /** What was written here and is not on the server's disk yet. */
    waiting: 0,
    /** Why recognition is away. */
    away: '',
    /** What engines hear just now, by speaker. */
    partial: {} as Record<ParticipantId, string>,
    /** The line somebody else changed last. */
    touched: '' as LineId,
  })
  readonly book: Book
  private wanted = false
  private lastSent = 0

  constructor(hearing: number, private readonly line: Line) {
    const key = `assize.transcript.${hearing}`
    const stored = JSON.parse(sessionStorage.getItem(key) ?? 'null') as { desk: string; book: string } | null
    const desk = stored?.desk ?? chance()
    this.book = new Book(
      desk,
      { write: (name, seq, edits) => this.write(name, seq, edits) },
      (remote) => {
        this.lines.value = this.book.shown
        this.state.waiting = this.book.waiting
        this.state.known = this.book.known
        this.state.writes = this.book.writes
        if (remote !== undefined) this.state.touched = remote
        sessionStorage.setItem(key, JSON.stringify({ desk, book: this.book.store() }))
      },
      (why) => say(sentence(why as Refusal), 'bad'),
    )
    if (stored) this.book.restore(stored.book)
  }

  private write(desk: string, seq: number, edits: TranscriptEdit[]): boolean {
    const wait = this.lastSent + APART_MS - performance.now()
    this.lastSent = performance.now() + Math.max(0, wait)
    if (wait <= 0) return this.line.write(desk, seq, edits)
    setTimeout(() => this.line.write(desk, seq, edits), wait)
    return true
  }

  /** Begins, or goes on after the line was cut. */
  begin(): void {
    this.wanted = true
    this.line.readAlong(this.book.desk, this.book.n)
  }

  /** The line stands again. */
  greeted(): void {
    this.book.cut()
    if (this.wanted) this.begin()
  }

  heard(message: ServerMessage): void {
    switch (message.type) {
      case 'transcript':
        this.book.snapshot(message)
        break
      case 'transcript_steps':
        this.book.steps(message.n, message.steps)
        break
      case 'transcript_refused':
        this.book.refused(message.seq, message.why)
        break
      case 'hearing':
        if (message.text === '') delete this.state.partial[message.who]
        else this.state.partial[message.who] = message.text
        break
      case 'turns':
        this.turns.value = withTurns(this.turns.value, message.turns)
        break
      case 'recognition_away':
        this.state.away = message.why
        break
      case 'review':
        this.review.value = message.review
        this.book.freeze(message.review.frozen)
        break
      default:
    }
  }
}
