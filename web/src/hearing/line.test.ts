// The verdict on a line is that of the server, and a word that flickers is not shown.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Health } from '../protocol'
import { Steady, verdictOf } from './line'

const fine: Health = {
  loss_up_permille: 0, loss_down_permille: 0, jitter_ms: 5, round_trip_ms: 30, up_bps: 1, down_bps: 1,
  estimate_bps: null, queue_ms: 0, frozen_lines: 0, freeze_permille: 0, speech_ms: 0, packets_down: 0,
}

describe('verdictOf', () => {
  it.each([
    [{}, 'good', null],
    [{ round_trip_ms: null }, 'good', null],
    [{ loss_up_permille: 99 }, 'good', null],
    [{ loss_up_permille: 100 }, 'poor', 'loss_up'],
    [{ loss_up_permille: 150 }, 'bad', 'loss_up'],
    [{ loss_up_permille: 120, loss_down_permille: 200 }, 'bad', 'loss_down'],
    [{ round_trip_ms: 400, jitter_ms: 200 }, 'poor', 'delay'],
    [{ round_trip_ms: 1000 }, 'bad', 'delay'],
    [{ jitter_ms: 100 }, 'poor', 'jitter'],
    [{ frozen_lines: 1, freeze_permille: 200 }, 'poor', 'narrow'],
    [{ freeze_permille: 200 }, 'poor', 'freeze'],
    [{ freeze_permille: 500 }, 'bad', 'freeze'],
  ] as const)('%j is %s for %s', (figures, grade, trouble) => {
    expect(verdictOf({ ...fine, ...figures })).toEqual({ grade, trouble })
  })

  it('has the bounds of the server', () => {
    const bounds = (text: string) => [...text.matchAll(/ >=? ([\d_]+)/g)].map((each) => Number(each[1]?.replace('_', '')))
    const rust = readFileSync(new URL('../../../crates/model/src/health.rs', import.meta.url), 'utf8')
    const own = readFileSync(new URL('./line.ts', import.meta.url), 'utf8')
    const verdict = rust.slice(rust.indexOf('pub const fn verdict'))
    const mine = own.slice(own.indexOf('export function verdictOf'), own.indexOf('export const AGREE'))
    expect(bounds(mine)).toEqual(bounds(verdict))
  })
})

describe('Steady', () => {
  it('shows what was said twice in a row', () => {
    const steady = new Steady<string | null>(null)
    expect(['a', null, 'a', 'a', null, 'b', 'b', null, null].map((word) => steady.say(word))).toEqual(
      [null, null, null, 'a', 'a', 'a', 'b', 'b', null],
    )
  })
})
