// The sound of a bell while a call rings. Made here; no file is loaded.

let bell: { stop: () => void } | undefined

/** Begins to ring, softly twice every two seconds, until `stopRinging`. */
export function startRinging(): void {
  if (bell || typeof AudioContext === 'undefined') return
  const context = new AudioContext()
  const strike = (at: number): void => {
    const [tone, gain] = [context.createOscillator(), context.createGain()]
    tone.frequency.value = 660
    gain.gain.setValueAtTime(0.0001, at)
    gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.5)
    tone.connect(gain).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.5)
  }
  const ring = (): void => {
    strike(context.currentTime)
    strike(context.currentTime + 0.35)
  }
  ring()
  const timer = setInterval(ring, 2_000)
  bell = {
    stop: () => {
      clearInterval(timer)
      void context.close().catch(() => undefined)
    },
  }
}

/** Stops. */
export function stopRinging(): void {
  bell?.stop()
  bell = undefined
}
