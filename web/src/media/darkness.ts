// Whether a camera's picture is black: covered, or shut by its own switch. What is not here: what
// the person is told.

/** Brightness of red, green, blue and opacity bytes, the mean and the widest difference, 0 to 255. */
export function lightOf(pixels: Uint8ClampedArray): { mean: number; spread: number } {
  let [sum, low, high] = [0, 255, 0]
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const light = 0.3 * (pixels[at] ?? 0) + 0.59 * (pixels[at + 1] ?? 0) + 0.11 * (pixels[at + 2] ?? 0)
    sum += light
    low = Math.min(low, light)
    high = Math.max(high, light)
  }
  return { mean: sum / Math.max(1, pixels.length / 4), spread: Math.max(0, high - low) }
}

/** A covered camera is dark everywhere; a dim room has a window, a lamp or a face in it. */
export function isDark(pixels: Uint8ClampedArray): boolean {
  const { mean, spread } = lightOf(pixels)
  return mean < 24 && spread < 24
}

const LOOK_MS = 500
/** Cameras begin with a few black frames. */
const LOOKS = 4
const [WIDTH, HEIGHT] = [32, 18]

/** Looks at the picture of `track` twice a second until the returned function is called. */
export function watchDarkness(track: MediaStreamTrack, report: (dark: boolean) => void): () => void {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.srcObject = new MediaStream([track])
  void video.play().catch(() => undefined)
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const context = canvas.getContext('2d', { willReadFrequently: true })
  let black = 0
  const timer = setInterval(() => {
    if (!context || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return
    context.drawImage(video, 0, 0, WIDTH, HEIGHT)
    black = isDark(context.getImageData(0, 0, WIDTH, HEIGHT).data) ? black + 1 : 0
    report(black >= LOOKS)
  }, LOOK_MS)
  return () => {
    clearInterval(timer)
    video.srcObject = null
  }
}
