// The media connection of one page: it always offers, the server always answers. Lines are fixed
// (see media/slots.ts); people come and go in them without negotiation. Where the devices come
// from and what is shown is not here.

import type { Line, LinePurpose, Relay, SlotCount, TrackKind } from '../protocol'
import { OfferRefused } from '../signaling/socket'
import { cameraWish } from './encoding'
import { receivingLine, sendingLine, suit } from './lines'
import { SENDING, atLeast, declare, missingLines } from './slots'

/** How the media connection is doing. */
export type MediaState = 'none' | 'connecting' | 'connected' | 'lost'

/** What a connection needs from the world. */
export interface MediaWorld {
  peer(relays: readonly Relay[]): RTCPeerConnection
  /** How many layers of the camera this machine can encode. */
  layers(): number
  stream(tracks: MediaStreamTrack[]): MediaStream
  after(ms: number, what: () => void): () => void
  now(): number
  /** A number that grows with whatever arrives on the connection, checks included. */
  heard(peer: RTCPeerConnection): Promise<number>
}

/** What the owner of a connection is told. */
export interface MediaEvents {
  /** Carries an offer to the server and brings back the answer. */
  offer(connection: number, sdp: string, lines: Line[]): Promise<string>
  /** The state changed. */
  state(state: MediaState): void
  /** Other streams than before are to be shown. */
  streams(streams: Streams): void
}

/** What is received: one stream per line, by slot. */
export interface Streams {
  sounds: MediaStream[]
  pictures: MediaStream[]
  screens: MediaStream[]
}

/** A broken path may come back by itself within this time. */
export const DISCONNECTED_MS = 3_000
/** A renewed path that does not connect within this time needs a new connection. */
export const CONNECT_MS = 10_000
/**
 * After signaling came back, a connection on which nothing arrives for this long is taken for that
 * of a server that forgot it. To be wrong costs nothing: the former connection is kept meanwhile.
 */
export const PROOF_MS = 1_500
/** The former connection is kept this long while the new one connects. */
export const FORMER_MS = 20_000
/** Waits before a new attempt after a failed one. */
const RETRY_MS = [1_000, 2_000, 4_000, 8_000] as const

interface Leg {
  number: number
  /** The visit of the signaling connection in which it was offered. */
  visit: number
  peer: RTCPeerConnection
  lines: { transceiver: RTCRtpTransceiver; purpose: LinePurpose }[]
  have: SlotCount
  streams: Streams
  /** Layers of the camera that were offered. */
  layers: number
  connected: boolean
  answered: boolean
}

export class MediaConnection {
  private leg: Leg | undefined
  private former: Leg | undefined
  private wanted: SlotCount = { seats: 0, screens: 0 }
  private tracks: Record<TrackKind, MediaStreamTrack | null> = { microphone: null, camera: null, screen: null }
  private number = 0
  private visit = 0
  private running = false
  private wants: 'nothing' | 'lines' | 'restart' | 'fresh' = 'nothing'
  private failures = 0
  private restarting = false
  private usable = false
  private closed = false
  private timers = new Map<string, () => void>()
  private layers: number
  private relays: readonly Relay[] = []

  constructor(
    private readonly events: MediaEvents,
    private readonly world: MediaWorld = browserWorld,
  ) {
    this.layers = world.layers()
  }

  /** The signaling connection is in service: connect, or finish what was interrupted. */
  begin(slots: SlotCount): void {
    this.usable = true
    this.visit += 1
    this.wanted = atLeast(this.wanted, slots)
    const leg = this.leg
    if (!leg?.connected) this.want('fresh')
    else if (!leg.answered || missingLines(leg.have, this.wanted).length > 0) this.want('lines')
    else void this.run()
    if (leg?.connected) void this.prove(leg)
  }

  /** The signaling connection is gone: nothing can be negotiated until `begin`. */
  pause(): void {
    this.usable = false
    this.stop('retry')
    this.stop('connect')
    this.stop('proof')
  }

  /** The server needs more slots. */
  need(slots: SlotCount): void {
    this.wanted = atLeast(this.wanted, slots)
    const have = this.leg?.have
    if (have && missingLines(have, this.wanted).length > 0) this.want('lines')
  }

  /** The server asks for an ICE restart, or for a new connection. */
  renew(fresh: boolean): void {
    this.want(fresh ? 'fresh' : 'restart')
  }

  /** Relays for this and every later connection; those of a connection that stands are renewed too. */
  relay(relays: readonly Relay[]): void {
    this.relays = relays
    const peer = this.leg?.peer
    if (!peer || peer.signalingState === 'closed' || typeof peer.setConfiguration !== 'function') return
    try {
      peer.setConfiguration(configuration(relays))
    } catch {
      // The next connection takes them.
    }
  }

  /** The network may be another one than a moment ago: look for a path again at once. */
  disturbed(): void {
    if (this.leg?.connected) this.want('restart')
    else if (this.timers.has('retry')) {
      this.stop('retry')
      this.want('fresh')
    }
  }

