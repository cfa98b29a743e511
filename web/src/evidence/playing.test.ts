// Where shown sound stands, and when a page jumps.

import { describe, expect, it } from 'vitest'
import { OFF_MS, correction, placeOf } from './playing'

describe('placeOf', () => {
  it('runs on from where it was, by the server\'s clock', () => {
    expect(placeOf({ running: true, at_ms: 3000, since: 100_000 }, 101_500, 60_000)).toBe(4500)
    expect(placeOf({ running: false, at_ms: 3000, since: 100_000 }, 101_500, 60_000)).toBe(3000)
  })

  it('stays within the file, whatever the clocks say', () => {
    expect(placeOf({ running: true, at_ms: 3000, since: 100_000 }, 900_000, 60_000)).toBe(60_000)
    expect(placeOf({ running: true, at_ms: 3000, since: 100_000 }, 90_000, 60_000)).toBe(3000)
    expect(placeOf({ running: true, at_ms: 3000, since: 0 }, 5000, Infinity)).toBe(8000)
  })
})

describe('correction', () => {
  it('leaves a page alone that is near enough', () => {
    expect(correction(1000, 1000 + OFF_MS, true, 60_000)).toBeUndefined()
    expect(correction(1000, 1001 + OFF_MS, true, 60_000)).toBe(1001 + OFF_MS)
  })

  it('waits until the last jump was seen, but not when it is held', () => {
    expect(correction(1000, 9000, true, 500)).toBeUndefined()
    expect(correction(1000, 9000, false, 500)).toBe(9000)
    expect(correction(9000, 9020, false, 500)).toBeUndefined()
  })
})
