// SM3 by its standard's examples, against the kept library, and in any parts.
import { sm3 } from 'sm-crypto-v2'
import { describe, expect, it } from 'vitest'
import { Digester, digestsOf, hex } from './digests'
import { Sm3 } from './sm3'

const of = (bytes: Uint8Array): string => hex(new Sm3().update(bytes).digest())

describe('SM3', () => {
  it('gives the answers of GB/T 32905, annex A', () => {
    expect(of(new TextEncoder().encode('abc'))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
    expect(of(new TextEncoder().encode('abcd'.repeat(16)))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
  })

  it('agrees with the library at every length around a block, in whatever parts', () => {
    for (let length = 0; length < 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 151 + length) & 255)
      const whole = digestsOf(bytes)
      expect(whole.sm3).toBe(sm3(bytes))
      const parts = new Digester()
      for (let at = 0; at < length; at += 13) parts.update(bytes.subarray(at, at + 13))
      expect(parts.finish()).toEqual(whole)
    }
  })

  it('goes on from a copy', () => {
    const one = new Sm3().update(new Uint8Array(70))
    const other = one.clone()
    expect(hex(other.digest())).toBe(hex(one.digest()))
  })
})
