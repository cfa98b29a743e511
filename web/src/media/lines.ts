// Makes the lines of a connection and keeps the encodings of a sent camera suited to it, with a way
// out for browsers that cannot do all of it. Which lines there are is not here: see media/slots.ts.

import type { TrackKind } from '../protocol'
import { cameraEncodings, preferred, screenEncoding, suited, voiceEncoding } from './encoding'

/** Lines of a camera that is not known yet. */
const LINES_UNKNOWN = 720

/** A sending line; nothing is sent on it before it gets a track. */
export function sendingLine(peer: RTCPeerConnection, kind: TrackKind, layers: number): RTCRtpTransceiver {
  const medium = kind === 'microphone' ? 'audio' : 'video'
  const make = (sendEncodings: RTCRtpEncodingParameters[]): RTCRtpTransceiver =>
    peer.addTransceiver(medium, { direction: 'sendonly', sendEncodings })
  let line: RTCRtpTransceiver
  if (kind === 'camera') {
    try {
      line = make(cameraEncodings(layers, LINES_UNKNOWN))
    } catch {
      // A browser without simulcast.
      line = make(cameraEncodings(1, LINES_UNKNOWN))
    }
  } else {
    line = make([kind === 'screen' ? screenEncoding() : voiceEncoding()])
  }
  prefer(line, medium, kind === 'camera' && encodesLayers())
  if (kind === 'camera') describe(line)
  return line
}

/** A receiving line. */
export function receivingLine(peer: RTCPeerConnection, medium: 'audio' | 'video'): RTCRtpTransceiver {
  const line = peer.addTransceiver(medium, { direction: 'recvonly' })
  prefer(line, medium, true)
  if (medium === 'video') describe(line)
  return line
}

let layersInOne: boolean | undefined

/** Whether this browser puts several sizes of a picture into one source: others ignore the wish. */
function encodesLayers(): boolean {
  if (layersInOne !== undefined) return layersInOne
  layersInOne = false
  try {
    const peer = new RTCPeerConnection()
    const wish = { scalabilityMode: 'L3T3_KEY' } as RTCRtpEncodingParameters
    const { sender } = peer.addTransceiver('video', { sendEncodings: [wish] })
    layersInOne = 'scalabilityMode' in (sender.getParameters().encodings[0] ?? {})
    peer.close()
  } catch {
    // It says so by failing.
  }
  return layersInOne
}

// Offers of all codecs on all lines of a large hearing are several times as long.
function prefer(line: RTCRtpTransceiver, medium: 'audio' | 'video', layered: boolean): void {
  const receivers = globalThis.RTCRtpReceiver as typeof RTCRtpReceiver | undefined
  if (typeof line.setCodecPreferences !== 'function' || typeof receivers?.getCapabilities !== 'function') return
  const codecs = preferred(receivers.getCapabilities(medium)?.codecs ?? [], layered)
  if (codecs.length === 0) return
  try {
    line.setCodecPreferences(codecs)
  } catch {
    // The browser's own order is longer, not wrong.
  }
}

/** The header extension in which AV1 says of which layer a packet is; Chromium offers it when asked. */
const DEPENDENCIES = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension'

/** Extensions of a line and whether each is offered (WebRTC extensions §5). */
interface Extending {
  getHeaderExtensionsToNegotiate?(): { uri: string; direction: RTCRtpTransceiverDirection }[]
  setHeaderExtensionsToNegotiate?(extensions: { uri: string; direction: RTCRtpTransceiverDirection }[]): void
}

function describe(line: RTCRtpTransceiver): void {
  const extending = line as Extending
  const known = extending.getHeaderExtensionsToNegotiate?.() ?? []
  const wanted = known.find((each) => each.uri === DEPENDENCIES)
  if (!wanted || wanted.direction !== 'stopped') return
  wanted.direction = 'sendrecv'
  try {
    extending.setHeaderExtensionsToNegotiate?.(known)
  } catch {
    // Its layers are not told apart then; the picture comes whole.
  }
}

/** Brings the layers of a sent camera to those that suit its size and the server's answer. */
export async function suit(sender: RTCRtpSender): Promise<void> {
  if (typeof sender.getParameters !== 'function' || !sender.track) return
  const parameters = sender.getParameters()
  const codec = parameters.codecs?.[0]?.mimeType
  const encodings = suited(parameters.encodings ?? [], sender.track.getSettings().height ?? 0, codec)
  if (!encodings) return
  parameters.encodings = encodings
  try {
    await sender.setParameters(parameters)
  } catch {
    // Layers as they were are larger or smaller than they should be, not wrong.
  }
}