  /** Sends this track on its line from now on; null sends nothing. */
  send(kind: TrackKind, track: MediaStreamTrack | null): void {
    if (this.tracks[kind] === track) return
    this.tracks[kind] = track
    for (const leg of [this.leg, this.former]) {
      if (leg) void this.attach(leg, kind)
    }
  }

  /** The connection in use, for measuring. */
  get peer(): RTCPeerConnection | undefined {
    return this.former?.connected && !this.leg?.connected ? this.former.peer : this.leg?.peer
  }

  /** What a line of the connection in use is for. */
  purposeOf(mid: string): LinePurpose | undefined {
    const peer = this.peer
    const leg = this.former?.peer === peer ? this.former : this.leg
    return leg?.lines.find((each) => each.transceiver.mid === mid)?.purpose
  }

  /** Ends everything. */
  close(): void {
    this.closed = true
    for (const cancel of this.timers.values()) cancel()
    this.timers.clear()
    this.end(this.former)
    this.end(this.leg)
    this.former = undefined
    this.leg = undefined
    this.events.state('none')
  }

  private want(what: 'lines' | 'restart' | 'fresh'): void {
    const order = ['nothing', 'lines', 'restart', 'fresh']
    if (order.indexOf(what) > order.indexOf(this.wants)) this.wants = what
    void this.run()
  }

  private async prove(leg: Leg): Promise<void> {
    const before = await this.world.heard(leg.peer)
    if (this.closed || !this.usable) return
    this.start('proof', PROOF_MS, () => {
      void this.world.heard(leg.peer).then((after) => {
        if (after === before && leg === this.leg && this.usable) this.want('fresh')
      })
    })
  }

  // One negotiation at a time: whoever comes while one is under way only leaves a wish.
  private async run(): Promise<void> {
    if (this.running) return
    this.running = true
    while (this.wants !== 'nothing' && this.usable && !this.closed) {
      const what = this.wants
      this.wants = 'nothing'
      try {
        await this.negotiate(what)
      } catch (error) {
        this.failed(error)
        break
      }
    }
    this.running = false
  }

  private async negotiate(what: 'lines' | 'restart' | 'fresh'): Promise<void> {
    let leg = this.leg
    // The server counts connections by signaling connection: one of an earlier visit goes on as it
    // is, but whatever must be negotiated is negotiated on a new one.
    const foreign = leg !== undefined && leg.visit !== this.visit
    if (what === 'fresh' || !leg || foreign || leg.peer.signalingState === 'closed') leg = this.build()
    else if (what === 'restart') {
      this.restarting = true
      leg.peer.restartIce()
    }
    this.addSlots(leg)
    if (!leg.connected || what !== 'lines') this.start('connect', CONNECT_MS, () => this.notConnected())
    leg.answered = false
    await leg.peer.setLocalDescription()
    const sdp = leg.peer.localDescription?.sdp
    if (!sdp) throw new Error('no local description')
    const lines = declare(leg.lines.map((each) => ({ mid: each.transceiver.mid, purpose: each.purpose })))
    const answer = await this.events.offer(leg.number, sdp, lines)
    if (this.leg !== leg || this.closed) return
    await leg.peer.setRemoteDescription({ type: 'answer', sdp: answer })
    leg.answered = true
    this.failures = 0
    // Only now the codec is known.
    const camera = leg.lines.find((each) => each.purpose.for === 'publish' && each.purpose.kind === 'camera')
    if (camera) void suit(camera.transceiver.sender)
    if (leg.layers > 1 && !/^a=simulcast:/m.test(answer)) {
      // The server takes one picture. A line that offered several can then not be offered again
      // (Chromium leaves its layers in and its layer names out), so one is offered from now on.
      this.layers = 1
      this.want('fresh')
    }
    this.follow(leg)
  }

  private build(): Leg {
    const before = this.leg
    if (before?.connected) {
      this.end(this.former)
      this.former = before
      this.start('former', FORMER_MS, () => this.dropFormer())
    } else if (before) {
      this.end(before)
    }
    // The clock makes the number of a reloaded page higher than any number it used before.
    this.number = Math.max(this.number + 1, Math.floor(this.world.now() / 1000))
    const peer = this.world.peer(this.relays)
    const leg: Leg = {
      number: this.number,
      visit: this.visit,
      peer,
      lines: [],
      have: { seats: 0, screens: 0 },
      streams: { sounds: [], pictures: [], screens: [] },
      layers: this.layers,
      connected: false,
      answered: false,
    }
    this.leg = leg
    for (const kind of SENDING) {
      const transceiver = sendingLine(peer, kind, leg.layers)
      leg.lines.push({ transceiver, purpose: { for: 'publish', kind } })
      void this.attach(leg, kind)
    }
    peer.oniceconnectionstatechange = () => this.follow(leg)
    peer.onconnectionstatechange = () => this.follow(leg)
    this.restarting = false
    this.events.state(this.former ? 'connected' : 'connecting')
    return leg
  }

