// The connection test against scripted lines.

import { describe, expect, it } from 'vitest'
import type { LineTest, MediaPath, Relay } from '../protocol'
import { adviceOf, testLine, waysOf } from './linetest'
import type { Known, TestWorld } from './linetest'
import { pathOf } from './path'

const relays: Relay[] = [{
  urls: ['turn:court:3478?transport=udp', 'turn:court:3478?transport=tcp', 'turns:court:443?transport=tcp', 'stun:court'],
  username: '9:p', credential: 'x',
}]

function line(open: string[], down = 20_000, up = 5_000): TestWorld {
  return {
    relayed: ({ urls }) => Promise.resolve(open.some((each) => urls[0]?.startsWith(each) && (each !== 'turn:' || urls[0].includes('udp')))),
    down: () => Promise.resolve(down > 0 ? { bytes: 1_000_000, ms: 8_000_000 / down } : null),
    up: (bytes) => (up > 0 ? Promise.resolve((bytes * 8) / up) : Promise.reject(new Error('cut'))),
  }
}

const known: Known = { signaling: true, path: null, relays, camera: 'passed', microphone: 'failed', speaker: 'untried' }
const run = (more: Partial<Known>, world: TestWorld): Promise<LineTest> => testLine({ ...known, ...more }, world, () => undefined)

describe('testLine', () => {
  it('names each way that is open and each that is shut', async () => {
    const test = await run({}, line(['turns:']))
    expect(test).toMatchObject({ signaling: 'passed', udp: 'failed', tcp: 'failed', tls: 'passed', camera: 'passed', microphone: 'failed' })
    expect(test.down_kbps).toBe(20_000)
    expect(test.up_kbps).toBe(5_000)
    expect(adviceOf(test)).toBe('tunnel')
  })

  it('counts the way media uses as open, and does not judge what cannot be tried', async () => {
    expect(await run({ relays: [], path: 'udp' }, line([]))).toMatchObject({ udp: 'passed', tcp: 'untried', tls: 'untried' })
    expect(await run({ path: 'relay_tls' }, line([]))).toMatchObject({ udp: 'failed', tcp: 'failed', tls: 'passed' })
  })

  it('tells every step on the way', async () => {
    const steps: LineTest[] = []
    await testLine(known, line(['turn:']), (test) => steps.push(test))
    expect(steps.length).toBe(6)
    expect(steps[0]?.down_kbps).toBeNull()
  })

  it('says the heaviest thing first', async () => {
    expect(adviceOf(await run({ signaling: false }, line(['turn:'])))).toBe('offline')
    expect(adviceOf(await run({}, line([])))).toBe('blocked')
    expect(adviceOf(await run({}, line(['turn:'], 100)))).toBe('slow')
    expect(adviceOf(await run({}, line(['turn:'], 20_000, 0)))).toBe('slow')
    expect(adviceOf(await run({}, line(['turn:'])))).toBe('good')
  })

  it('finds one address for each way', () => {
    const ways = waysOf(relays)
    expect([...ways.keys()]).toEqual(['udp', 'tcp', 'tls'])
    expect(ways.get('tcp')).toEqual([{ ...relays[0], urls: ['turn:court:3478?transport=tcp'] }])
  })
})

describe('pathOf', () => {
  const report = (candidate: object, pair: object = {}): MediaPath | null =>
    pathOf([
      { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
      { id: 'p', type: 'candidate-pair', localCandidateId: 'l', ...pair },
      { id: 'l', type: 'local-candidate', ...candidate },
    ])

  it('tells straight from relayed, and by what', () => {
    expect(report({ candidateType: 'host', protocol: 'udp' })).toBe('udp')
    expect(report({ candidateType: 'prflx', protocol: 'tcp' })).toBe('tcp')
    expect(report({ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' })).toBe('relay_tls')
    expect(report({ candidateType: 'relay', protocol: 'udp', relayProtocol: 'udp' })).toBe('relay_udp')
    expect(pathOf([])).toBeNull()
    const marked = [
      { id: 'p', type: 'candidate-pair', selected: true, localCandidateId: 'l' },
      { id: 'l', type: 'local-candidate', candidateType: 'host', protocol: 'udp' },
    ]
    expect(pathOf(marked)).toBe('udp')
  })
})
