// One picture of a running stream, as a JPEG in base64. It is drawn here, sent once and kept nowhere.

const SIDE_MAX = 960
const BASE64_MAX = 500 * 1024
const PATIENCE_MS = 3_000

/** A still; null when no picture comes. */
export async function still(stream: MediaStream): Promise<string | null> {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.srcObject = stream
  try {
    await Promise.race([
      video.play(),
      new Promise((_, late) => setTimeout(() => late(new Error('no picture')), PATIENCE_MS)),
    ])
  } catch {
    video.srcObject = null
    return null
  }
  const { videoWidth: width, videoHeight: height } = video
  const shrink = Math.min(1, SIDE_MAX / Math.max(width, height, 1))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * shrink)
  canvas.height = Math.round(height * shrink)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  video.srcObject = null
  if (canvas.width === 0 || canvas.height === 0) return null
  for (const quality of [0.9, 0.7, 0.5]) {
    const text = canvas.toDataURL('image/jpeg', quality).split(',')[1] ?? ''
    if (text !== '' && text.length <= BASE64_MAX) return text
  }
  return null
}
