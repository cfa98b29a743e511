// Microphone, camera and screen of this device, and why they cannot be had. What is done with the
// tracks is not here.

import { cameraWish } from './encoding'

/** Why a device cannot be used; each has a sentence that says what to do. */
export type DeviceProblem = 'insecure' | 'unsupported' | 'denied' | 'missing' | 'busy' | 'cancelled' | 'unknown'

/** A failure of the browser in our words. */
export function problemOf(error: unknown): DeviceProblem {
  const name = typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : ''
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return 'denied'
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
    case 'ConstraintNotSatisfiedError':
      return 'missing'
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'busy'
    case 'TypeError':
    case 'NotSupportedError':
      return 'unsupported'
    default:
      return 'unknown'
  }
}

/** A device or the reason why not. */
export type Taken = { track: MediaStreamTrack } | { problem: DeviceProblem }

const VOICE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
}

function picture(): MediaTrackConstraints {
  const { width, height } = cameraWish(navigator.hardwareConcurrency)
  return { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 25, max: 25 } }
}

async function take(constraints: MediaStreamConstraints): Promise<Taken> {
  if (!window.isSecureContext) return { problem: 'insecure' }
  // Absent on old browsers and in insecure contexts, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices?.getUserMedia) return { problem: 'unsupported' }
  try {
    const track = (await devices.getUserMedia(constraints)).getTracks()[0]
    return track ? { track } : { problem: 'missing' }
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

/** The microphone, or the one that was chosen. */
export function takeMicrophone(deviceId?: string): Promise<Taken> {
  return take({ audio: deviceId ? { ...VOICE, deviceId: { exact: deviceId } } : VOICE })
}

/** The camera, or the one that was chosen. */
export function takeCamera(deviceId?: string): Promise<Taken> {
  return take({ video: deviceId ? { ...picture(), deviceId: { exact: deviceId } } : picture() })
}

/** A screen or a window, chosen by the person in the browser's own dialog. */
export async function takeScreen(): Promise<Taken> {
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices?.getDisplayMedia) return { problem: 'unsupported' }
  try {
    const stream = await devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false })
    const track = stream.getVideoTracks()[0]
    if (!track) return { problem: 'missing' }
    track.contentHint = 'detail'
    return { track }
  } catch (error) {
    const problem = problemOf(error)
    return { problem: problem === 'denied' ? 'cancelled' : problem }
  }
}

/** Devices of one kind, for the choice in the device test. Labels are empty before permission. */
export async function listDevices(kind: MediaDeviceKind): Promise<MediaDeviceInfo[]> {
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices?.enumerateDevices) return []
  return (await devices.enumerateDevices()).filter((device) => device.kind === kind && device.deviceId !== '')
}
