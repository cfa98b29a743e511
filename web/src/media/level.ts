// How loud a track is, for meters on this page. Who speaks in the hearing is told by the server.

/** Root mean square of samples (each -1 to 1) as a bar length from 0 to 1, on a scale of 60 dB. */
export function barOf(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const level = Math.sqrt(sum / Math.max(1, samples.length))
  if (level <= 0.001) return 0
  return Math.min(1, (20 * Math.log10(level) + 60) / 60)
}

/** Whether there is nothing at all in the samples: a microphone that works always hisses a little. */
export function isStill(samples: Float32Array): boolean {
  return samples.every((sample) => Math.abs(sample) < 1e-4)
}

/**
 * Reports the level of `track`, and whether nothing at all comes from it, about 15 times a second
 * until the returned function is called.
 */
export function watchLevel(track: MediaStreamTrack, report: (bar: number, still: boolean) => void): () => void {
  const context = new AudioContext()
  const source = context.createMediaStreamSource(new MediaStream([track]))
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  void context.resume()
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    report(barOf(samples), isStill(samples))
  }, 66)
  return () => {
    clearInterval(timer)
    source.disconnect()
    void context.close()
  }
}

/** Plays two soft notes for the loudspeaker test; resolves when they are over. */
export function playTone(): Promise<void> {
  const context = new AudioContext()
  const volume = context.createGain()
  volume.connect(context.destination)
  const start = context.currentTime + 0.05
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.25, start + 0.1)
  volume.gain.setValueAtTime(0.25, start + 1.2)
  volume.gain.linearRampToValueAtTime(0, start + 1.5)
  const note = context.createOscillator()
  note.frequency.setValueAtTime(523.25, start)
  note.frequency.setValueAtTime(659.25, start + 0.7)
  note.connect(volume)
  note.start(start)
  note.stop(start + 1.5)
  void context.resume()
  return new Promise((resolve) => {
    note.onended = () => {
      void context.close()
      resolve()
    }
  })
}