  private addSlots(leg: Leg): void {
    const missing = missingLines(leg.have, this.wanted)
    if (missing.length === 0) return
    for (const purpose of missing) {
      const sound = purpose.for === 'seat' && purpose.medium === 'sound'
      const transceiver = receivingLine(leg.peer, sound ? 'audio' : 'video')
      leg.lines.push({ transceiver, purpose })
      const stream = this.world.stream([transceiver.receiver.track])
      if (purpose.for === 'screen') leg.streams.screens[purpose.slot] = stream
      else if (purpose.for === 'seat') (sound ? leg.streams.sounds : leg.streams.pictures)[purpose.slot] = stream
    }
    leg.have = atLeast(leg.have, this.wanted)
    if (!this.former) this.events.streams(leg.streams)
  }

  private async attach(leg: Leg, kind: TrackKind): Promise<void> {
    const line = leg.lines.find((each) => each.purpose.for === 'publish' && each.purpose.kind === kind)
    if (!line) return
    const { sender } = line.transceiver
    try {
      await sender.replaceTrack(this.tracks[kind])
      if (kind === 'camera') await suit(sender)
    } catch {
      // The connection was closed meanwhile; the next one takes the track from `tracks`.
    }
  }

  private follow(leg: Leg): void {
    if (this.closed || leg !== this.leg) return
    const ice = leg.peer.iceConnectionState
    const connected = (ice === 'connected' || ice === 'completed') && leg.peer.connectionState !== 'failed'
    if (connected && leg.peer.connectionState !== 'connecting' && leg.peer.connectionState !== 'new') {
      leg.connected = true
      this.restarting = false
      this.stop('connect')
      this.stop('disconnected')
      if (this.former) this.dropFormer()
      this.events.state('connected')
    } else if (leg.peer.connectionState === 'failed' || ice === 'failed') {
      if (leg.connected) this.events.state('lost')
      leg.connected = false
      this.stop('disconnected')
      if (!this.restarting && ice === 'failed' && leg.answered) this.want('restart')
      else this.notConnected()
    } else if (ice === 'disconnected') {
      this.events.state('lost')
      this.start('disconnected', DISCONNECTED_MS, () => {
        leg.connected = false
        this.want('restart')
      })
    }
  }

  private notConnected(): void {
    if (!this.leg || this.closed) return
    this.leg.connected = false
    this.events.state('lost')
    this.retry('fresh')
  }

  private failed(error: unknown): void {
    this.stop('connect')
    if (this.closed || !this.usable) return
    if (this.leg && !this.leg.connected) this.events.state('lost')
    const unusable = error instanceof OfferRefused && error.outcome.result === 'refused'
      && error.outcome.why === 'offer_unusable'
    this.retry(this.leg?.connected && !unusable ? 'lines' : 'fresh')
  }

  private retry(what: 'lines' | 'fresh'): void {
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 8_000
    this.failures += 1
    this.start('retry', wait, () => this.want(what))
  }

  private dropFormer(): void {
    this.stop('former')
    this.end(this.former)
    this.former = undefined
    if (this.leg) this.events.streams(this.leg.streams)
  }

  private end(leg: Leg | undefined): void {
    if (!leg) return
    leg.peer.oniceconnectionstatechange = null
    leg.peer.onconnectionstatechange = null
    leg.peer.close()
  }

  private start(name: string, ms: number, what: () => void): void {
    if (name === 'disconnected' && this.timers.has(name)) return
    this.stop(name)
    this.timers.set(name, this.world.after(ms, () => {
      this.timers.delete(name)
      what()
    }))
  }

  private stop(name: string): void {
    this.timers.get(name)?.()
    this.timers.delete(name)
  }
}

function configuration(relays: readonly Relay[]): RTCConfiguration {
  return {
    bundlePolicy: 'max-bundle',
    rtcpMuxPolicy: 'require',
    iceServers: withoutUdp(relays).map(({ urls, username, credential }) => ({ urls, username, credential })),
  }
}

/**
 * The relays without those over UDP. Where UDP passes, the direct path does too; and Chromium, which
 * uses one socket for both, takes whatever comes from a relay's address for the relay's words, so
 * that a relay over UDP on the media port would keep the direct path from ever working.
 */
export function withoutUdp(relays: readonly Relay[]): Relay[] {
  return relays
    .map((relay) => ({ ...relay, urls: relay.urls.filter((url) => !url.endsWith('?transport=udp')) }))
    .filter((relay) => relay.urls.length > 0)
}

const browserWorld: MediaWorld = {
  peer: (relays) => new RTCPeerConnection(configuration(relays)),
  layers: () => cameraWish(navigator.hardwareConcurrency).layers,
  stream: (tracks) => new MediaStream(tracks),
  after: (ms, what) => {
    const timer = setTimeout(what, ms)
    return () => clearTimeout(timer)
  },
  now: Date.now,
  async heard(peer) {
    let sum = 0
    const report = await peer.getStats()
    report.forEach((each: { type: string; bytesReceived?: number; responsesReceived?: number }) => {
      if (each.type === 'candidate-pair') sum += (each.bytesReceived ?? 0) + (each.responsesReceived ?? 0)
    })
    return sum
  },
}
