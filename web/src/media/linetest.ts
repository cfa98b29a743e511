// The connection test: which ways to the court are open, and how much they carry. Each way is tried
// for itself, so that the one that is shut can be named. Words and drawing are not here.

import type { LineTest, MediaPath, Relay, Trial } from '../protocol'

/** A way that brings nothing in this time is shut. */
export const RELAY_MS = 8_000
/** A measurement is ended after this time and judged by what came. */
export const RATE_MS = 8_000
/** What a hearing needs, kilobits per second: sound and a small picture up, sound and several down. */
export const UP_KBPS = 300
export const DOWN_KBPS = 600
/** Bytes of the two measurements up: a thin line shall not be filled for long. */
const SIZES = [64 * 1024, 1024 * 1024] as const
const QUICK_MS = 1_000

/** A way of media by which the court can be reached. */
export type Way = 'udp' | 'tcp' | 'tls'

/** What the test needs from the world. */
export interface TestWorld {
  /** Whether a relayed candidate can be had from this relay alone, in `ms`. */
  relayed(relay: Relay, ms: number): Promise<boolean>
  /** Downloads; bytes and milliseconds, or null. */
  down(ms: number): Promise<{ bytes: number; ms: number } | null>
  /** Uploads so many bytes; milliseconds, or null. */
  up(bytes: number, ms: number): Promise<number | null>
}

/** Which way an address of a relay is (RFC 7065). */
export function wayOf(url: string): Way | undefined {
  if (url.startsWith('turns:')) return 'tls'
  if (!url.startsWith('turn:')) return undefined
  return /[?&]transport=tcp\b/.test(url) ? 'tcp' : 'udp'
}

/** One address of each way. */
export function waysOf(relays: readonly Relay[]): Map<Way, Relay[]> {
  const ways = new Map<Way, Relay[]>()
  for (const relay of relays) {
    for (const url of relay.urls) {
      const way = wayOf(url)
      if (way) ways.set(way, [...(ways.get(way) ?? []), { ...relay, urls: [url] }])
    }
  }
  return ways
}

/** How one way does; what media uses already needs no trial. */
async function trial(way: Way, relays: readonly Relay[] | undefined, path: MediaPath | null, world: TestWorld): Promise<Trial> {
  const used = path === way || path === `relay_${way}`
  if (used) return 'passed'
  if (!relays || relays.length === 0) return 'untried'
  const each = await Promise.all(relays.map((relay) => world.relayed(relay, RELAY_MS).catch(() => false)))
  return each.some((open) => open) ? 'passed' : 'failed'
}

function kbps(bytes: number, ms: number): number {
  return Math.min(10_000_000, Math.round((bytes * 8) / Math.max(1, ms)))
}

async function upward(world: TestWorld): Promise<number | null> {
  let rate: number | null = null
  for (const bytes of SIZES) {
    const ms = await world.up(bytes, RATE_MS).catch(() => null)
    if (ms === null) break
    rate = kbps(bytes, ms)
    if (ms > QUICK_MS) break
  }
  return rate
}

/** What is known without trying. */
export interface Known {
  signaling: boolean
  path: MediaPath | null
  relays: readonly Relay[]
  camera: Trial
  microphone: Trial
  speaker: Trial
}

/** Tries everything; `step` is told the result as far as it is known. */
export async function testLine(
  known: Known,
  world: TestWorld,
  step: (test: LineTest) => void,
): Promise<LineTest> {
  const { camera, microphone, speaker, path } = known
  let test: LineTest = {
    signaling: known.signaling ? 'passed' : 'failed',
    udp: 'untried', tcp: 'untried', tls: 'untried', camera, microphone, speaker, up_kbps: null, down_kbps: null,
  }
  const tell = (more: Partial<LineTest>): void => step((test = { ...test, ...more }))
  tell({})
  const ways = waysOf(known.relays)
  await Promise.all((['udp', 'tcp', 'tls'] as const).map(async (way) => tell({ [way]: await trial(way, ways.get(way), path, world) })))
  // One after the other: both at once would measure each other.
  const down = await world.down(RATE_MS).catch(() => null)
  tell({ down_kbps: down && down.bytes > 0 ? kbps(down.bytes, down.ms) : null })
  tell({ up_kbps: await upward(world) })
  return test
}

/** What a person is told of the whole. */
export type Advice = 'good' | 'tunnel' | 'slow' | 'blocked' | 'offline'

/** The one thing to say first. */
export function adviceOf(test: LineTest): Advice {
  if (test.signaling !== 'passed') return 'offline'
  const ways = [test.udp, test.tcp, test.tls]
  if (ways.includes('failed') && !ways.includes('passed')) return 'blocked'
  if ((test.up_kbps ?? 0) < UP_KBPS || (test.down_kbps ?? 0) < DOWN_KBPS) return 'slow'
  return test.udp === 'failed' ? 'tunnel' : 'good'
}

export const browserTests: TestWorld = {
  relayed({ urls, username, credential }, ms) {
    const peer = new RTCPeerConnection({ iceServers: [{ urls, username, credential }], iceTransportPolicy: 'relay' })
    return new Promise<boolean>((resolve) => {
      const end = (open: boolean): void => {
        clearTimeout(timer)
        peer.onicecandidate = null
        peer.close()
        resolve(open)
      }
      const timer = setTimeout(() => end(false), ms)
      peer.onicecandidate = ({ candidate }) => {
        if (candidate?.candidate.includes(' typ relay')) end(true)
      }
      peer.addTransceiver('audio', { direction: 'recvonly' })
      peer.setLocalDescription().catch(() => end(false))
    })
  },
  async down(ms) {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), ms)
    let [bytes, from] = [0, performance.now()]
    try {
      const answer = await fetch('/api/line-test', { credentials: 'same-origin', cache: 'no-store', signal: stop.signal })
      if (!answer.ok || !answer.body) return null
      const reader = answer.body.getReader()
      from = performance.now()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        bytes += value.length
      }
    } catch {
      // What came until the end of the time is what the line carries.
    } finally {
      clearTimeout(timer)
    }
    return bytes > 0 ? { bytes, ms: performance.now() - from } : null
  },
  async up(bytes, ms) {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), ms)
    const from = performance.now()
    try {
      const body = new Uint8Array(bytes)
      const answer = await fetch('/api/line-test', { method: 'POST', body, credentials: 'same-origin', signal: stop.signal })
      return answer.ok ? performance.now() - from : null
    } finally {
      clearTimeout(timer)
    }
  },
}
