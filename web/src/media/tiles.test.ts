// What is drawn is told, whole, at change and not too often; what may be shown on a line.

import { beforeEach, describe, expect, it } from 'vitest'
import type { LinePurpose, PictureUse, SlotUse, Tile } from '../protocol'
import { PictureBook, TRUST_MS } from './pictures'
import { TILES_EVERY_MS, TileBook } from './tiles'

const picture = (slot: number): LinePurpose => ({ for: 'seat', slot, medium: 'picture' })
const screen: LinePurpose = { for: 'screen', slot: 0 }

describe('TileBook', () => {
  let now: number
  let timers: { at: number; what: () => void }[]
  let told: Tile[][]
  let open: boolean
  let book: TileBook
  const one = {}
  const two = {}

  function pass(ms: number): void {
    now += ms
    const due = timers.filter((each) => each.at <= now)
    timers = timers.filter((each) => each.at > now)
    for (const timer of due) timer.what()
  }

  beforeEach(() => {
    now = 1000
    timers = []
    told = []
    open = true
    book = new TileBook(
      (tiles) => {
        if (open) told.push(tiles)
        return open
      },
      {
        now: () => now,
        after(ms, what) {
          const timer = { at: now + ms, what }
          timers.push(timer)
          return () => (timers = timers.filter((each) => each !== timer))
        },
      },
    )
  })

  it('tells the whole list once a layout has settled', () => {
    book.set(one, { purpose: picture(0), width: 100, height: 50, visible: true })
    book.set(one, { purpose: picture(0), width: 640.4, height: 359.7, visible: true })
    book.set(two, { purpose: screen, width: 1280, height: 720, visible: true })
    expect(told).toEqual([])
    pass(TILES_EVERY_MS)
    expect(told).toEqual([[
      { purpose: screen, width: 1280, height: 720 },
      { purpose: picture(0), width: 640, height: 360 },
    ]])
  })

  it('says nothing when nothing changed, and never more than four times a second', () => {
    for (let step = 0; step < 400; step += 1) {
      book.set(one, { purpose: picture(0), width: 100 + step, height: 100, visible: true })
      pass(10)
    }
    expect(told.length).toBeLessThanOrEqual(17)
    expect(told.length).toBeGreaterThan(12)
    pass(1000)
    const count = told.length
    expect(told[count - 1]?.[0]?.width).toBe(499)
    book.set(one, { purpose: picture(0), width: 499, height: 100, visible: true })
    pass(1000)
    expect(told.length).toBe(count)
  })

  it('asks for nothing that is not seen', () => {
    book.set(one, { purpose: picture(0), width: 100, height: 100, visible: true })
    book.set(two, { purpose: picture(1), width: 100, height: 100, visible: false })
    pass(1000)
    expect(told[0]?.map((tile) => tile.purpose)).toEqual([picture(0)])
    book.hide(true)
    pass(1000)
    expect(told[1]).toEqual([])
    book.hide(false)
    pass(1000)
    expect(told[2]?.length).toBe(1)
    book.set(one, { purpose: null, width: 100, height: 100, visible: true })
    pass(1000)
    expect(told[3]).toEqual([])
    book.remove(one)
    pass(1000)
    expect(told.length).toBe(4)
  })

  it('draws a line once, at its largest, and within what the wire holds', () => {
    book.set(one, { purpose: picture(0), width: 100, height: 400, visible: true })
    book.set(two, { purpose: picture(0), width: 1e9, height: Number.NaN, visible: true })
    expect(book.tiles()).toEqual([{ purpose: picture(0), width: 100, height: 400 }])
    book.set(two, { purpose: picture(0), width: 1e9, height: 10, visible: true })
    expect(book.tiles()).toEqual([{ purpose: picture(0), width: 65_535, height: 400 }])
  })

  it('tells again after a new greeting, and what could not be told before', () => {
    open = false
    book.set(one, { purpose: picture(0), width: 10, height: 10, visible: true })
    pass(1000)
    open = true
    book.again()
    pass(1000)
    book.again()
    pass(1000)
    expect(told.length).toBe(2)
  })
})

describe('PictureBook', () => {
  const use = (layer: number | null, reason: PictureUse['reason']): PictureUse => ({ purpose: picture(0), layer, reason })
  const slot = (who: number): SlotUse[] => [{ purpose: picture(0), track: { participant: who, kind: 'camera' } }]
  const key = 'seat/0/picture'

  it('shows everything while a server says nothing', () => {
    const book = new PictureBook()
    book.seated(slot(5), 0)
    expect(book.showing(0).size).toBe(0)
  })

  it('keeps the last frame of a frozen picture', () => {
    const book = new PictureBook()
    book.seated(slot(5), 0)
    book.told([use(null, 'starting')])
    expect(book.showing(1).get(key)).toEqual({ reason: 'starting', own: false })
    book.told([use(1, 'best')])
    expect(book.showing(2).get(key)).toEqual({ reason: 'best', own: true })
    book.told([use(null, 'frozen')])
    expect(book.showing(3).get(key)).toEqual({ reason: 'frozen', own: true })
  })

  it('never shows the frame of one person under the name of another', () => {
    const book = new PictureBook()
    book.seated(slot(5), 0)
    book.told([use(1, 'best')])
    book.seated(slot(6), 10)
    expect(book.showing(11).get(key)?.own).toBe(false)
    book.told([use(null, 'frozen')])
    expect(book.showing(60_000).get(key)).toEqual({ reason: 'frozen', own: false })
    book.told([use(0, 'bandwidth')])
    expect(book.showing(60_001).get(key)).toEqual({ reason: 'bandwidth', own: true })
    book.seated([], 60_002)
    book.seated(slot(6), 60_003)
    expect(book.showing(60_004).get(key)?.own).toBe(false)
  })

  it('does not wait for ever when the two lists crossed', () => {
    const book = new PictureBook()
    book.told([use(2, 'best')])
    book.seated(slot(6), 100)
    expect(book.showing(101).get(key)?.own).toBe(false)
    expect(book.showing(101 + TRUST_MS).get(key)?.own).toBe(true)
  })
})
