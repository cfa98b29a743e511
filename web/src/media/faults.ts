// What the device test found, as the codes the court is told. What is not here: the test itself.

import type { DeviceFault, TrackKind } from '../protocol'
import type { DeviceProblem } from './devices'

/** How far the device test has come. */
export interface DeviceTrial {
  camera: boolean
  microphone: boolean
  speaker: boolean
  /** The camera is on and its picture is black. */
  dark: boolean
  /** The microphone is on and nothing at all comes from it. */
  silent: boolean
  /** The person said that the test sound is not to be heard. */
  deaf: boolean
}

export const untried = (): DeviceTrial => ({ camera: false, microphone: false, speaker: false, dark: false, silent: false, deaf: false })

const CAMERA: Partial<Record<DeviceProblem, DeviceFault>> = { denied: 'camera_denied', insecure: 'camera_denied', missing: 'camera_missing', busy: 'camera_busy' }
const MICROPHONE: Partial<Record<DeviceProblem, DeviceFault>> = { denied: 'microphone_denied', insecure: 'microphone_denied', missing: 'microphone_missing', busy: 'microphone_busy' }

/** The codes of what does not work, each device's once. */
export function faultsOf(kinds: Record<TrackKind, { problem: DeviceProblem | null }>, trial: DeviceTrial): DeviceFault[] {
  const found: DeviceFault[] = []
  const { camera, microphone } = kinds
  if (!trial.camera) found.push((camera.problem && CAMERA[camera.problem]) ?? (trial.dark ? 'camera_dark' : 'camera'))
  if (!trial.microphone) found.push((microphone.problem && MICROPHONE[microphone.problem]) ?? (trial.silent ? 'microphone_silent' : 'microphone'))
  if (!trial.speaker) found.push(trial.deaf ? 'speaker' : 'incomplete')
  return found
}
