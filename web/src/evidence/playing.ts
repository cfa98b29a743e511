// Where shown sound or video stands, and when a page has to jump to be there too. What is not here:
// the element that plays.

import type { Playing } from '../protocol'

/** A page that is further off than this jumps, milliseconds; well within the half second of a page. */
export const OFF_MS = 200
/** Held, all stand on the same place. */
const HELD_OFF_MS = 40
/** A jump takes its time; the next one waits until it has been seen. */
const JUMP_EVERY_MS = 1_500

/** Where all are when the server's clock says `now`, milliseconds from the beginning. */
export function placeOf(playing: Playing, now: number, length: number): number {
  const run = playing.running ? Math.max(0, now - playing.since) : 0
  return Math.min(Math.max(0, playing.at_ms + run), length)
}

/** The place to jump to, if this page is too far off; `since` the last jump, all milliseconds. */
export function correction(here: number, target: number, running: boolean, since: number): number | undefined {
  const off = Math.abs(here - target)
  if (!running) return off > HELD_OFF_MS ? target : undefined
  return off > OFF_MS && since > JUMP_EVERY_MS ? target : undefined
}
