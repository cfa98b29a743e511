// How each track is encoded: layers of the camera by its size, bit rates, priority, and the codecs
// that are offered. Which track is sent is not here.

/** Names of the camera's layers in the description (RFC 8852), the smallest first. */
export const LAYER_RIDS = ['q', 'h', 'f'] as const
/** A machine with so few cores sends two layers of a smaller picture. */
export const FEW_CORES = 2

const VOICE_BPS = 40_000
const SCREEN_BPS = 1_500_000
const FRAMES_PER_SECOND = 25
const SCREEN_FRAMES_PER_SECOND = 15
/** Bit rate of a camera layer by its height in lines; a larger one gets the last. */
const RATES: readonly { lines: number; bps: number }[] = [
  { lines: 200, bps: 100_000 },
  { lines: 270, bps: 180_000 },
  { lines: 400, bps: 300_000 },
  { lines: 540, bps: 500_000 },
]
const FULL_BPS = 800_000
/** A camera with more lines than this is worth another layer. */
const TWO_LAYERS_ABOVE = 250
const THREE_LAYERS_ABOVE = 500

/** What can be told of a camera before it is sent. */
export interface CameraWish {
  width: number
  height: number
  /** Layers that are offered for it. */
  layers: number
}

/** What to ask of a camera on a machine with so many cores (none: unknown). */
export function cameraWish(cores: number | undefined): CameraWish {
  if (cores !== undefined && cores <= FEW_CORES) return { width: 640, height: 360, layers: 2 }
  return { width: 1280, height: 720, layers: 3 }
}

/** Bits per second for a picture of so many lines. */
export function rateOf(lines: number): number {
  return RATES.find((rate) => lines <= rate.lines)?.bps ?? FULL_BPS
}

/**
 * The encodings of a camera of `lines` lines, the smallest first. Of `offered` layers those that
 * would only be thumbnails of thumbnails stay off: the upper ones, so that the lowest is always on.
 * A single layer that is all the server takes costs what two would.
 */
export function cameraEncodings(offered: number, lines: number): RTCRtpEncodingParameters[] {
  const useful = lines > THREE_LAYERS_ABOVE ? 3 : lines > TWO_LAYERS_ABOVE ? 2 : 1
  const on = Math.min(offered, useful)
  return LAYER_RIDS.slice(0, offered).map((rid, layer) => {
    const scale = layer < on ? 2 ** (on - 1 - layer) : 1
    const alone = offered === 1
    return {
      ...(alone ? {} : { rid }),
      active: layer < on,
      scaleResolutionDownBy: scale,
      maxBitrate: alone ? Math.max(600_000, rateOf(lines)) : rateOf(lines / scale),
      maxFramerate: FRAMES_PER_SECOND,
    }
  })
}

/**
 * The encoding of a camera of `lines` lines that carries its sizes in one source (VP9, AV1): as many as
 * would be layers of their own, each predicted from the smaller one at keyframes alone, so that a
 * larger one can be left out anywhere.
 */
export function layeredEncoding(lines: number): RTCRtpEncodingParameters & { scalabilityMode: string } {
  const sizes = lines > THREE_LAYERS_ABOVE ? 3 : lines > TWO_LAYERS_ABOVE ? 2 : 1
  let bps = 0
  for (let size = 0; size < sizes; size += 1) bps += rateOf(lines / 2 ** size)
  return {
    active: true,
    scaleResolutionDownBy: 1,
    maxBitrate: Math.max(600_000, bps),
    maxFramerate: FRAMES_PER_SECOND,
    scalabilityMode: sizes === 1 ? 'L1T3' : `L${sizes}T3_KEY`,
  }
}

/** The encoding of a voice: before everything else on a thin line. */
export function voiceEncoding(): RTCRtpEncodingParameters {
  return { maxBitrate: VOICE_BPS, priority: 'high', networkPriority: 'high' }
}

/** The encoding of a shared screen: one layer, sharp rather than smooth. */
export function screenEncoding(): RTCRtpEncodingParameters {
  return { maxBitrate: SCREEN_BPS, maxFramerate: SCREEN_FRAMES_PER_SECOND, priority: 'medium' }
}

/**
 * Brings the encodings a sender has to those that suit its camera; null when they do already or
 * cannot be changed. A server that takes one layer leaves one, which must not stay the smallest.
 */
export function suited(
  have: readonly RTCRtpEncodingParameters[],
  lines: number,
  codec?: string,
): RTCRtpEncodingParameters[] | null {
  if (have.length === 0 || lines <= 0) return null
  const layered = isLayered(codec ?? '') && have.length === 1
  const wanted = layered ? [layeredEncoding(lines)] : cameraEncodings(have.length, lines)
  let changed = false
  const next = have.map((encoding, layer) => {
    const { active, scaleResolutionDownBy, maxBitrate, maxFramerate } = wanted[layer] ?? {}
    const each = { ...encoding, active, scaleResolutionDownBy, maxBitrate, maxFramerate } as LayeredEncoding
    const mode = (wanted[layer] as LayeredEncoding | undefined)?.scalabilityMode
    if (mode) each.scalabilityMode = mode
    changed ||= encoding.active !== each.active || encoding.maxBitrate !== each.maxBitrate
      || (encoding.scaleResolutionDownBy ?? 1) !== each.scaleResolutionDownBy
      || (encoding as LayeredEncoding).scalabilityMode !== each.scalabilityMode
    return each
  })
  return changed ? next : null
}

/** Whether several sizes of a picture go into one source of this codec. */
function isLayered(mimeType: string): boolean {
  return ['video/vp9', 'video/av1'].includes(mimeType.toLowerCase())
}

type LayeredEncoding = RTCRtpEncodingParameters & { scalabilityMode?: string }

/** Whether the house speaks a codec: more would only make offers longer. */
export function isSpoken(codec: { mimeType: string; sdpFmtpLine?: string }): boolean {
  switch (codec.mimeType.toLowerCase()) {
    case 'audio/opus':
    case 'audio/red':
    case 'video/vp8':
    case 'video/rtx':
      return true
    case 'video/vp9':
      return !/profile-id=[1-9]/.test(codec.sdpFmtpLine ?? '')
    case 'video/av1':
      return !/profile=[1-9]/.test(codec.sdpFmtpLine ?? '')
    case 'video/h264': {
      const format = codec.sdpFmtpLine ?? ''
      // Constrained baseline (RFC 6184 §8.1), several packets a frame.
      return /profile-level-id=42[ce]0/i.test(format) && /packetization-mode=1/.test(format)
    }
    default:
      return false
  }
}

/**
 * The codecs to offer, best first; repair formats follow what they repair. Who cannot put several
 * sizes into one source does better with a codec that has a source for each, and does not offer others.
 */
export function preferred<T extends { mimeType: string; sdpFmtpLine?: string }>(
  codecs: readonly T[],
  layered = true,
): T[] {
  const order = ['audio/opus', 'audio/red', 'video/vp8', 'video/h264', 'video/vp9', 'video/av1', 'video/rtx']
  const rank = (codec: T): number => order.indexOf(codec.mimeType.toLowerCase())
  return codecs
    .filter((codec) => isSpoken(codec) && (layered || !isLayered(codec.mimeType)))
    .sort((one, other) => rank(one) - rank(other))
}
