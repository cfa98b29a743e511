// The media time line of an archived hearing: stretches, marks, and what each player has to do to
// stay together with the others. No media elements here; see archive/transport.ts.

import type { ArchiveRecord, Gap, Ground, Minute, ParticipantId, Phase, Stretch } from '../protocol'

/** A piece of the time line, ms. */
export interface Span {
  from: number
  to: number
}

/** Stretches joined where they touch or overlap, in order. */
export function joined(spans: readonly Span[], slack = 0): Span[] {
  const result: Span[] = []
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result[result.length - 1]
    if (last && span.from <= last.to + slack) last.to = Math.max(last.to, span.to)
    else result.push({ ...span })
  }
  return result
}

/** Where one person's camera file (sound or picture), or their screen file, has something. */
export function spansOf(stretches: readonly Stretch[], who: ParticipantId, screen: boolean): Span[] {
  return joined(
    stretches
      .filter((each) => each.who === who && (each.kind === 'screen') === screen)
      .map((each) => ({ from: each.from_ms, to: each.to_ms })),
    600,
  )
}

/** The span around a moment, if there is one. */
export function spanAt(spans: readonly Span[], at: number): Span | undefined {
  return spans.find((span) => span.from <= at && at < span.to)
}

/** A moment on the wall clock as ms on the media time line, kept inside it. */
export function mediaAt(record: Pick<ArchiveRecord, 'media_zero' | 'media_ms'>, at: number): number {
  return Math.min(record.media_ms, Math.max(0, at - (record.media_zero ?? at)))
}

/** What is missing, on the media time line; what lies outside is left out. */
export function gapSpans(record: Pick<ArchiveRecord, 'media_zero' | 'media_ms' | 'gaps'>): (Span & { gap: Gap })[] {
  const zero = record.media_zero
  if (zero === null) return []
  return record.gaps
    .map((gap) => ({ gap, from: Math.max(0, gap.from - zero), to: Math.min(record.media_ms, gap.to - zero) }))
    .filter((each) => each.to > each.from)
}

/** The last procedural fact at or before a moment (ms on the time line), or -1. */
export function minuteAt(record: Pick<ArchiveRecord, 'media_zero' | 'minutes'>, ms: number): number {
  const at = (record.media_zero ?? 0) + ms
  let found = -1
  record.minutes.forEach((minute: Minute, index) => {
    if (minute.at <= at) found = index
  })
  return found
}

/** A phase of the hearing on the time line. */
export interface PhaseSpan extends Span {
  phase: Phase
}

type Timed = Pick<ArchiveRecord, 'media_zero' | 'media_ms' | 'minutes'>

/** From when to when each phase lasted; the first begins with the opening. */
export function phaseSpans(record: Timed): PhaseSpan[] {
  const spans: PhaseSpan[] = []
  const begin = (phase: Phase, at: number): void => {
    const from = mediaAt(record, at)
    const last = spans[spans.length - 1]
    if (last?.phase === phase) return
    if (last) last.to = from
    spans.push({ phase, from, to: record.media_ms })
  }
  for (const { at, fact } of record.minutes) {
    if (fact.fact === 'opened' && spans.length === 0) begin('identity', at)
    if (fact.fact === 'phase_entered') begin(fact.phase, at)
    if (fact.fact === 'deliberation_began') begin('deliberation', at)
  }
  return spans
}

/** A pause of the recording and its ground. */
export interface PauseSpan extends Span {
  ground: Ground
}

/** Recesses and what was not public: recording paused from the call to the resumption. */
export function pauseSpans(record: Timed): PauseSpan[] {
  const spans: PauseSpan[] = []
  let open: PauseSpan | undefined
  for (const { at, fact } of record.minutes) {
    if (fact.fact === 'recess_called') {
      open = { ground: fact.ground, from: mediaAt(record, at), to: record.media_ms }
      spans.push(open)
    } else if (open && (fact.fact === 'resumed' || fact.fact === 'closed')) {
      open.to = mediaAt(record, at)
      open = undefined
    }
  }
  return spans
}

/** When somebody spoke: as far as the sound tells, and else when they had the floor. */
export function voiceSpans(record: Timed & Pick<ArchiveRecord, 'voices'>, who: ParticipantId): Span[] {
  const heard = record.voices.filter((each) => each.who === who)
  if (heard.length > 0) return joined(heard.map((each) => ({ from: each.from_ms, to: each.to_ms })))
  const spans: Span[] = []
  let open: Span | undefined
  for (const { at, fact } of record.minutes) {
    if (fact.fact === 'floor_given' && fact.who === who) {
      open = { from: mediaAt(record, at), to: record.media_ms }
      spans.push(open)
    } else if (open && (fact.fact === 'floor_given' || (fact.fact === 'floor_ended' && fact.who === who) || fact.fact === 'closed')) {
      open.to = mediaAt(record, at)
      open = undefined
    }
  }
  return spans
}

/** A moment as somebody types it: `1:02:03`, `2:03` or seconds; NaN when it is none. */
export function momentMs(text: string): number {
  const parts = text.trim().split(/[:：]/)
  if (parts.length > 3 || parts.some((part) => !/^\d{1,5}$/.test(part))) return NaN
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0) * 1000
}

/** What one player is doing. Times in seconds, as media elements have them. */
export interface PlayerState {
  at: number
  paused: boolean
  seeking: boolean
  ready: boolean
  broken: boolean
}

/** What one player is to do. */
export interface PlayerOrder {
  /** Whether anything is to be seen and heard at this moment. */
  shown: boolean
  /** Jump there, seconds. */
  seek?: number
  /** Whether it is to run. */
  play: boolean
  /** Its speed. */
  rate: number
  /** Whether the others wait for it. */
  wait: boolean
}

/** Farther apart than this is a jump, seconds. */
export const JUMP = 0.25
/** Farther apart than this is a jump while held, seconds. */
const EXACT = 0.015
/** Farther apart than this is made good by speed, seconds. */
export const DRIFT = 0.04
/** By how much the speed is changed to make good. */
const NUDGE = 0.04

/** The order for one player when the common position is `position` ms. */
export function orderFor(
  state: PlayerState,
  spans: readonly Span[],
  position: number,
  playing: boolean,
  rate: number,
): PlayerOrder {
  const span = spanAt(spans, position)
  if (!span || state.broken) return { shown: false, play: false, rate, wait: false }
  if (state.seeking) return { shown: true, play: false, rate, wait: true }
  const target = position / 1000
  const late = target - state.at
  // Held, the very frame is wanted.
  if (Math.abs(late) > (playing ? JUMP : EXACT)) return { shown: true, seek: target, play: false, rate, wait: true }
  if (!state.ready) return { shown: true, play: playing, rate, wait: true }
  if (!playing || Math.abs(late) <= DRIFT) return { shown: true, play: playing, rate, wait: false }
  return { shown: true, play: true, rate: rate * (late > 0 ? 1 + NUDGE : 1 - NUDGE), wait: false }
}
