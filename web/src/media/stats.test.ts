// Figures for the ops page, levels for the meters, and the words for device failures.

import { describe, expect, it } from 'vitest'
import type { LinePurpose, SlotUse } from '../protocol'
import { problemOf } from './devices'
import { barOf } from './level'
import { StatsCounter } from './stats'

const purposes: Record<string, LinePurpose> = {
  '3': { for: 'seat', slot: 0, medium: 'sound' },
  '4': { for: 'seat', slot: 0, medium: 'picture' },
  '5': { for: 'screen', slot: 0 },
}
const slots: SlotUse[] = [
  { purpose: { for: 'seat', slot: 0, medium: 'sound' }, track: { participant: 7, kind: 'microphone' } },
  { purpose: { for: 'seat', slot: 0, medium: 'picture' }, track: { participant: 7, kind: 'camera' } },
]
const sound = { mid: '3', kind: 'audio', concealedSamples: 100, totalSamplesReceived: 10_000, jitterBufferDelay: 400, jitterBufferEmittedCount: 10_000 }
const picture = { mid: '4', kind: 'video', framesDecoded: 50, totalFreezesDuration: 0.5 }

describe('StatsCounter', () => {
  it('counts what happened since the last message', () => {
    const counter = new StatsCounter()
    const purposeOf = (mid: string) => purposes[mid]
    expect(counter.figures([sound, picture], purposeOf, slots)).toEqual([
      { from: 7, frames: 50, frozen_ms: 500, concealed_permille: 10, buffer_ms: 40 },
    ])
    const later = [
      { ...sound, concealedSamples: 600, totalSamplesReceived: 20_000, jitterBufferDelay: 1000, jitterBufferEmittedCount: 20_000 },
      { ...picture, framesDecoded: 175 },
    ]
    expect(counter.figures(later, purposeOf, slots)).toEqual([
      { from: 7, frames: 125, frozen_ms: 0, concealed_permille: 50, buffer_ms: 60 },
    ])
  })

  it('starts from zero on a new connection and leaves out empty slots and screens', () => {
    const counter = new StatsCounter()
    const purposeOf = (mid: string) => purposes[mid]
    counter.figures([picture], purposeOf, slots)
    expect(counter.figures([{ ...picture, framesDecoded: 10, totalFreezesDuration: 0 }], purposeOf, slots)).toEqual([
      { from: 7, frames: 10, frozen_ms: 0, concealed_permille: 0, buffer_ms: 0 },
    ])
    expect(counter.figures([sound, { ...picture, mid: '5' }], purposeOf, [])).toEqual([])
  })
})

describe('barOf', () => {
  it('is empty for silence and full for a full scale', () => {
    expect(barOf(new Float32Array(8))).toBe(0)
    expect(barOf(new Float32Array(8).fill(1))).toBe(1)
    expect(barOf(new Float32Array(8).fill(0.0316))).toBeCloseTo(0.5, 2)
  })
})

describe('problemOf', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
    ['TypeError', 'unsupported'],
    ['SomethingElse', 'unknown'],
  ])('%s is %s', (name, problem) => {
    expect(problemOf({ name })).toBe(problem)
  })

  it('does not stumble over other values', () => {
    expect(problemOf(undefined)).toBe('unknown')
    expect(problemOf('text')).toBe('unknown')
  })
})
