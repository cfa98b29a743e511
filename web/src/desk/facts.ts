// What a page tells operators of its connection and devices when help is called for.

import type { Visit } from '../hearing/session'
import type { HelpFacts } from '../protocol'

/** The browser's name and version, short. */
export function browserName(): string {
  return navigator.userAgent.split(' ').slice(-2).join(' ')
}

/** What is known outside a sitting: whether there are devices at all. */
export async function bareFacts(): Promise<HelpFacts> {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? []
  const has = (kind: MediaDeviceKind): boolean => devices.some((device) => device.kind === kind)
  return {
    link: navigator.onLine, media: false, path: null, round_trip_ms: null, loss_up_permille: null,
    loss_down_permille: null, trouble: null, line_test: null, camera: has('videoinput'),
    microphone: has('audioinput'), browser: browserName(),
  }
}

/** What is known in a sitting. */
export function visitFacts(visit: Visit): HelpFacts {
  const { link, media, health, trouble } = visit.state
  const { camera, microphone } = visit.local.kinds
  return {
    link: link === 'open', media: media === 'connected', path: null,
    round_trip_ms: health?.round_trip_ms ?? null, loss_up_permille: health?.loss_up_permille ?? null,
    loss_down_permille: health?.loss_down_permille ?? null, trouble, line_test: null,
    camera: camera.track !== null, microphone: microphone.track !== null, browser: browserName(),
  }
}
