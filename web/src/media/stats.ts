// From the browser's reports to the figures of a `stats` message. Nothing is sent here.

import type { ClientStats, LinePurpose, ParticipantId, SlotUse } from '../protocol'

/** The fields of an `inbound-rtp` report that are used (W3C webrtc-stats). */
export interface Inbound {
  mid: string
  kind: string
  framesDecoded?: number
  totalFreezesDuration?: number
  concealedSamples?: number
  totalSamplesReceived?: number
  jitterBufferDelay?: number
  jitterBufferEmittedCount?: number
}

/** Totals of one person at one moment. */
interface Totals {
  frames: number
  frozen: number
  concealed: number
  samples: number
  delay: number
  emitted: number
}

const NOTHING: Totals = { frames: 0, frozen: 0, concealed: 0, samples: 0, delay: 0, emitted: 0 }

/** Picks the reports that are used out of what the browser gives. */
export function inboundOf(report: RTCStatsReport): Inbound[] {
  const found: Inbound[] = []
  report.forEach((each: { type: string; mid?: string }) => {
    if (each.type === 'inbound-rtp' && each.mid !== undefined) found.push(each as unknown as Inbound)
  })
  return found
}

/** Turns running totals into figures since the last call. */
export class StatsCounter {
  private before = new Map<string, Totals>()

  /** The figures of every person in a seat slot; lines of empty slots are left out. */
  figures(
    inbound: readonly Inbound[],
    purposeOf: (mid: string) => LinePurpose | undefined,
    slots: readonly SlotUse[],
  ): ClientStats[] {
    const people = new Map<ParticipantId, Totals>()
    const seen = new Map<string, Totals>()
    for (const report of inbound) {
      const purpose = purposeOf(report.mid)
      const who = purpose && occupant(slots, purpose)
      if (purpose?.for !== 'seat' || who === undefined) continue
      const key = `${who}/${report.mid}`
      const total = totalsOf(report)
      seen.set(key, total)
      people.set(who, added(people.get(who) ?? NOTHING, since(total, this.before.get(key))))
    }
    this.before = seen
    return [...people].map(([from, totals]) => ({
      from,
      frames: whole(totals.frames, 4_294_967_295),
      frozen_ms: whole(totals.frozen * 1000, 4_294_967_295),
      concealed_permille: totals.samples > 0 ? whole((totals.concealed * 1000) / totals.samples, 1000) : 0,
      buffer_ms: totals.emitted > 0 ? whole((totals.delay * 1000) / totals.emitted, 65_535) : 0,
    }))
  }
}

function occupant(slots: readonly SlotUse[], purpose: LinePurpose): ParticipantId | undefined {
  if (purpose.for !== 'seat') return undefined
  return slots.find(
    (use) => use.purpose.for === 'seat' && use.purpose.slot === purpose.slot && use.purpose.medium === purpose.medium,
  )?.track.participant
}

function totalsOf(report: Inbound): Totals {
  const sound = report.kind === 'audio'
  return {
    frames: sound ? 0 : (report.framesDecoded ?? 0),
    frozen: sound ? 0 : (report.totalFreezesDuration ?? 0),
    concealed: sound ? (report.concealedSamples ?? 0) : 0,
    samples: sound ? (report.totalSamplesReceived ?? 0) : 0,
    delay: sound ? (report.jitterBufferDelay ?? 0) : 0,
    emitted: sound ? (report.jitterBufferEmittedCount ?? 0) : 0,
  }
}

// Totals that went down belong to a new connection and count from zero.
function since(now: Totals, before: Totals | undefined): Totals {
  if (!before || now.frames < before.frames || now.samples < before.samples) return now
  return combine(now, before, (a, b) => Math.max(0, a - b))
}

function added(one: Totals, other: Totals): Totals {
  return combine(one, other, (a, b) => a + b)
}

function combine(one: Totals, other: Totals, how: (a: number, b: number) => number): Totals {
  return {
    frames: how(one.frames, other.frames),
    frozen: how(one.frozen, other.frozen),
    concealed: how(one.concealed, other.concealed),
    samples: how(one.samples, other.samples),
    delay: how(one.delay, other.delay),
    emitted: how(one.emitted, other.emitted),
  }
}

function whole(value: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(0, Math.round(value))) : 0
}
