// The time line of the archive and the transport that keeps players together.

import { beforeEach, describe, expect, it } from 'vitest'
import { gapSpans, joined, mediaAt, minuteAt, orderFor, spanAt, spansOf } from './timeline'
import type { PlayerState, Span } from './timeline'
import { Transport } from './transport'
import type { Player } from './transport'

const calm: PlayerState = { at: 10, paused: false, seeking: false, ready: true, broken: false }
const whole: Span[] = [{ from: 0, to: 60_000 }]

describe('time line', () => {
  it('joins stretches of sound and picture of one person', () => {
    const stretches = [
      { who: 1, kind: 'microphone' as const, from_ms: 0, to_ms: 5000 },
      { who: 1, kind: 'camera' as const, from_ms: 4000, to_ms: 9000 },
      { who: 1, kind: 'camera' as const, from_ms: 20_000, to_ms: 21_000 },
      { who: 1, kind: 'screen' as const, from_ms: 100, to_ms: 200 },
      { who: 2, kind: 'camera' as const, from_ms: 0, to_ms: 99_000 },
    ]
    expect(spansOf(stretches, 1, false)).toEqual([{ from: 0, to: 9000 }, { from: 20_000, to: 21_000 }])
    expect(spansOf(stretches, 1, true)).toEqual([{ from: 100, to: 200 }])
    expect(joined([{ from: 5, to: 6 }, { from: 0, to: 10 }])).toEqual([{ from: 0, to: 10 }])
    expect(spanAt([{ from: 5, to: 6 }], 6)).toBeUndefined()
  })

  it('places moments, gaps and minutes', () => {
    const record = {
      media_zero: 1000, media_ms: 500,
      gaps: [{ track: null, from: 900, to: 1100 }, { track: null, from: 1600, to: 1700 }],
      minutes: [
        { at: 900, by: { who: 'server' as const }, fact: { fact: 'opened' as const } },
        { at: 1200, by: { who: 'server' as const }, fact: { fact: 'closed' as const, ending: 'closed' as const, ground: null, note: '' } },
      ],
    }
    expect(mediaAt(record, 1250)).toBe(250)
    expect(mediaAt(record, 5)).toBe(0)
    expect(mediaAt(record, 9999)).toBe(500)
    expect(gapSpans(record).map(({ from, to }) => [from, to])).toEqual([[0, 100]])
    expect(minuteAt(record, 0)).toBe(0)
    expect(minuteAt(record, 200)).toBe(1)
    expect(minuteAt({ ...record, minutes: [] }, 200)).toBe(-1)
  })
})

describe('orderFor', () => {
  it('lets a player run that is where it should be', () => {
    expect(orderFor(calm, whole, 10_020, true, 1)).toEqual({ shown: true, play: true, rate: 1, wait: false })
  })

  it('makes small differences good by speed', () => {
    expect(orderFor(calm, whole, 10_100, true, 2).rate).toBeCloseTo(2.08)
    expect(orderFor(calm, whole, 9_900, true, 1).rate).toBeCloseTo(0.96)
  })

  it('jumps over large differences and lets the others wait', () => {
    expect(orderFor(calm, whole, 30_000, true, 1)).toMatchObject({ seek: 30, play: false, wait: true })
  })

  it('waits for a player without data, not for one that has nothing here or is broken', () => {
    expect(orderFor({ ...calm, ready: false }, whole, 10_000, true, 1).wait).toBe(true)
    expect(orderFor(calm, [{ from: 20_000, to: 30_000 }], 10_000, true, 1)).toMatchObject({ shown: false, play: false, wait: false })
    expect(orderFor({ ...calm, broken: true }, whole, 10_000, true, 1).wait).toBe(false)
  })
})

class FakePlayer implements Player {
  time = 0
  playbackRate = 1
  paused = true
  seeking = false
  readyState = 4
  error: unknown = null
  seeks: number[] = []
  get currentTime(): number {
    return this.time
  }
  set currentTime(at: number) {
    this.seeks.push(at)
    this.time = at
  }
  play(): Promise<void> {
    this.paused = false
    return Promise.resolve()
  }
  pause(): void {
    this.paused = true
  }
  runs(ms: number): void {
    if (!this.paused) this.time += (ms / 1000) * this.playbackRate
  }
}

describe('Transport', () => {
  let transport: Transport
  let one: FakePlayer
  let two: FakePlayer
  let shown: boolean[]
  let now: number

  function run(ms: number): void {
    for (let passed = 0; passed < ms; passed += 50) {
      now += 50
      one.runs(50)
      two.runs(50)
      transport.step(now)
    }
  }

  beforeEach(() => {
    transport = new Transport()
    transport.state.length = 60_000
    one = new FakePlayer()
    two = new FakePlayer()
    shown = []
    now = 1000
    transport.join('one', one, whole, () => undefined)
    transport.join('two', two, [{ from: 5000, to: 60_000 }], (is) => shown.push(is))
    transport.step(now)
  })

  it('keeps two players together, also when one comes in later', () => {
    transport.play()
    run(4000)
    expect(two.paused).toBe(true)
    expect(shown[shown.length - 1]).toBe(false)
    run(6000)
    expect(two.paused).toBe(false)
    expect(two.seeks.length).toBe(1)
    expect(Math.abs(one.time - two.time)).toBeLessThan(0.05)
    expect(Math.abs(one.time * 1000 - transport.state.at)).toBeLessThan(100)
  })

  it('holds everybody while one has no data, and resumes', () => {
    transport.seek(10_000)
    transport.play()
    run(1000)
    two.readyState = 1
    run(1000)
    const held = transport.state.at
    expect(transport.state.waiting).toBe(true)
    expect(one.paused).toBe(true)
    run(1000)
    expect(transport.state.at).toBe(held)
    two.readyState = 4
    run(1000)
    expect(transport.state.waiting).toBe(false)
    expect(transport.state.at).toBeGreaterThan(held + 800)
  })

  it('does not wait for ever', () => {
    two.readyState = 1
    transport.seek(10_000)
    transport.play()
    run(12_000)
    expect(transport.state.at).toBeGreaterThan(12_000)
  })

  it('plays faster, stops at the end and starts again from the beginning', () => {
    transport.state.rate = 2
    transport.seek(58_000)
    transport.play()
    run(2000)
    expect(transport.state.playing).toBe(false)
    expect(transport.state.at).toBe(60_000)
    transport.play()
    expect(transport.state.at).toBe(0)
  })

  it('stops a player that is taken out', () => {
    transport.play()
    run(200)
    transport.leave('one')
    expect(one.paused).toBe(true)
  })
})
