// Who is in which receiving slot, and which lines a connection has. No browser objects here.

import type { Line, LinePurpose, ParticipantId, SlotCount, SlotUse, TrackKind } from '../protocol'

/** Bounds of `model::limits`: a page never offers more. */
export const SEAT_SLOTS_MAX = 16
export const SCREEN_SLOTS_MAX = 2

/** The sending lines, in the order in which every connection has them. */
export const SENDING: readonly TrackKind[] = ['microphone', 'camera', 'screen']

/** Where one person is heard and seen. */
export interface Place {
  /** Seat slot with their sound. */
  sound?: number
  /** Seat slot with their picture. */
  picture?: number
  /** Screen slot with their shared screen. */
  screen?: number
}

/** From the list of slots to people. */
export function placesOf(slots: readonly SlotUse[]): Map<ParticipantId, Place> {
  const places = new Map<ParticipantId, Place>()
  for (const { purpose, track } of slots) {
    const place = places.get(track.participant) ?? {}
    if (purpose.for === 'seat' && purpose.medium === 'sound') place.sound = purpose.slot
    if (purpose.for === 'seat' && purpose.medium === 'picture') place.picture = purpose.slot
    if (purpose.for === 'screen') place.screen = purpose.slot
    places.set(track.participant, place)
  }
  return places
}

/** The lines that are missing in a connection that has `have` when `wanted` are needed. */
export function missingLines(have: SlotCount, wanted: SlotCount): LinePurpose[] {
  const lines: LinePurpose[] = []
  for (let slot = have.seats; slot < Math.min(wanted.seats, SEAT_SLOTS_MAX); slot += 1) {
    lines.push({ for: 'seat', slot, medium: 'sound' }, { for: 'seat', slot, medium: 'picture' })
  }
  for (let slot = have.screens; slot < Math.min(wanted.screens, SCREEN_SLOTS_MAX); slot += 1) {
    lines.push({ for: 'screen', slot })
  }
  return lines
}

/** The larger of two counts, each part for itself: slots are never given back. */
export function atLeast(one: SlotCount, other: SlotCount): SlotCount {
  return { seats: Math.max(one.seats, other.seats), screens: Math.max(one.screens, other.screens) }
}

/** What to declare beside an offer; a line without a `mid` is not in the description yet. */
export function declare(lines: readonly { mid: string | null; purpose: LinePurpose }[]): Line[] {
  return lines.flatMap(({ mid, purpose }) => (mid === null ? [] : [{ mid, purpose }]))
}
