// One visit of one person to one hearing: signaling, media and devices put together for the page.
// What it looks like is not here.

import { markRaw, reactive, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { say } from '../alerts'
import { api } from '../api/http'
import { i18n } from '../i18n'
import { MediaConnection } from '../media/connection'
import type { MediaState, Streams } from '../media/connection'
import { LocalMedia } from '../media/local'
import { browserTests, testLine } from '../media/linetest'
import { pathOf } from '../media/path'
import { placesOf } from '../media/slots'
import type { Place } from '../media/slots'
import { PictureBook } from '../media/pictures'
import type { Showing } from '../media/pictures'
import { StatsCounter, inboundOf } from '../media/stats'
import { TileBook } from '../media/tiles'
import type { Ask, Bye, CourtNote, Health, LineTest, Minute, ParticipantId, Refusal, Relay, ServerMessage, SlotUse, TrackKind, Trial, Trouble, View } from '../protocol'
import { HearingSocket, socketUrl } from '../signaling/socket'
import type { Link } from '../signaling/socket'
import { Following } from '../transcript/following'
import { ServerClock } from './clock'
import { Steady, verdictOf } from './line'
import { isCourt } from './roles'

/** What became of a request. */
export type Told = { done: true } | { done: false; why: Refusal | null }

const STATS_MS = 5_000
/** Private notes that are kept on the page (`limits::NOTES_MAX` come again after a reload). */
const NOTES_MAX = 200
/** Minutes that are kept on the page; the whole ledger is in the archive. */
const MINUTES_MAX = 1_000
/** How often the page looks whether it slept. */
const BEAT_MS = 2_000
/** So long between two looks is sleep; browsers let a page out of sight look once a minute only. */
const SLEPT_MS = 10_000
const SLEPT_HIDDEN_MS = 90_000
/** After this many failed attempts the page asks whether it is still signed in. */
const DOUBT_AFTER = 3

export class Visit {
  readonly view: ShallowRef<View | undefined> = shallowRef()
  readonly streams: ShallowRef<Streams> = shallowRef({ sounds: [], pictures: [], screens: [] })
  readonly places: ShallowRef<Map<ParticipantId, Place>> = shallowRef(new Map())
  readonly speaking: ShallowRef<ReadonlySet<ParticipantId>> = shallowRef(new Set())
  /** How each occupied picture line is to be shown, by its key. */
  readonly pictures: ShallowRef<ReadonlyMap<string, Showing>> = shallowRef(new Map())
  /** Private notes among the court's own, oldest first. */
  readonly notes: ShallowRef<readonly CourtNote[]> = shallowRef([])
  /** The minutes so far, for the court, oldest first. */
  readonly minutes: ShallowRef<readonly Minute[]> = shallowRef([])
  readonly state = reactive({
    link: 'connecting' as Link,
    attempt: 0,
    media: 'none' as MediaState,
    ended: undefined as Bye | undefined,
    health: null as Health | null,
    /** What is wrong with this person's line, once it is more than a moment's trouble. */
    trouble: null as Trouble | null,
    soundBlocked: false,
    /** The person asked for sound alone. */
    picturesOff: false,
  })
  /** What is drawn on this page. */
  readonly tiles = markRaw(new TileBook((tiles) => this.socket.tiles(tiles)))
  readonly clock = new ServerClock()
  readonly local: LocalMedia
  /** The transcript, for whoever reads along. */
  readonly transcript: Following
  private readonly socket: HearingSocket
  private readonly media: MediaConnection
  private slots: SlotUse[] = []
  private relays: readonly Relay[] = []
  private counter = new StatsCounter()
  private book = new PictureBook()
  private steady = new Steady<Trouble | null>(null)
  private tick = Date.now()
  private timer: ReturnType<typeof setInterval> | undefined
  private pulse: ReturnType<typeof setInterval> | undefined
  private toldDevices = ''
  private stopWatching: () => void

  constructor(readonly hearing: number) {
    this.media = markRaw(new MediaConnection({
      offer: (connection, sdp, lines) => this.socket.offer(connection, sdp, lines),
      state: (state) => this.flowed(state),
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
    this.transcript = markRaw(new Following(hearing, this.socket))
    this.stopWatching = watch(
      () => this.local.kinds.microphone.on,
      (on) => remember(hearing, on),
    )
  }

  /** Starts the visit. */
  open(): void {
    this.socket.open()
    window.addEventListener('online', this.disturbed)
    window.addEventListener('pagehide', this.leave)
    window.addEventListener('pageshow', this.revived)
    document.addEventListener('visibilitychange', this.looked)
    document.addEventListener('resume', this.disturbed)
    network()?.addEventListener('change', this.disturbed)
    this.looked()
    this.timer = setInterval(() => void this.measure(), STATS_MS)
    this.pulse = setInterval(() => this.beat(), BEAT_MS)
  }

  /** Ends the visit and gives back all devices. */
  close(): void {
    this.stopWatching()
    window.removeEventListener('online', this.disturbed)
    window.removeEventListener('pagehide', this.leave)
    window.removeEventListener('pageshow', this.revived)
    document.removeEventListener('visibilitychange', this.looked)
    document.removeEventListener('resume', this.disturbed)
    network()?.removeEventListener('change', this.disturbed)
    clearInterval(this.timer)
    clearInterval(this.pulse)
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

  /** Tries out the line; `step` is told how far it is. The court and operators are told the end. */
  async testLine(devices: { camera: Trial; microphone: Trial; speaker: Trial }, step: (test: LineTest) => void): Promise<LineTest> {
    const report = await this.media.peer?.getStats()
    const known = {
      ...devices,
      signaling: this.state.link === 'open',
      path: report && this.state.media === 'connected' ? pathOf(report) : null,
      relays: this.relays,
    }
    const test = await testLine(known, browserTests, step)
    this.socket.lineTest(test)
    return test
  }

  /** Whether the button for this ask is to be enabled. */
  may(name: Ask['do']): boolean {
    return this.state.link === 'open' && (this.view.value?.me.may_ask.includes(name) ?? false)
  }

  /** Switches a device on or off; what goes wrong is told to the person. */
  async toggle(kind: TrackKind): Promise<void> {
    const local = this.local.kinds[kind]
    if (local.busy) return
    if (local.on) return this.local.switchOff(kind)
    if (this.view.value?.me.locked && kind === 'microphone') return
    await this.local.switchOn(kind)
    const { problem } = local
    if (problem && problem !== 'cancelled') say(`${i18n.global.t(`kind.${kind}`)}：${i18n.global.t(`problem.${problem}`)}`, 'bad')
  }

  /** Whether the microphone was on when this page was last left (a reload keeps it). */
  get microphoneWasOn(): boolean {
    return sessionStorage.getItem(key(this.hearing)) !== 'off'
  }

  /** Sound alone, for a line that carries no more; or pictures again. */
  showPictures(on: boolean): void {
    this.state.picturesOff = !on
    this.looked()
  }

  // Another network, or awake again: what stood may be gone without anybody having said so.
  private readonly disturbed = (): void => {
    this.socket.doubt()
    this.media.disturbed()
  }

  private readonly looked = (): void =>
    this.tiles.hide(document.visibilityState === 'hidden' || this.state.picturesOff)

  private readonly leave = (): void => this.socket.close()

  // A page that the browser kept frozen has said goodbye already.
  private readonly revived = (event: PageTransitionEvent): void => {
    if (event.persisted) location.reload()
  }

  // A machine that slept, or a page that the browser froze, missed beats.
  private beat(): void {
    const missed = Date.now() - this.tick
    this.tick = Date.now()
    if (missed > (document.visibilityState === 'hidden' ? SLEPT_HIDDEN_MS : SLEPT_MS)) this.disturbed()
  }

  private flowed(state: MediaState): void {
    const again = state === 'connected' && this.state.media !== 'connected'
    this.state.media = state
    if (!again) return
    // With a connection that ended, the server forgot what is switched on here.
    this.toldDevices = ''
    this.tellDevices()
    this.tiles.again()
  }

  private showPictureUses(): void {
    this.pictures.value = this.book.showing(Date.now())
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
    const waits = view.me.place === 'waiting'
    const mine = view.me.place === 'in_hearing' || isCourt(view.me.role) || view.me.previewed
    this.local.allow(mine ? view.me.may_publish : [], waits)
    this.tellDevices()
  }

  private heard(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.transcript.greeted()
        this.toldDevices = ''
        this.notes.value = []
        this.minutes.value = []
        this.book.renewed()
        this.relays = message.relays
        this.media.relay(message.relays)
        this.media.begin(message.slots)
        this.tellDevices()
        this.tiles.again()
        break
      case 'slots':
        this.slots = message.slots
        this.places.value = placesOf(message.slots)
        this.book.seated(message.slots, Date.now())
        this.showPictureUses()
        this.media.need(message.wanted)
        break
      case 'pictures':
        this.book.told(message.pictures)
        this.showPictureUses()
        break
      case 'reoffer':
        this.media.renew(message.fresh)
        break
      case 'speaking':
        this.speaking.value = new Set(message.who)
        break
      case 'health':
        this.state.health = message.health
        this.state.trouble = this.steady.say(verdictOf(message.health).trouble)
        this.showPictureUses()
        break
      case 'minutes':
        this.minutes.value = [...this.minutes.value, ...message.minutes].slice(-MINUTES_MAX)
        break
      case 'notes':
        this.notes.value = [...this.notes.value, ...message.notes].slice(-NOTES_MAX)
        break
      default:
        this.transcript.heard(message)
    }
  }

  private endedBy(why: Bye): void {
    this.state.ended = why
    clearInterval(this.timer)
    clearInterval(this.pulse)
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
    const path = pathOf(report)
    const figures = this.counter.figures(inboundOf(report), (mid) => this.media.purposeOf(mid), this.slots)
    this.socket.stats(figures, path)
    this.tellDevices()
  }
}

/** What the browser tells of its network, where it does (Network Information API). */
function network(): EventTarget | undefined {
  return (navigator as { connection?: EventTarget }).connection
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
