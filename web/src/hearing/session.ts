// One visit of one person to one hearing: signaling, media and devices put together for the page.
// What it looks like is not here.

import { markRaw, reactive, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { api } from '../api/http'
import { MediaConnection } from '../media/connection'
import type { MediaState, Streams } from '../media/connection'
import { LocalMedia } from '../media/local'
import { placesOf } from '../media/slots'
import type { Place } from '../media/slots'
import { StatsCounter, inboundOf } from '../media/stats'
import type { Ask, Bye, Grade, Health, ParticipantId, Refusal, ServerMessage, SlotUse, View } from '../protocol'
import { HearingSocket, socketUrl } from '../signaling/socket'
import type { Link } from '../signaling/socket'
import { ServerClock } from './clock'
import { isCourt } from './seating'

/** What became of a request. */
export type Told = { done: true } | { done: false; why: Refusal | null }

const STATS_MS = 5_000
/** After this many failed attempts the page asks whether it is still signed in. */
const DOUBT_AFTER = 3

/** The grade of a line, by the bounds of `model::Health::grade`. */
export function gradeOf(health: Health): Grade {
  const loss = Math.max(health.loss_up_permille, health.loss_down_permille)
  const roundTrip = health.round_trip_ms ?? 0
  if (loss >= 150 || roundTrip >= 1000) return 'bad'
  if (loss >= 100 || roundTrip >= 400 || health.jitter_ms >= 100) return 'poor'
  return 'good'
}

export class Visit {
  readonly view: ShallowRef<View | undefined> = shallowRef()
  readonly streams: ShallowRef<Streams> = shallowRef({ sounds: [], pictures: [], screens: [] })
  readonly places: ShallowRef<Map<ParticipantId, Place>> = shallowRef(new Map())
  readonly speaking: ShallowRef<ReadonlySet<ParticipantId>> = shallowRef(new Set())
  readonly state = reactive({
    link: 'connecting' as Link,
    attempt: 0,
    media: 'none' as MediaState,
    ended: undefined as Bye | undefined,
    health: null as Health | null,
    soundBlocked: false,
  })
  readonly clock = new ServerClock()
  readonly local: LocalMedia
  private readonly socket: HearingSocket
  private readonly media: MediaConnection
  private slots: SlotUse[] = []
  private counter = new StatsCounter()
  private timer: ReturnType<typeof setInterval> | undefined
  private toldDevices = ''
  private stopWatching: () => void

  constructor(readonly hearing: number) {
    this.media = markRaw(new MediaConnection({
      offer: (connection, sdp, lines) => this.socket.offer(connection, sdp, lines),
      state: (state) => (this.state.media = state),
      streams: (streams) => (this.streams.value = {
        sounds: [...streams.sounds],
        pictures: [...streams.pictures],
        screens: [...streams.screens],
      }),
    }))
    this.local = new LocalMedia((kind, track) => {
      this.media.send(kind, track)
      this.tellDevices()
    })
    this.socket = new HearingSocket(socketUrl(hearing), {
      link: (link, attempt) => this.linked(link, attempt),
      view: (view) => this.seen(view),
      message: (message) => this.heard(message),
      ended: (why) => this.endedBy(why),
    })
    this.stopWatching = watch(
      () => this.local.kinds.microphone.on,
      (on) => remember(hearing, on),
    )
  }

  /** Starts the visit. */
  open(): void {
    this.socket.open()
    window.addEventListener('online', this.online)
    window.addEventListener('pagehide', this.leave)
    window.addEventListener('pageshow', this.revived)
    this.timer = setInterval(() => void this.measure(), STATS_MS)
  }

  /** Ends the visit and gives back all devices. */
  close(): void {
    this.stopWatching()
    window.removeEventListener('online', this.online)
    window.removeEventListener('pagehide', this.leave)
    window.removeEventListener('pageshow', this.revived)
    clearInterval(this.timer)
    this.rest()
    this.socket.close()
  }

  /** The hearing is over for this person: gives back devices and media, and goes on listening. */
  rest(): void {
    this.local.close()
    this.media.close()
  }

  /** Asks the procedure. A lost connection is `why: null`. */
  async ask(ask: Ask): Promise<Told> {
    try {
      const outcome = await this.socket.ask(ask)
      return outcome.result === 'done' ? { done: true } : { done: false, why: outcome.why }
    } catch {
      return { done: false, why: null }
    }
  }

  /** Whether the button for this ask is to be enabled. */
  may(name: Ask['do']): boolean {
    return this.state.link === 'open' && (this.view.value?.me.may_ask.includes(name) ?? false)
  }

  /** Whether the microphone was on when this page was last left (a reload keeps it). */
  get microphoneWasOn(): boolean {
    return sessionStorage.getItem(key(this.hearing)) !== 'off'
  }

  private readonly online = (): void => this.socket.hurry()
  private readonly leave = (): void => this.socket.close()

  // A page that the browser kept frozen has said goodbye already.
  private readonly revived = (event: PageTransitionEvent): void => {
    if (event.persisted) location.reload()
  }

  private linked(link: Link, attempt: number): void {
    this.state.link = link
    this.state.attempt = attempt
    if (link === 'lost' || link === 'ended') this.media.pause()
    if (link === 'lost' && attempt > 0 && attempt % DOUBT_AFTER === 0) void this.doubt()
  }

  // A refused WebSocket looks like a broken line: only the HTTP API can tell the difference.
  private async doubt(): Promise<void> {
    const me = await api.me().catch(() => undefined)
    if (me?.kind === 'nobody') {
      this.socket.close()
      this.endedBy('sign_in_needed')
    }
  }

  private seen(view: View): void {
    this.clock.heard(view.server_time, Date.now())
    this.view.value = view
    const mine = view.me.place === 'in_hearing' || isCourt(view.me.role)
    this.local.allow(mine ? view.me.may_publish : [])
    this.tellDevices()
  }

  private heard(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.toldDevices = ''
        this.media.begin(message.slots)
        this.tellDevices()
        break
      case 'slots':
        this.slots = message.slots
        this.places.value = placesOf(message.slots)
        this.media.need(message.wanted)
        break
      case 'reoffer':
        this.media.renew(message.fresh)
        break
      case 'speaking':
        this.speaking.value = new Set(message.who)
        break
      case 'health':
        this.state.health = message.health
        break
      default:
    }
  }

  private endedBy(why: Bye): void {
    this.state.ended = why
    clearInterval(this.timer)
    this.rest()
    if (why === 'version') reloadOnce()
  }

  private tellDevices(): void {
    const view = this.view.value
    if (this.state.link !== 'open' || !view?.me.may_ask.includes('devices')) return
    const on = this.local.sending()
    const text = on.join()
    if (text === this.toldDevices) return
    this.toldDevices = text
    void this.ask({ do: 'devices', on }).then((told) => {
      if (!told.done) this.toldDevices = ''
    })
  }

  private async measure(): Promise<void> {
    const { peer } = this.media
    if (!peer || this.state.media !== 'connected') return
    const report = await peer.getStats()
    const figures = this.counter.figures(inboundOf(report), (mid) => this.media.purposeOf(mid), this.slots)
    if (figures.length > 0) this.socket.stats(figures)
    this.tellDevices()
  }
}

function key(hearing: number): string {
  return `assize.microphone.${hearing}`
}

function remember(hearing: number, on: boolean): void {
  sessionStorage.setItem(key(hearing), on ? 'on' : 'off')
}

// The page of another version is reloaded, but not again and again.
function reloadOnce(): void {
  const last = Number(sessionStorage.getItem('assize.reloaded') ?? 0)
  if (Date.now() - last < 60_000) return
  sessionStorage.setItem('assize.reloaded', String(Date.now()))
  location.reload()
}
