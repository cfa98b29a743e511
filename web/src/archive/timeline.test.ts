// The time line of the archive and the transport that keeps players together.

import { beforeEach, describe, expect, it } from 'vitest'
import { gapSpans, joined, mediaAt, minuteAt, momentMs, orderFor, pauseSpans, phaseSpans, spanAt, spansOf, voiceSpans } from './timeline'
import type { PlayerState, Span } from './timeline'
import type { Fact, Minute } from '../protocol'
import { FRAME, Transport } from './transport'
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

function minutes(...facts: [number, Fact][]): Minute[] {
  return facts.map(([at, fact]) => ({ at, by: { who: 'server' as const }, fact }))
}

describe('what a record tells', () => {
  const record = {
    media_zero: 1000,
    media_ms: 9000,
    voices: [{ who: 2, kind: 'microphone' as const, from_ms: 10, to_ms: 20 }],
    minutes: minutes(
      [1000, { fact: 'opened' }],
      [1100, { fact: 'phase_entered', phase: 'identity', reason: '' }],
      [2000, { fact: 'phase_entered', phase: 'rights', reason: '' }],
      [3000, { fact: 'recess_called', ground: 'non_public_evidence' }],
      [4000, { fact: 'resumed' }],
      [5000, { fact: 'floor_given', who: 1, seconds: null }],
      [6000, { fact: 'floor_given', who: 3, seconds: null }],
      [7000, { fact: 'floor_ended', who: 3 }],
      [8000, { fact: 'phase_entered', phase: 'last_words', reason: '' }],
      [9000, { fact: 'recess_called', ground: 'recess' }],
    ),
  }

  it('places each phase until the next', () => {
    expect(phaseSpans(record)).toEqual([
      { phase: 'identity', from: 0, to: 1000 },
      { phase: 'rights', from: 1000, to: 7000 },
      { phase: 'last_words', from: 7000, to: 9000 },
    ])
    expect(phaseSpans({ ...record, minutes: [] })).toEqual([])
  })

  it('marks pauses with their ground, to the end when nobody resumed', () => {
    expect(pauseSpans(record)).toEqual([
      { ground: 'non_public_evidence', from: 2000, to: 3000 },
      { ground: 'recess', from: 8000, to: 9000 },
    ])
  })

  it('shows who spoke by the sound, and by the floor where the sound does not tell', () => {
    expect(voiceSpans(record, 2)).toEqual([{ from: 10, to: 20 }])
    expect(voiceSpans(record, 1)).toEqual([{ from: 4000, to: 5000 }])
    expect(voiceSpans(record, 3)).toEqual([{ from: 5000, to: 6000 }])
    expect(voiceSpans(record, 4)).toEqual([])
  })

  it('reads moments as people type them', () => {
    expect(momentMs('1:02:03')).toBe(3_723_000)
    expect(momentMs('2：03')).toBe(123_000)
    expect(momentMs(' 45 ')).toBe(45_000)
    for (const text of ['', 'a', '1:2:3:4', '-1', '1:']) expect(momentMs(text)).toBeNaN()
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

  it('goes on and back by a frame, held, and every player stands on that very frame', () => {
    transport.seek(10_000)
    transport.play()
    run(500)
    transport.frame(1)
    const at = transport.state.at
    run(200)
    expect(transport.state.at).toBe(at)
    expect(one.paused && two.paused).toBe(true)
    for (const player of [one, two]) expect(Math.abs(player.time * 1000 - at)).toBeLessThan(16)
    transport.frame(-1)
    expect(transport.state.at).toBe(at - FRAME)
  })

  it('stops a player that is taken out', () => {
    transport.play()
    run(200)
    transport.leave('one')
    expect(one.paused).toBe(true)
  })
})
