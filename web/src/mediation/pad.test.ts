// The path of a signature.

import { describe, expect, it } from 'vitest'
import { Ink, PATH_CHARS_MAX } from './pad'

describe('ink', () => {
  it('is a path of lines', () => {
    const ink = new Ink()
    ink.begin(10, 10)
    ink.draw(10.4, 11)
    ink.draw(30, 40)
    ink.begin(700, -5)
    expect(ink.path).toBe('M10 10L30 40M600 0')
    expect(ink.isEnough).toBe(false)
    for (let at = 0; at < 8; at += 1) ink.draw(600 - at * 10, 20)
    expect(ink.isEnough).toBe(true)
    ink.clear()
    expect([ink.path, ink.isEnough]).toEqual(['', false])
  })

  it('never grows beyond the limit', () => {
    const ink = new Ink()
    ink.begin(0, 0)
    for (let at = 0; at < 20_000; at += 1) ink.draw((at * 37) % 600, (at * 53) % 200)
    expect(ink.path.length).toBeLessThanOrEqual(PATH_CHARS_MAX)
    ink.begin(1, 1)
    expect(ink.path.length).toBeLessThanOrEqual(PATH_CHARS_MAX)
  })
})
