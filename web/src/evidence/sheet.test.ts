// Pages fit, lines stay on the page and within what the server takes.

import { describe, expect, it } from 'vitest'
import { ACCEPT, nameOf, sizeOf } from './files'
import { POINTS_MAX, fit, polyline, thin, thousandths } from './sheet'

describe('a page', () => {
  it('is as large as its place allows, in its own shape', () => {
    expect(fit({ width: 595, height: 842 }, { width: 1000, height: 421 }, 1)).toEqual({ width: 297, height: 421 })
    expect(fit({ width: 1600, height: 900 }, { width: 800, height: 800 }, 1)).toEqual({ width: 800, height: 450 })
    expect(fit({ width: 800, height: 450 }, { width: 800, height: 800 }, 2)).toEqual({ width: 1600, height: 900 })
  })

  it('has no size while it or its place has none', () => {
    expect(fit({ width: 0, height: 842 }, { width: 10, height: 10 }, 1)).toEqual({ width: 0, height: 0 })
    expect(fit({ width: 10, height: 10 }, { width: 0, height: 10 }, 1)).toEqual({ width: 0, height: 0 })
  })
})

describe('a line', () => {
  it('is measured in thousandths and stays on the page', () => {
    expect(thousandths(50, 25, 100, 100)).toEqual([500, 250])
    expect(thousandths(-9, 900, 100, 100)).toEqual([0, 1000])
    expect(thousandths(1, 1, 0, 0)).toEqual([1000, 1000])
  })

  it('is thinned to what the server takes, with both its ends', () => {
    const long = Array.from({ length: 900 }, (_, at): [number, number] => [at, at % 7])
    const short = thin(long)
    expect(short.length).toBe(POINTS_MAX)
    expect(short[0]).toEqual(long[0])
    expect(short[POINTS_MAX - 1]).toEqual(long[899])
    expect(thin([[1, 1], [1, 1], [2, 1]])).toEqual([[1, 1], [2, 1]])
  })

  it('of one point is a dot', () => {
    expect(polyline({ points: [[3, 4]] })).toBe('3,4 3,4')
  })
})

describe('a file', () => {
  it('gives its name to the list', () => {
    expect(nameOf({ name: '借条 2023.扫描.pdf' })).toBe('借条 2023.扫描')
    expect(nameOf({ name: 'x'.repeat(300) }).length).toBe(100)
  })

  it('tells its size', () => {
    expect([sizeOf(12), sizeOf(2048), sizeOf(5.5 * 1024 * 1024)]).toEqual(['12 B', '2 KB', '5.5 MB'])
  })

  it('is of a kind the server takes', () => {
    expect(ACCEPT.split(',')).not.toContain('.svg')
  })
})
