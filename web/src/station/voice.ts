// The voice at a station: one prompt at a time, and texts read whole. The switch and the speaking
// itself stand in hearing/voice.ts.

import { ref } from 'vue'
import { aloud, quiet as stop, setVoice, voiceOn } from '../hearing/voice'
import { language } from '../i18n'

export { setVoice, voiceOn as speaks }

/** Whether a text is being read now. */
export const reading = ref(false)

let over: (() => void) | undefined

/** Stops speaking. */
export function quiet(): void {
  const done = over
  over = undefined
  reading.value = false
  stop()
  done?.()
}

/** Says a prompt, unless prompts are off; what was being said is cut short. */
export function prompt(text: string): void {
  quiet()
  if (voiceOn.value) aloud(text, language())
}

/** Reads a text aloud, because somebody asked for it. */
export function read(text: string): void {
  quiet()
  reading.value = true
  aloud(text, 'zh-CN', () => (reading.value = false))
}

/** Reads texts aloud one after the other; once over or stopped, tells how many were read to their end. */
export function readLines(texts: readonly string[], ended: (count: number) => void): void {
  quiet()
  let count = 0
  const mine = (): void => ended(count)
  const next = (): void => {
    const text = texts[count]
    if (text === undefined) return quiet()
    aloud(text, 'zh-CN', (whole) => {
      if (over !== mine) return
      if (!whole) return quiet()
      count += 1
      next()
    })
  }
  reading.value = true
  over = mine
  next()
}
