import { describe, expect, it } from 'vitest'
import type { TranscriptEdit, TranscriptLine, TranscriptStep } from '../protocol'
import { Book } from './book'
import { changed, difference, fromParts, toParts } from './text'

/** Numbers by chance, the same ones again. */
function dice(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * most)
  }
}

/** The server's side, as crates/transcript has it. */
class Court {
  lines: TranscriptLine[] = []
  log: TranscriptStep[] = []
  done = new Map<string, number>()
  pages: Page[] = []

  write(page: Page, seq: number, edits: TranscriptEdit[]): void {
    const { desk } = page.book
    if (seq <= (this.done.get(desk) ?? 0)) return page.hear({ refused: seq, why: 'already_there' })
    const steps: TranscriptStep[] = []
    for (const edit of edits) {
      let op: TranscriptStep['op']
      if (edit.edit === 'add') {
        op = { op: 'added', after: edit.after, line: { id: edit.line, rev: 0, kind: edit.kind, speaker: edit.speaker, label: '', room: { room: 'court' }, phase: null, at: 0, heard: null, draft: null, text: edit.text } }
        const at = edit.after === null ? 0 : this.lines.findIndex((line) => line.id === edit.after) + 1
        this.lines.splice(at, 0, op.line)
      } else if (edit.edit === 'type') {
        const at = this.lines.findIndex((line) => line.id === edit.line)
        const line = this.lines[at]
        if (!line) return page.hear({ refused: seq, why: 'not_found' })
        if (line.rev !== edit.rev) return page.hear({ refused: seq, why: 'text_moved' })
        const change = fromParts(edit.change, line.text.length)!
        this.lines[at] = { ...line, text: changed(line.text, change), rev: line.rev + 1 }
        op = { op: 'typed', line: edit.line, rev: line.rev + 1, change: edit.change }
      } else throw new Error('not here')
      const step = { n: this.log.length + 1, at: 0, by: 1, desk, seq, op }
      this.log.push(step)
      steps.push(step)
    }
    this.done.set(desk, seq)
    for (const each of this.pages) each.hear({ steps })
  }
}

type Word = { steps: TranscriptStep[] } | { refused: number; why: string }

/** A page with a line that delays and is cut. */
class Page {
  book: Book
  /** As it was kept last, which is all that a page that is loaded again has. */
  kept: string
  up: [number, TranscriptEdit[]][] = []
  down: Word[] = []

  constructor(desk: string, readonly court: Court, stored?: string) {
    this.book = new Book(desk, { write: (_desk, seq, edits) => this.up.push([seq, edits]) > 0 }, () => { this.kept = this.book.store() })
    if (stored) this.book.restore(stored)
    this.kept = this.book.store()
    court.pages.push(this)
  }

  hear(word: Word): void {
    this.down.push(word)
  }

  /** A connection that stands: all lines, or the steps that were missed. */
  greet(whole: boolean): void {
    const { n } = this.book
    if (whole || n === 0) {
      const done = this.court.done.get(this.book.desk) ?? 0
      this.book.snapshot({ n: this.court.log.length, done, more: false, whole: true, writes: true, lines: this.court.lines.map((line) => ({ ...line })) })
    } else {
      this.book.steps(this.court.log.length, this.court.log.slice(n))
    }
  }

  send(): boolean {
    const word = this.up.shift()
    if (word) this.court.write(this, ...word)
    return word !== undefined
  }

  take(): boolean {
    const word = this.down.shift()
    if (word && 'steps' in word) this.book.steps(word.steps[word.steps.length - 1]!.n, word.steps)
    else if (word) this.book.refused(word.refused, word.why)
    return word !== undefined
  }

  cut(reached: boolean): void {
    if (reached) while (this.send());
    this.up = []
    this.down = []
    this.book.cut()
  }
}

const WORDS = '原告称𬭚某欠款三万元未还请依法判令'

describe('two who write at once', () => {
  it('lose and double no character, with cuts, restarts and reloads', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const throwDice = dice(seed)
      const court = new Court()
      let pages = [new Page('a', court), new Page('b', court)]
      pages.forEach((page) => page.greet(true))
      pages[0]!.book.edit({ edit: 'add', line: 'a-0', after: null, kind: 'speech', speaker: 1, text: '', turn: null })
      for (let each = 0; each < 4; each += 1) pages.forEach((page) => { page.send(); page.take() })
      const typed: string[] = []
      let count = 0
      for (let move = 0; move < 160; move += 1) {
        const at = throwDice(2)
        const page = pages[at]!
        switch (throwDice(6)) {
          case 0:
          case 1: {
            const text = page.book.text('a-0')
            if (text === undefined) break
            // Each mark is one of a kind, so one that is lost or doubled is seen.
            const mark = `${String.fromCodePoint(0x4e00 + count)}${[...WORDS][throwDice(17)] === '𬭚' ? '𬭚' : ''}`
            count += 1
            const places = [...text].length
            const place = [...text].slice(0, throwDice(places + 1)).join('').length
            page.book.type('a-0', text, text.slice(0, place) + mark + text.slice(place))
            typed.push([...mark][0]!)
            break
          }
          case 2:
            page.send()
            break
          case 3:
            page.take()
            break
          case 4:
            if (throwDice(8) === 0) {
              page.cut(throwDice(2) === 0)
              page.greet(throwDice(2) === 0)
            }
            break
          default:
            if (throwDice(12) === 0) {
              // The page is loaded again in the middle of a sentence.
              page.cut(throwDice(2) === 0)
              court.pages = court.pages.filter((each) => each !== page)
              const fresh = new Page(page.book.desk, court, page.kept)
              fresh.greet(true)
              pages = pages.map((each) => (each === page ? fresh : each))
            }
        }
      }
      for (let round = 0; round < 400; round += 1) pages.forEach((page) => { page.send(); page.take() })
      const text = court.lines[0]!.text
      for (const mark of typed) expect([...text].filter((each) => each === mark).length, `seed ${seed}: ${mark}`).toBe(1)
      for (const page of pages) {
        expect(page.book.waiting, `seed ${seed}`).toBe(0)
        expect(page.book.text('a-0'), `seed ${seed}`).toBe(text)
      }
    }
  }, 60_000)

  it('a rare surname is never cut', () => {
    const change = difference('王𬭚', '王𬭛')
    expect(toParts(change)).toEqual([{ keep: 1 }, { drop: 2 }, { put: '𬭛' }])
    expect(changed('王𬭚', change)).toBe('王𬭛')
    expect(fromParts([{ keep: 9 }], 3)).toBeUndefined()
  })
})
