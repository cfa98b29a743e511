// The media connection against scripted peers and a scripted server.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Line, Relay, RequestOutcome } from '../protocol'
import { LinkLost, OfferRefused } from '../signaling/socket'
import { CONNECT_MS, DISCONNECTED_MS, MediaConnection, PROOF_MS, withoutUdp } from './connection'
import type { MediaState, MediaWorld, Streams } from './connection'
import { atLeast, declare, missingLines, placesOf } from './slots'

interface FakeTransceiver {
  mid: string | null
  kind: string
  direction: string
  encodings: RTCRtpEncodingParameters[]
  sender: { track: unknown; replaceTrack(track: unknown): Promise<void> }
  receiver: { track: { name: string } }
}

class FakePeer {
  /** A browser without simulcast throws when it is asked for several layers. */
  static oneLayer = false
  configured: RTCConfiguration | undefined
  constructor(readonly relays: readonly Relay[]) {}
  iceConnectionState = 'new'
  connectionState = 'new'
  signalingState = 'stable'
  oniceconnectionstatechange: (() => void) | null = null
  onconnectionstatechange: (() => void) | null = null
  localDescription: { sdp: string } | null = null
  remote: string[] = []
  restarts = 0
  offers = 0
  transceivers: FakeTransceiver[] = []
  setConfiguration(configuration: RTCConfiguration): void {
    this.configured = configuration
  }
  addTransceiver(kind: string, init: RTCRtpTransceiverInit): FakeTransceiver {
    if (FakePeer.oneLayer && (init.sendEncodings?.length ?? 0) > 1) throw new TypeError('one encoding')
    const sender = {
      track: null as unknown,
      replaceTrack(track: unknown) {
        sender.track = track
        return Promise.resolve()
      },
    }
    const transceiver: FakeTransceiver = {
      mid: null,
      kind,
      direction: init.direction ?? 'sendrecv',
      encodings: init.sendEncodings ?? [],
      sender,
      receiver: { track: { name: `${kind}-${this.transceivers.length}` } },
    }
    this.transceivers.push(transceiver)
    return transceiver
  }
  restartIce(): void {
    this.restarts += 1
  }
  setLocalDescription(): Promise<void> {
    this.offers += 1
    this.transceivers.forEach((each, index) => (each.mid = String(index)))
    this.localDescription = { sdp: `offer-${this.offers}` }
    this.signalingState = 'have-local-offer'
    return Promise.resolve()
  }
  setRemoteDescription(answer: { sdp: string }): Promise<void> {
    this.remote.push(answer.sdp)
    this.signalingState = 'stable'
    return Promise.resolve()
  }
  close(): void {
    this.signalingState = 'closed'
  }
  becomes(ice: string, whole = ice): void {
    this.iceConnectionState = ice
    this.connectionState = whole
    this.oniceconnectionstatechange?.()
    this.onconnectionstatechange?.()
  }
}

interface Offer {
  connection: number
  sdp: string
  lines: Line[]
  answer(sdp: string): void
  /** The answer of a server that takes one picture. */
  answerPlainly(sdp: string): void
  refuse(outcome: RequestOutcome): void
  lose(): void
}

let peers: FakePeer[]
let offers: Offer[]
let states: MediaState[]
let streams: Streams | undefined
let timers: { at: number; what: () => void }[]
let now: number
let heard: number
let connection: MediaConnection

