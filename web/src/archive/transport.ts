// One transport for many players: position, speed, and keeping them together. Which players exist
// is the page's business.

import { reactive } from 'vue'
import { orderFor } from './timeline'
import type { Span } from './timeline'

/** The part of a media element that is used; tests bring their own. */
export interface Player {
  currentTime: number
  playbackRate: number
  readonly paused: boolean
  readonly seeking: boolean
  readonly readyState: number
  readonly error: unknown
  play(): Promise<void>
  pause(): void
}

interface Member {
  player: Player
  spans: Span[]
  shown(is: boolean): void
}

/** `HAVE_FUTURE_DATA` of HTMLMediaElement. */
const READY = 3
/** One frame at 25 a second, ms. */
export const FRAME = 40
/** The others do not wait longer than this for one that does not come, ms. */
const PATIENCE = 8_000

export class Transport {
  /** Shown by the page. `at` is ms on the media time line. */
  readonly state = reactive({ at: 0, playing: false, waiting: false, rate: 1, length: 0 })
  private members = new Map<string, Member>()
  private last = 0
  private waitingFor = 0

  /** Adds a player that has something in `spans`. */
  join(name: string, player: Player, spans: Span[], shown: (is: boolean) => void): void {
    this.members.set(name, { player, spans, shown })
  }

  /** Takes a player out. */
  leave(name: string): void {
    this.members.get(name)?.player.pause()
    this.members.delete(name)
  }

  play(): void {
    if (this.state.at >= this.state.length) this.state.at = 0
    this.state.playing = true
  }

  pause(): void {
    this.state.playing = false
  }

  /** Plays, or holds. */
  toggle(): void {
    if (this.state.playing) this.pause()
    else this.play()
  }

  seek(at: number): void {
    this.state.at = Math.min(this.state.length, Math.max(0, at))
    this.waitingFor = 0
  }

  /** One frame on or back, held: as long as a frame of a usual camera. */
  frame(by: 1 | -1): void {
    this.state.playing = false
    this.seek(this.state.at + by * FRAME)
  }

  /** One step of the common clock; `now` is a steady clock in ms. Call it about 20 times a second. */
  step(now: number): void {
    const passed = this.last === 0 ? 0 : Math.min(500, now - this.last)
    this.last = now
    let waiting = false
    for (const member of this.members.values()) waiting = this.lead(member) || waiting
    this.waitingFor = waiting ? this.waitingFor + passed : 0
    this.state.waiting = waiting && this.waitingFor < PATIENCE
    if (!this.state.playing || this.state.waiting) return
    this.state.at = Math.min(this.state.length, this.state.at + passed * this.state.rate)
    if (this.state.at >= this.state.length) this.state.playing = false
  }

  private lead({ player, spans, shown }: Member): boolean {
    const order = orderFor(
      {
        at: player.currentTime,
        paused: player.paused,
        seeking: player.seeking,
        ready: player.readyState >= READY,
        broken: player.error !== null && player.error !== undefined,
      },
      spans,
      this.state.at,
      this.state.playing && !(this.state.waiting && player.readyState >= READY),
      this.state.rate,
    )
    shown(order.shown)
    if (order.seek !== undefined) player.currentTime = order.seek
    if (player.playbackRate !== order.rate) player.playbackRate = order.rate
    if (order.play && player.paused) void player.play().catch(() => undefined)
    if (!order.play && !player.paused) player.pause()
    return order.wait
  }
}
