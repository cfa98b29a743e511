// The signaling connection of one page to one hearing: greeting, requests, coming back after a
// loss. What the messages mean to the person is not here: see hearing/session.ts.

import { CLOSE_CODE, VERSION } from '../protocol'
import type { Ask, Bye, ClientMessage, ClientStats, Line, LineTest, MediaPath, RequestOutcome, ServerMessage, Tile, TranscriptEdit, View } from '../protocol'
import { waitBefore } from './backoff'

/** Where the connection stands. */
export type Link = 'connecting' | 'open' | 'lost' | 'ended'

/** The connection broke before the answer came; nothing is known about the request. */
export class LinkLost extends Error {}

/** The server refused an offer. */
export class OfferRefused extends Error {
  constructor(readonly outcome: RequestOutcome) {
    super('offer refused')
  }
}

/** What the owner of the socket is told. */
export interface SocketEvents {
  /** Where the connection stands now. */
  link(link: Link, attempt: number): void
  /** A newer view. */
  view(view: View): void
  /** Every other message, after the socket itself has looked at it. */
  message(message: ServerMessage): void
  /** The server ended it for good; there will be no further attempt. */
  ended(why: Bye): void
}

/** The part of a WebSocket that is used; tests bring their own. */
export interface Wire {
  send(text: string): void
  close(code?: number): void
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onclose: ((event: CloseEvent) => void) | null
}

/** What the socket needs from the world. */
export interface World {
  open(url: string): Wire
  after(ms: number, what: () => void): () => void
  chance(): number
}

/** Reasons after which the page must not come back by itself. */
const FINAL: readonly Bye[] = ['replaced', 'removed', 'closed', 'sign_in_needed', 'version']

/** The server pings every 5 s; three pings unheard mean that the line is dead. */
const SILENCE_MS = 16_000
/** The next ping and its way here. */
const DOUBT_MS = 7_000
/** A connection that is not greeted by then is given up. */
const WELCOME_MS = 10_000

/** The reason that belongs to a close code, if it is one of ours. */
export function reasonOf(code: number): Bye | undefined {
  return (Object.keys(CLOSE_CODE) as Bye[]).find((bye) => CLOSE_CODE[bye] === code)
}

/** Whether the page may come back after this reason. */
export function mayReturn(why: Bye | undefined): boolean {
  return why === undefined || !FINAL.includes(why)
}

interface Pending {
  settle(message: ServerMessage): void
  lose(): void
}

export class HearingSocket {
  private wire: Wire | undefined
  private pending = new Map<number, Pending>()
  private request = 0
  private attempt = 0
  private version = -1
  private greeted = false
  private said: Bye | undefined
  private stopped = false
  private cancelRetry: (() => void) | undefined
  private cancelSilence: (() => void) | undefined

  constructor(
    private readonly url: string,
    private readonly events: SocketEvents,
    private readonly world: World = browserWorld,
  ) {}

  /** Opens the connection and keeps it open until `close` or a final word of the server. */
  open(): void {
    if (this.stopped || this.wire) return
    this.said = undefined
    this.greeted = false
    this.events.link('connecting', this.attempt)
    const wire = this.world.open(this.url)
    this.wire = wire
    this.listenWithin(WELCOME_MS)
    wire.onopen = () => this.send({ type: 'hello', version: VERSION })
    wire.onmessage = (event) => {
      if (this.wire === wire && typeof event.data === 'string') this.receive(event.data)
    }
    wire.onclose = (event) => {
      if (this.wire === wire) this.lost(this.said ?? reasonOf(event.code))
    }
  }

  /** Ends the connection on purpose. */
  close(): void {
    if (this.stopped) return
    this.stopped = true
    if (this.greeted) this.send({ type: 'bye' })
    this.drop()
    this.events.link('ended', 0)
  }

  /** Tries again at once instead of waiting; for when the device says that it is online again. */
  hurry(): void {
    if (!this.cancelRetry) return
    this.cancelRetry()
    this.cancelRetry = undefined
    this.open()
  }

  /**
   * The network may be another one: whoever does not hear the next ping is taken to be cut off, and
   * an attempt that waits is made at once.
   */
  doubt(): void {
    if (this.greeted) this.listenWithin(DOUBT_MS)
    else this.hurry()
  }

  /** Asks the procedure; resolves with the outcome, rejects with `LinkLost`. */
  ask(ask: Ask): Promise<RequestOutcome> {
    return this.call((request) => ({ type: 'ask', request, ask })).then((message) => {
      if (message.type !== 'outcome') throw new LinkLost('unexpected answer')
      return message.outcome
    })
  }

