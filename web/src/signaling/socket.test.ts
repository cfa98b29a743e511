// The signaling connection against a scripted server and a clock that tests turn by hand.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Bye, ClientMessage, ServerMessage, View } from '../protocol'
import { waitBefore } from './backoff'
import { HearingSocket, LinkLost, OfferRefused, mayReturn, reasonOf } from './socket'
import type { Link, Wire, World } from './socket'

class FakeWire implements Wire {
  onopen: ((event: Event) => void) | null = null
  onmessage: ((event: MessageEvent) => void) | null = null
  onclose: ((event: CloseEvent) => void) | null = null
  sent: ClientMessage[] = []
  closed: number | undefined
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage)
  }
  close(code?: number): void {
    this.closed = code ?? 1000
  }
  says(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent)
  }
  breaks(code: number): void {
    this.onclose?.({ code } as CloseEvent)
  }
}

class FakeWorld implements World {
  wires: FakeWire[] = []
  timers: { at: number; what: () => void }[] = []
  now = 0
  open(): Wire {
    const wire = new FakeWire()
    this.wires.push(wire)
    return wire
  }
  after(ms: number, what: () => void): () => void {
    const timer = { at: this.now + ms, what }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((each) => each !== timer)
    }
  }
  chance(): number {
    return 0.5
  }
  pass(ms: number): void {
    this.now += ms
    for (const timer of this.timers.filter((each) => each.at <= this.now)) {
      this.timers = this.timers.filter((each) => each !== timer)
      timer.what()
    }
  }
  get wire(): FakeWire {
    const last = this.wires[this.wires.length - 1]
    if (!last) throw new Error('nothing was opened')
    return last
  }
}

function view(version: number): View {
  return { version } as View
}

let world: FakeWorld
let links: [Link, number][]
let views: number[]
let ended: Bye[]
let others: string[]
let socket: HearingSocket

function greet(version = 1): void {
  world.wire.onopen?.({} as Event)
  world.wire.says({ type: 'welcome', version: 1, slots: { seats: 4, screens: 1 }, relays: [], view: view(version) })
}

beforeEach(() => {
  world = new FakeWorld()
  links = []
  views = []
  ended = []
  others = []
  socket = new HearingSocket(
    'wss://court/ws/1',
    {
      link: (link, attempt) => links.push([link, attempt]),
      view: (each) => views.push(each.version),
      message: (each) => others.push(each.type),
      ended: (why) => ended.push(why),
    },
    world,
  )
  socket.open()
})

