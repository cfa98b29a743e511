// What the server says of each picture line, and what may be shown on it: never the last frame of
// one person under the name of another. Drawing is not here.

import type { ParticipantId, PictureReason, PictureUse, SlotUse } from '../protocol'
import { lineKey } from './tiles'

/** How a picture is to be shown. */
export interface Showing {
  /** Why it is as it is; none while nothing was said. */
  reason: PictureReason | null
  /** Whether the frame on the line is one of the person who is in the slot now. */
  own: boolean
}

/** The picture nothing was said about is shown as it comes. */
export const PLAIN: Showing = { reason: null, own: true }

/** After this long with a layer flowing the frame is taken for the occupant's in any case, ms. */
export const TRUST_MS = 2_000

/** Keeps who is on each picture line and what is forwarded there. */
export class PictureBook {
  private uses = new Map<string, PictureUse>()
  private occupants = new Map<string, { who: ParticipantId; since: number }>()
  /** Lines on which something of the present occupant was forwarded. */
  private flowed = new Set<string>()
  /** Whether the server ever said anything; one that does not lets everything be shown. */
  private spoken = false

  /** The whole list of slots, at the page's time `now` (ms). */
  seated(slots: readonly SlotUse[], now: number): void {
    const seated = new Map<string, { who: ParticipantId; since: number }>()
    for (const { purpose, track } of slots) {
      if (track.kind === 'microphone') continue
      const key = lineKey(purpose)
      const before = this.occupants.get(key)
      const same = before?.who === track.participant
      seated.set(key, same ? before : { who: track.participant, since: now })
      if (!same) this.flowed.delete(key)
    }
    for (const key of this.occupants.keys()) if (!seated.has(key)) this.flowed.delete(key)
    this.occupants = seated
  }

  /** The whole list of pictures. */
  told(pictures: readonly PictureUse[]): void {
    this.spoken = true
    this.uses = new Map(pictures.map((use) => [lineKey(use.purpose), use]))
    for (const [key, use] of this.uses) {
      if (use.layer !== null && use.reason !== 'starting') this.flowed.add(key)
    }
  }

  /** A new connection: nothing is said of its lines yet. */
  renewed(): void {
    this.spoken = false
    this.flowed.clear()
    this.uses.clear()
  }

  /** How each occupied picture line is to be shown, at the page's time `now` (ms). */
  showing(now: number): Map<string, Showing> {
    const all = new Map<string, Showing>()
    if (!this.spoken) return all
    for (const [key, { since }] of this.occupants) {
      const use = this.uses.get(key)
      const flows = use?.layer != null && use.reason !== 'starting'
      // The two lists may cross on their way.
      if (flows && now - since > TRUST_MS) this.flowed.add(key)
      all.set(key, { reason: use?.reason ?? null, own: this.flowed.has(key) })
    }
    return all
  }
}