const world: MediaWorld = {
  layers: () => 3,
  peer(relays) {
    const peer = new FakePeer(relays)
    peers.push(peer)
    return peer as unknown as RTCPeerConnection
  },
  stream: (tracks) => ({ tracks }) as unknown as MediaStream,
  after(ms, what) {
    const timer = { at: now + ms, what }
    timers.push(timer)
    return () => (timers = timers.filter((each) => each !== timer))
  },
  now: () => 1_000_000_000,
  heard: () => Promise.resolve(heard),
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

async function pass(ms: number): Promise<void> {
  now += ms
  const due = timers.filter((each) => each.at <= now)
  timers = timers.filter((each) => each.at > now)
  for (const timer of due) timer.what()
  await settle()
}

function last<T>(list: readonly T[]): T {
  const item = list[list.length - 1]
  if (item === undefined) throw new Error('empty')
  return item
}

async function connected(): Promise<void> {
  connection.begin({ seats: 2, screens: 1 })
  await settle()
  last(offers).answer('answer')
  await settle()
  last(peers).becomes('connected')
  await settle()
}

beforeEach(() => {
  peers = []
  offers = []
  states = []
  streams = undefined
  timers = []
  now = 0
  FakePeer.oneLayer = false
  heard = 100
  connection = new MediaConnection(
    {
      offer: (number, sdp, lines) =>
        new Promise((resolve, reject) => {
          offers.push({
            connection: number,
            sdp,
            lines,
            answer: (answer) => resolve(`${answer}\r\na=simulcast:recv q;h;f\r\n`),
            answerPlainly: resolve,
            refuse: (outcome) => reject(new OfferRefused(outcome)),
            lose: () => reject(new LinkLost('lost')),
          })
        }),
      state: (state) => states.push(state),
      streams: (each) => (streams = each),
    },
    world,
  )
})

describe('MediaConnection', () => {
  it('offers the sending lines first, then pairs of seat lines, then screens', async () => {
    await connected()
    expect(last(offers).lines).toEqual([
      { mid: '0', purpose: { for: 'publish', kind: 'microphone' } },
      { mid: '1', purpose: { for: 'publish', kind: 'camera' } },
      { mid: '2', purpose: { for: 'publish', kind: 'screen' } },
      { mid: '3', purpose: { for: 'seat', slot: 0, medium: 'sound' } },
      { mid: '4', purpose: { for: 'seat', slot: 0, medium: 'picture' } },
      { mid: '5', purpose: { for: 'seat', slot: 1, medium: 'sound' } },
      { mid: '6', purpose: { for: 'seat', slot: 1, medium: 'picture' } },
      { mid: '7', purpose: { for: 'screen', slot: 0 } },
    ])
    const lines = last(peers).transceivers
    expect(lines.map((each) => `${each.kind} ${each.direction}`)).toEqual([
      'audio sendonly', 'video sendonly', 'video sendonly', 'audio recvonly', 'video recvonly',
      'audio recvonly', 'video recvonly', 'video recvonly',
    ])
    expect(lines[0]?.encodings[0]).toMatchObject({ maxBitrate: 40_000, networkPriority: 'high' })
    expect(lines[1]?.encodings.map((each) => each.rid)).toEqual(['q', 'h', 'f'])
    expect(lines[2]?.encodings.map((each) => each.maxBitrate)).toEqual([1_500_000])
    expect(streams?.sounds.length).toBe(2)
    expect(streams?.screens.length).toBe(1)
    expect(last(states)).toBe('connected')
    expect(last(offers).connection).toBe(1_000_000)
  })

  it('adds lines on the same connection and negotiates once at a time', async () => {
    connection.begin({ seats: 1, screens: 0 })
    connection.need({ seats: 3, screens: 1 })
    await settle()
    expect(offers.length).toBe(1)
    last(offers).answer('one')
    await settle()
    connection.need({ seats: 4, screens: 1 })
    connection.need({ seats: 5, screens: 1 })
    await settle()
    expect(offers.length).toBe(2)
    last(offers).answer('two')
    await settle()
    const mids = last(offers).lines.map((each) => each.mid)
    expect(new Set(mids).size).toBe(mids.length)
    expect(offers.every((each) => each.connection === 1_000_000)).toBe(true)
    expect(peers.length).toBe(1)
    const seats = last(offers).lines.filter((each) => each.purpose.for === 'seat')
    expect(seats.length).toBe(10)
    expect(streams?.pictures.length).toBe(5)
  })

  it('puts tracks on their lines, also after a new connection', async () => {
    await connected()
    const voice = { id: 'voice' } as MediaStreamTrack
    connection.send('microphone', voice)
    await settle()
    expect(peers[0]?.transceivers[0]?.sender.track).toBe(voice)
    connection.renew(true)
    await settle()
    expect(peers.length).toBe(2)
    expect(peers[1]?.transceivers[0]?.sender.track).toBe(voice)
    connection.send('microphone', null)
    await settle()
    expect(peers[0]?.transceivers[0]?.sender.track).toBeNull()
    expect(peers[1]?.transceivers[0]?.sender.track).toBeNull()
  })

  it('restarts the path 3 s after it broke, and builds anew when that does not help', async () => {
    await connected()
    last(peers).becomes('disconnected')
    expect(last(states)).toBe('lost')
    await pass(DISCONNECTED_MS - 1)
    expect(peers[0]?.restarts).toBe(0)
    await pass(1)
    expect(peers[0]?.restarts).toBe(1)
    last(offers).answer('restarted')
    await pass(CONNECT_MS)
    await pass(1_000)
    expect(peers.length).toBe(2)
    expect(last(offers).connection).toBe(1_000_001)
    expect(peers[0]?.signalingState).toBe('closed')
  })

  it('leaves a path alone that comes back by itself', async () => {
    await connected()
    last(peers).becomes('disconnected')
    last(peers).becomes('connected')
    await pass(DISCONNECTED_MS * 4)
    expect(peers[0]?.restarts).toBe(0)
    expect(last(states)).toBe('connected')
  })

  it('keeps the former connection until the new one carries media', async () => {
    await connected()
    const before = streams
    connection.renew(true)
    await settle()
    expect(peers[0]?.signalingState).not.toBe('closed')
    expect(streams).toBe(before)
    last(offers).answer('fresh')
    await settle()
    last(peers).becomes('connected')
    expect(peers[0]?.signalingState).toBe('closed')
    expect(streams).not.toBe(before)
  })

  it('waits for the signaling connection and finishes what was interrupted', async () => {
    await connected()
    connection.need({ seats: 3, screens: 1 })
    await settle()
    connection.pause()
    last(offers).lose()
    await pass(60_000)
    expect(offers.length).toBe(2)
    connection.begin({ seats: 2, screens: 1 })
    await settle()
    expect(offers.length).toBe(3)
    expect(last(offers).connection).toBe(1_000_001)
    expect(last(offers).lines.filter((each) => each.purpose.for === 'seat').length).toBe(6)
    expect(peers[0]?.signalingState).not.toBe('closed')
    last(offers).answer('answer')
    await settle()
    last(peers).becomes('connected')
    expect(peers[0]?.signalingState).toBe('closed')
  })

  it('does not disturb a working connection when signaling comes back', async () => {
    await connected()
    connection.pause()
    connection.begin({ seats: 2, screens: 1 })
    await settle()
    heard += 1
    await pass(PROOF_MS)
    expect(offers.length).toBe(1)
  })

  it('leaves a connection on which nothing arrives after signaling came back', async () => {
    await connected()
    connection.pause()
    connection.begin({ seats: 2, screens: 1 })
    await settle()
    await pass(PROOF_MS - 1)
    expect(offers.length).toBe(1)
    await pass(1)
    expect(offers.length).toBe(2)
    expect(last(offers).connection).toBe(1_000_001)
    expect(peers[0]?.signalingState).not.toBe('closed')
  })

  it('negotiates on a new connection when signaling came back', async () => {
    await connected()
    connection.pause()
    connection.begin({ seats: 2, screens: 1 })
    connection.need({ seats: 3, screens: 1 })
    await settle()
    expect(last(offers).connection).toBe(1_000_001)
    expect(peers[0]?.restarts).toBe(0)
    last(offers).answer('answer')
    await settle()
    last(peers).becomes('connected')
    connection.need({ seats: 4, screens: 1 })
    await settle()
    expect(last(offers).connection).toBe(1_000_001)
  })

  it('comes again on a new connection after an unusable offer, with growing waits', async () => {
    connection.begin({ seats: 1, screens: 0 })
    await settle()
    for (const wait of [1_000, 2_000, 4_000, 8_000, 8_000]) {
      const count = offers.length
      last(offers).refuse({ result: 'refused', why: 'offer_unusable' })
      await settle()
      await pass(wait - 1)
      expect(offers.length).toBe(count)
      await pass(1)
      expect(offers.length).toBe(count + 1)
    }
    expect(last(offers).connection).toBe(1_000_005)
  })

  it('sends one layer from a browser that cannot do several', async () => {
    FakePeer.oneLayer = true
    await connected()
    expect(last(peers).transceivers[1]?.encodings.length).toBe(1)
    expect(last(states)).toBe('connected')
  })

  it('offers one layer to a server that takes one', async () => {
    connection.begin({ seats: 1, screens: 0 })
    await settle()
    last(offers).answerPlainly('one picture')
    await settle()
    expect(peers.length).toBe(2)
    expect(last(peers).transceivers[1]?.encodings.map((each) => each.rid)).toEqual([undefined])
    last(offers).answerPlainly('one picture')
    await settle()
    last(peers).becomes('connected')
    connection.need({ seats: 2, screens: 0 })
    await settle()
    expect(peers.length).toBe(2)
    expect(last(states)).toBe('connected')
  })

  it('gives every connection the relays it was told, and renews those of the one that stands', async () => {
    const relay = (urls: string[]): Relay => ({ urls, username: '9:p1', credential: 'secret' })
    connection.relay([relay(['turn:court:1?transport=udp'])])
    await connected()
    expect(last(peers).relays[0]?.urls).toEqual(['turn:court:1?transport=udp'])
    connection.relay([relay(['turns:court:443'])])
    expect(last(peers).configured?.iceServers?.[0]?.urls).toEqual(['turns:court:443'])
    connection.renew(true)
    await settle()
    expect(last(peers).relays[0]?.urls).toEqual(['turns:court:443'])
  })

  it('never asks a relay over UDP, which would stand in the way of the direct path', () => {
    const relay = (urls: string[]): Relay => ({ urls, username: '9:p1', credential: 'secret' })
    const both = relay(['turn:court:1?transport=udp', 'turn:court:1?transport=tcp'])
    expect(withoutUdp([both])).toEqual([relay(['turn:court:1?transport=tcp'])])
    expect(withoutUdp([relay(['turn:court:1?transport=udp'])])).toEqual([])
  })

  it('looks for a path at once when the network changed, also while it waits to try again', async () => {
    await connected()
    connection.disturbed()
    await settle()
    expect(peers[0]?.restarts).toBe(1)
    last(offers).refuse({ result: 'refused', why: 'offer_unusable' })
    await settle()
    const count = offers.length
    last(peers).becomes('failed')
    await settle()
    connection.disturbed()
    await settle()
    expect(offers.length).toBe(count + 1)
  })

  it('tries for the whole hearing', async () => {
    connection.begin({ seats: 1, screens: 0 })
    await settle()
    for (let hour = 0; hour < 4 * 360; hour += 1) {
      last(offers).lose()
      await settle()
      await pass(8_000)
    }
    expect(offers.length).toBeGreaterThan(1_400)
    expect(peers.filter((peer) => peer.signalingState !== 'closed').length).toBe(1)
    last(offers).answer('at last')
    await settle()
    last(peers).becomes('connected')
    expect(last(states)).toBe('connected')
  })

  it('does nothing after it was closed', async () => {
    await connected()
    connection.close()
    await pass(60_000)
    connection.renew(true)
    await settle()
    expect(offers.length).toBe(1)
    expect(peers[0]?.signalingState).toBe('closed')
  })
})

describe('slots', () => {
  it('name people by what is forwarded where', () => {
    const places = placesOf([
      { purpose: { for: 'seat', slot: 0, medium: 'sound' }, track: { participant: 5, kind: 'microphone' } },
      { purpose: { for: 'seat', slot: 0, medium: 'picture' }, track: { participant: 5, kind: 'camera' } },
      { purpose: { for: 'seat', slot: 2, medium: 'sound' }, track: { participant: 9, kind: 'microphone' } },
      { purpose: { for: 'screen', slot: 0 }, track: { participant: 5, kind: 'screen' } },
    ])
    expect(places.get(5)).toEqual({ sound: 0, picture: 0, screen: 0 })
    expect(places.get(9)).toEqual({ sound: 2 })
    expect(places.has(1)).toBe(false)
  })

  it('grow only, and never above the limits', () => {
    expect(missingLines({ seats: 2, screens: 1 }, { seats: 1, screens: 1 })).toEqual([])
    const all = missingLines({ seats: 0, screens: 0 }, { seats: 200, screens: 9 })
    expect(all.filter((each) => each.for === 'seat').length).toBe(32)
    expect(all.filter((each) => each.for === 'screen').length).toBe(2)
    expect(atLeast({ seats: 2, screens: 0 }, { seats: 1, screens: 3 })).toEqual({ seats: 2, screens: 3 })
  })

  it('are declared only once they have a mid', () => {
    expect(declare([{ mid: null, purpose: { for: 'screen', slot: 0 } }])).toEqual([])
  })
})