  /** Offers media; resolves with the answer's description, rejects with `OfferRefused` or `LinkLost`. */
  offer(connection: number, sdp: string, lines: Line[]): Promise<string> {
    return this.call((request) => ({ type: 'offer', request, connection, sdp, lines })).then((message) => {
      if (message.type === 'answer') return message.sdp
      if (message.type === 'outcome') throw new OfferRefused(message.outcome)
      throw new LinkLost('unexpected answer')
    })
  }

  /** Tells how large pictures are drawn; whether there was a connection to tell it on. */
  tiles(tiles: Tile[]): boolean {
    if (this.greeted) this.send({ type: 'tiles', tiles })
    return this.greeted
  }

  /** Reports what this page measures; dropped while there is no connection. */
  stats(figures: ClientStats[], path: MediaPath | null): void {
    if (this.greeted) this.send({ type: 'stats', figures, path })
  }

  /** Tells what the connection test found; dropped while there is no connection. */
  lineTest(test: LineTest): void {
    if (this.greeted) this.send({ type: 'line_test', test })
  }

  private call(make: (request: number) => ClientMessage): Promise<ServerMessage> {
    return new Promise((resolve, reject) => {
      if (!this.greeted) {
        reject(new LinkLost('not connected'))
        return
      }
      this.request += 1
      this.pending.set(this.request, { settle: resolve, lose: () => reject(new LinkLost('connection lost')) })
      this.send(make(this.request))
    })
  }

  /** The page reads the transcript along, from a step on. */
  readAlong(desk: string, since: number): void {
    if (this.greeted) this.send({ type: 'read_along', desk, since })
  }

  /** The page writes into the transcript; false while the line is cut. */
  write(desk: string, seq: number, edits: TranscriptEdit[]): boolean {
    if (this.greeted) this.send({ type: 'write', desk, seq, edits })
    return this.greeted
  }

  private send(message: ClientMessage): void {
    this.wire?.send(JSON.stringify(message))
  }

  private receive(text: string): void {
    let message: ServerMessage
    try {
      message = JSON.parse(text) as ServerMessage
    } catch {
      this.wire?.close(CLOSE_CODE.violation)
      return
    }
    this.listenWithin(SILENCE_MS)
    switch (message.type) {
      case 'welcome':
        this.greeted = true
        this.attempt = 0
        this.version = message.view.version
        this.events.link('open', 0)
        this.events.view(message.view)
        this.events.message(message)
        break
      case 'view':
        if (message.view.version <= this.version) return
        this.version = message.view.version
        this.events.view(message.view)
        break
      case 'outcome':
      case 'answer': {
        const pending = this.pending.get(message.request)
        this.pending.delete(message.request)
        pending?.settle(message)
        break
      }
      case 'ping':
        this.send({ type: 'pong', number: message.number })
        break
      case 'bye':
        this.said = message.why
        if (!mayReturn(message.why)) this.lost(message.why)
        break
      default:
        this.events.message(message)
    }
  }

  private listenWithin(ms: number): void {
    this.cancelSilence?.()
    this.cancelSilence = this.world.after(ms, () => this.lost(undefined))
  }

  private drop(): void {
    this.cancelRetry?.()
    this.cancelRetry = undefined
    this.cancelSilence?.()
    this.cancelSilence = undefined
    const wire = this.wire
    this.wire = undefined
    this.greeted = false
    if (wire) {
      wire.onopen = wire.onmessage = wire.onclose = null
      wire.close(1000)
    }
    const pending = [...this.pending.values()]
    this.pending.clear()
    for (const each of pending) each.lose()
  }

  private lost(why: Bye | undefined): void {
    this.drop()
    if (this.stopped) return
    if (!mayReturn(why)) {
      this.stopped = true
      this.events.link('ended', 0)
      if (why) this.events.ended(why)
      return
    }
    // A page that broke the protocol once would break it again at once: come back slowly.
    const attempt = why === 'violation' ? Math.max(this.attempt, 4) : this.attempt
    this.events.link('lost', attempt)
    this.attempt = attempt + 1
    this.cancelRetry = this.world.after(waitBefore(attempt, this.world.chance()), () => {
      this.cancelRetry = undefined
      this.open()
    })
  }
}

const browserWorld: World = {
  open: (url) => new WebSocket(url),
  after: (ms, what) => {
    const timer = setTimeout(what, ms)
    return () => clearTimeout(timer)
  },
  chance: Math.random,
}

/** The address of a hearing's socket on the server this page came from. */
export function socketUrl(hearing: number, at: Location = location): string {
  return `${at.protocol === 'http:' ? 'ws' : 'wss'}://${at.host}/ws/${hearing}`
}
