import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Told } from '../hearing/session'
import type { Refusal } from '../protocol'
import { Paced } from './paced'

/** A server that takes a page every 200 ms at most. */
function server(taken: number[], never: number[] = []) {
  let last = -Infinity
  return async (page: number): Promise<Told> => {
    if (never.includes(page)) return { done: false, why: 'no_such_page' }
    if (Date.now() < last + 200) return { done: false, why: 'too_fast' }
    last = Date.now()
    taken.push(page)
    return { done: true }
  }
}

describe('what is asked of shown evidence', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('goes at once, and ends at the page wanted last', async () => {
    const taken: number[] = []
    const refused: (Refusal | null)[] = []
    const turner = new Paced('last', server(taken), (why) => refused.push(why))
    for (const page of [2, 3, 4, 5]) turner.want(page)
    expect(turner.target).toBe(5)
    await vi.runAllTimersAsync()
    expect(taken).toEqual([2, 5])
    expect(refused).toEqual([])
    expect(turner.target).toBe(undefined)
  })

  it('asks again when somebody turned just before', async () => {
    const taken: number[] = []
    const send = server(taken)
    await send(1)
    const refused: (Refusal | null)[] = []
    new Paced('last', send, (why) => refused.push(why)).want(2)
    await vi.runAllTimersAsync()
    expect(taken).toEqual([1, 2])
    expect(refused).toEqual([])
  })

  it('tells any other refusal once and goes on', async () => {
    const taken: number[] = []
    const refused: (Refusal | null)[] = []
    const turner = new Paced('last', server(taken, [9]), (why) => refused.push(why))
    turner.want(9)
    await vi.runAllTimersAsync()
    turner.want(3)
    await vi.runAllTimersAsync()
    expect(refused).toEqual(['no_such_page'])
    expect(taken).toEqual([3])
  })

  it('sends every line, in order', async () => {
    const taken: number[] = []
    const lines = new Paced('all', server(taken), () => {})
    for (const line of [1, 2, 3]) lines.want(line)
    await vi.runAllTimersAsync()
    expect(taken).toEqual([1, 2, 3])
  })

  it('forgets what belongs to something no longer shown', async () => {
    const taken: number[] = []
    const lines = new Paced('all', server(taken), () => {})
    for (const line of [1, 2, 3]) lines.want(line)
    lines.forget()
    await vi.runAllTimersAsync()
    expect(taken).toEqual([1])
  })
})