describe('HearingSocket', () => {
  it('says hello and is in service after the welcome', () => {
    greet()
    expect(world.wire.sent[0]).toEqual({ type: 'hello', version: 1 })
    expect(links).toEqual([['connecting', 0], ['open', 0]])
    expect(views).toEqual([1])
    expect(others).toEqual(['welcome'])
  })

  it('matches answers to requests by number', async () => {
    greet()
    const first = socket.ask({ do: 'open' })
    const second = socket.ask({ do: 'hand', raised: true })
    const numbers = world.wire.sent.slice(1).map((each) => (each.type === 'ask' ? each.request : 0))
    expect(numbers).toEqual([1, 2])
    world.wire.says({ type: 'outcome', request: 2, outcome: { result: 'done' } })
    world.wire.says({ type: 'outcome', request: 1, outcome: { result: 'refused', why: 'wrong_stage' } })
    expect(await first).toEqual({ result: 'refused', why: 'wrong_stage' })
    expect(await second).toEqual({ result: 'done' })
  })

  it('gives an offer its answer or its refusal', async () => {
    greet()
    const good = socket.offer(7, 'v=0', [])
    world.wire.says({ type: 'answer', request: 1, connection: 7, sdp: 'answer' })
    expect(await good).toBe('answer')
    const bad = socket.offer(7, 'v=0', [])
    world.wire.says({ type: 'outcome', request: 2, outcome: { result: 'refused', why: 'offer_unusable' } })
    await expect(bad).rejects.toBeInstanceOf(OfferRefused)
  })

  it('loses open requests with the connection and refuses new ones', async () => {
    greet()
    const open = socket.ask({ do: 'open' })
    world.wire.breaks(1006)
    await expect(open).rejects.toBeInstanceOf(LinkLost)
    await expect(socket.ask({ do: 'open' })).rejects.toBeInstanceOf(LinkLost)
  })

  it('comes back with growing, capped waits and goes on counting requests', async () => {
    greet()
    void socket.ask({ do: 'open' }).catch(() => undefined)
    for (const wait of [500, 1000, 2000, 4000, 8000, 8000, 8000]) {
      const before = world.wires.length
      world.wire.breaks(1006)
      world.pass(wait - 1)
      expect(world.wires.length).toBe(before)
      world.pass(1)
      expect(world.wires.length).toBe(before + 1)
    }
    greet(1)
    void socket.ask({ do: 'open' }).catch(() => undefined)
    expect(world.wire.sent.map((each) => (each.type === 'ask' ? each.request : 0))).toEqual([0, 2])
    world.wire.breaks(1006)
    expect(links[links.length - 1]).toEqual(['lost', 0])
  })

  it('ignores views that are not newer, and takes any view of a new connection', () => {
    greet(5)
    world.wire.says({ type: 'view', view: view(4) })
    world.wire.says({ type: 'view', view: view(5) })
    world.wire.says({ type: 'view', view: view(7) })
    world.wire.says({ type: 'view', view: view(6) })
    expect(views).toEqual([5, 7])
    world.wire.breaks(1012)
    world.pass(500)
    greet(1)
    expect(views).toEqual([5, 7, 1])
  })

  it.each(['replaced', 'removed', 'closed', 'sign_in_needed', 'version'] as const)('stays away after %s', (why) => {
    greet()
    world.wire.says({ type: 'bye', why })
    world.pass(100_000)
    expect(world.wires.length).toBe(1)
    expect(ended).toEqual([why])
    expect(links[links.length - 1]?.[0]).toBe('ended')
  })

  it('obeys the close code when the last message was lost', () => {
    greet()
    world.wire.breaks(4001)
    expect(ended).toEqual(['replaced'])
  })

  it.each(['too_slow', 'restart', 'fault', 'violation'] as const)('comes back after %s', (why) => {
    greet()
    world.wire.says({ type: 'bye', why })
    world.wire.breaks(1000)
    world.pass(8000)
    expect(world.wires.length).toBe(2)
  })

  it('answers pings and gives up a silent line', () => {
    greet()
    world.wire.says({ type: 'ping', number: 3 })
    expect(world.wire.sent[1]).toEqual({ type: 'pong', number: 3 })
    world.pass(15_999)
    expect(links[links.length - 1]).toEqual(['open', 0])
    world.pass(1)
    expect(links[links.length - 1]).toEqual(['lost', 0])
  })

  it('hurries when told that the device is online again', () => {
    greet()
    world.wire.breaks(1006)
    socket.hurry()
    expect(world.wires.length).toBe(2)
  })

  it('says goodbye when closed on purpose', () => {
    greet()
    const wire = world.wire
    socket.close()
    expect(wire.sent[1]).toEqual({ type: 'bye' })
    expect(wire.closed).toBe(1000)
    world.pass(100_000)
    expect(world.wires.length).toBe(1)
    expect(ended).toEqual([])
  })
})

describe('close codes', () => {
  it('are understood both ways', () => {
    expect(reasonOf(4002)).toBe('removed')
    expect(reasonOf(1006)).toBeUndefined()
    expect(mayReturn(reasonOf(1011))).toBe(true)
    expect(mayReturn(reasonOf(4004))).toBe(false)
  })

  it('spread the pages of one court', () => {
    expect(waitBefore(0, 0)).toBe(375)
    expect(waitBefore(0, 0.999)).toBe(625)
    expect(waitBefore(99, 0.5)).toBe(8000)
  })
})
