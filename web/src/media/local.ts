// What this person wants to send and what may be sent. Devices are taken and given back here; the
// microphone is never switched on by anything but the person.

import { markRaw, reactive } from 'vue'
import type { TrackKind } from '../protocol'
import { takeCamera, takeMicrophone, takeScreen } from './devices'
import type { DeviceProblem, Taken } from './devices'

/** One kind of track at this end. */
export interface LocalTrack {
  /** The device, while it is taken. */
  track: MediaStreamTrack | null
  /** Whether the person has it switched on. */
  on: boolean
  /** Whether the device is being taken now. */
  busy: boolean
  /** Why it could not be taken. */
  problem: DeviceProblem | null
}

type Takers = Record<TrackKind, (deviceId?: string) => Promise<Taken>>

function nothing(): LocalTrack {
  return { track: null, on: false, busy: false, problem: null }
}

export class LocalMedia {
  /** Shown by the page. */
  readonly kinds: Record<TrackKind, LocalTrack> = reactive({
    microphone: nothing(),
    camera: nothing(),
    screen: nothing(),
  })
  private allowed: readonly TrackKind[] = []
  private chosen: Partial<Record<TrackKind, string>> = {}

  /** `changed` is called whenever another track than before is to be sent (null: nothing). */
  constructor(
    private readonly changed: (kind: TrackKind, track: MediaStreamTrack | null) => void,
    private readonly takers: Takers = { microphone: takeMicrophone, camera: takeCamera, screen: takeScreen },
  ) {}

  /** Kinds that are sent now. */
  sending(): TrackKind[] {
    return (Object.keys(this.kinds) as TrackKind[]).filter((kind) => this.outgoing(kind) !== null)
  }

  /** Chooses a device for the next time, and at once when it is switched on. */
  async choose(kind: TrackKind, deviceId: string): Promise<void> {
    this.chosen[kind] = deviceId
    if (!this.kinds[kind].on) return
    this.release(kind)
    await this.switchOn(kind)
  }

  /** The person switches a kind on. */
  async switchOn(kind: TrackKind): Promise<void> {
    const local = this.kinds[kind]
    if (local.busy || (local.on && local.track)) return
    local.busy = true
    local.problem = null
    const taken = await this.takers[kind](this.chosen[kind])
    local.busy = false
    if ('problem' in taken) {
      local.problem = taken.problem
      local.on = false
      this.tell(kind)
      return
    }
    local.track = markRaw(taken.track)
    local.on = true
    taken.track.onended = () => this.ended(kind, taken.track)
    this.tell(kind)
  }

  /** The person switches a kind off; the device is given back so that its light goes out. */
  switchOff(kind: TrackKind): void {
    this.kinds[kind].on = false
    this.release(kind)
    this.tell(kind)
  }

  /**
   * The hearing says what may be sent now. A microphone (or screen) that loses its leave is
   * switched off and stays off until the person switches it on; a camera waits. Who `waits` to be
   * let in was only looked at: nothing was taken from them.
   */
  allow(kinds: readonly TrackKind[], waits = false): void {
    const before = this.allowed
    this.allowed = [...kinds]
    for (const kind of ['microphone', 'camera', 'screen'] as const) {
      const lost = before.includes(kind) && !kinds.includes(kind)
      if (lost && !waits && kind !== 'camera' && this.kinds[kind].on) this.switchOff(kind)
      else if (lost || (!before.includes(kind) && kinds.includes(kind))) this.tell(kind)
    }
  }

  /** Gives back every device. */
  close(): void {
    for (const kind of ['microphone', 'camera', 'screen'] as const) this.switchOff(kind)
  }

  private outgoing(kind: TrackKind): MediaStreamTrack | null {
    const local = this.kinds[kind]
    return local.on && this.allowed.includes(kind) ? local.track : null
  }

  private tell(kind: TrackKind): void {
    this.changed(kind, this.outgoing(kind))
  }

  private release(kind: TrackKind): void {
    const { track } = this.kinds[kind]
    this.kinds[kind].track = null
    if (!track) return
    track.onended = null
    track.stop()
  }

  // The cable was pulled, or the browser's own "stop sharing" was pressed.
  private ended(kind: TrackKind, track: MediaStreamTrack): void {
    if (this.kinds[kind].track !== track) return
    this.kinds[kind].problem = kind === 'screen' ? null : 'missing'
    this.switchOff(kind)
  }
}
