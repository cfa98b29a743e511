// Codes of device faults, black pictures and silence.

import { describe, expect, it } from 'vitest'
import { isDark } from './darkness'
import { faultsOf, untried } from './faults'
import { isStill } from './level'

const kinds = (camera: 'denied' | 'missing' | 'busy' | 'unknown' | null, microphone = camera) => ({ camera: { problem: camera }, microphone: { problem: microphone }, screen: { problem: null } })
const fine = { ...untried(), camera: true, microphone: true, speaker: true }

describe('faultsOf', () => {
  it('names each reason', () => {
    expect(faultsOf(kinds(null), fine)).toEqual([])
    expect(faultsOf(kinds('denied'), untried())).toEqual(['camera_denied', 'microphone_denied', 'incomplete'])
    expect(faultsOf(kinds('missing', 'busy'), { ...untried(), deaf: true })).toEqual(['camera_missing', 'microphone_busy', 'speaker'])
    expect(faultsOf(kinds('unknown', null), untried())).toEqual(['camera', 'microphone', 'incomplete'])
    expect(faultsOf(kinds(null), { ...fine, camera: false, dark: true })).toEqual(['camera_dark'])
    expect(faultsOf(kinds(null), { ...fine, microphone: false, silent: true })).toEqual(['microphone_silent'])
  })
})

describe('isDark', () => {
  const picture = (light: (at: number) => number): Uint8ClampedArray => Uint8ClampedArray.from({ length: 400 }, (_, at) => (at % 4 === 3 ? 255 : light(at)))
  it('is black everywhere, with the noise of a covered sensor', () => {
    expect(isDark(picture(() => 0))).toBe(true)
    expect(isDark(picture((at) => 8 + (at % 7)))).toBe(true)
  })
  it('is not a dim room with a lamp, nor a grey wall', () => {
    expect(isDark(picture((at) => (at < 20 ? 200 : 5)))).toBe(false)
    expect(isDark(picture(() => 60))).toBe(false)
  })
})

describe('isStill', () => {
  it('knows a hiss from nothing', () => {
    expect(isStill(new Float32Array(64))).toBe(true)
    expect(isStill(new Float32Array(64).fill(0.0005))).toBe(false)
  })
})
