// The switches of one person: who may switch what on, and what is sent.

import { beforeEach, describe, expect, it } from 'vitest'
import type { TrackKind } from '../protocol'
import { LocalMedia } from './local'
import type { Taken } from './devices'

interface FakeTrack {
  name: string
  stopped: boolean
  onended: (() => void) | null
  stop(): void
}

let sent: Partial<Record<TrackKind, FakeTrack | null>>
let taken: FakeTrack[]
let answer: Taken | undefined
let local: LocalMedia

function take(): Promise<Taken> {
  if (answer) return Promise.resolve(answer)
  const track: FakeTrack = {
    name: `track-${taken.length}`,
    stopped: false,
    onended: null,
    stop() {
      track.stopped = true
    },
  }
  taken.push(track)
  return Promise.resolve({ track: track as unknown as MediaStreamTrack })
}

beforeEach(() => {
  sent = {}
  taken = []
  answer = undefined
  local = new LocalMedia((kind, track) => (sent[kind] = track as unknown as FakeTrack | null), {
    microphone: take,
    camera: take,
    screen: take,
  })
})

describe('LocalMedia', () => {
  it('sends nothing before the hearing allows it', async () => {
    await local.switchOn('microphone')
    await local.switchOn('camera')
    expect(sent).toEqual({ microphone: null, camera: null })
    local.allow(['microphone', 'camera'])
    expect(sent.microphone?.name).toBe('track-0')
    expect(sent.camera?.name).toBe('track-1')
    expect(local.sending()).toEqual(['microphone', 'camera'])
  })

  it('never switches a microphone on by itself after a lock', async () => {
    local.allow(['microphone', 'camera'])
    await local.switchOn('microphone')
    await local.switchOn('camera')
    local.allow(['camera'])
    expect(sent.microphone).toBeNull()
    expect(taken[0]?.stopped).toBe(true)
    local.allow(['microphone', 'camera'])
    expect(sent.microphone).toBeNull()
    expect(local.kinds.microphone.on).toBe(false)
    expect(sent.camera?.name).toBe('track-1')
  })

  it('keeps a camera ready while it may not be sent', async () => {
    local.allow(['camera'])
    await local.switchOn('camera')
    local.allow([])
    expect(sent.camera).toBeNull()
    expect(local.sending()).toEqual([])
    local.allow(['camera'])
    expect(sent.camera?.name).toBe('track-0')
  })

  it('gives the device back when it is switched off', async () => {
    local.allow(['camera'])
    await local.switchOn('camera')
    local.switchOff('camera')
    expect(taken[0]?.stopped).toBe(true)
    expect(sent.camera).toBeNull()
  })

  it('says why a device cannot be had', async () => {
    answer = { problem: 'busy' }
    await local.switchOn('camera')
    expect(local.kinds.camera).toMatchObject({ on: false, problem: 'busy', busy: false })
  })

  it('notices that a device went away', async () => {
    local.allow(['camera', 'screen'])
    await local.switchOn('camera')
    await local.switchOn('screen')
    taken[0]?.onended?.()
    taken[1]?.onended?.()
    expect(local.kinds.camera).toMatchObject({ on: false, problem: 'missing' })
    expect(local.kinds.screen).toMatchObject({ on: false, problem: null })
    expect(sent).toEqual({ camera: null, screen: null })
  })

  it('changes the device in use', async () => {
    local.allow(['camera'])
    await local.switchOn('camera')
    await local.choose('camera', 'other')
    expect(taken.map((each) => each.stopped)).toEqual([true, false])
    expect(sent.camera?.name).toBe('track-1')
  })
})
