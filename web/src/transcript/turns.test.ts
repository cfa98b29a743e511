import { describe, expect, it } from 'vitest'
import type { SpeechTurn, TranscriptLine } from '../protocol'
import { nextTurn, placeOf, shownTurns, withTurns } from './turns'

const turn = (n: number, who: number, from: number, to: number | null = null): SpeechTurn => ({ turn: n, who, from_ms: from, to_ms: to, cross_ms: 0 })
const line = (id: string, speaker: number | null, heard: [number, number] | null, of?: number): TranscriptLine => ({ id, rev: 0, kind: 'speech', speaker, label: '', room: { room: 'court' }, phase: null, at: 0, heard, draft: of === undefined ? null : { turn: of, engine: 'e', confidence: null, open: true }, text: '' })

describe('turns of speech', () => {
  it('are known once each, in the order in which they began, and no more than are kept', () => {
    const known = withTurns([turn(1, 4, 900)], [turn(2, 5, 800), turn(1, 4, 900, 1_700)])
    expect(known.map((each) => [each.turn, each.to_ms])).toEqual([[2, null], [1, 1_700]])
    const many = withTurns([], Array.from({ length: 100 }, (_, n) => turn(n + 1, 4, n * 1_000)))
    expect([many.length, many[0]?.turn]).toEqual([40, 61])
  })

  it('have the line that was begun at them or drafted of them', () => {
    const turns = [turn(1, 4, 900, 1_700), turn(2, 5, 2_000, 3_000), turn(3, 4, 4_000)]
    const lines = [line('a', 4, [900, 1_700]), line('b', 5, [2_100, 2_900], 2), line('c', 5, [4_000, 4_000])]
    expect(shownTurns(turns, lines).map((each) => each.line)).toEqual(['a', 'b', null])
  })

  it('are written down one after the other; one that was passed over is not asked for again', () => {
    const turns = [turn(1, 4, 900, 1_700), turn(2, 5, 2_000, 3_000), turn(3, 4, 4_000)]
    expect(nextTurn(shownTurns(turns, []))?.turn).toBe(1)
    expect(nextTurn(shownTurns(turns, [line('b', 5, [2_000, 3_000])]))?.turn).toBe(3)
    expect(nextTurn(shownTurns(turns, [line('c', 4, [4_000, 4_000])]))).toBeUndefined()
  })

  it('stand before what was said later, and behind what has no place of its own', () => {
    const lines = [line('head', null, null), line('a', 4, [900, 1_700]), line('note', null, null), line('c', 4, [4_000, 5_000])]
    expect(placeOf(turn(2, 5, 2_000), lines)).toBe('note')
    expect(placeOf(turn(9, 5, 9_000), lines)).toBe('c')
    expect(placeOf(turn(1, 5, 100), [])).toBeNull()
  })
})
