// The voice at a station: one prompt at a time, and texts read whole. The switch and the speaking
// itself stand in hearing/voice.ts.

import { ref } from 'vue'
import { aloud, quiet as stop, setVoice, voiceOn } from '../hearing/voice'
import { language } from '../i18n'

export { setVoice, voiceOn as speaks }

/** Whether a text is being read now. */
export const reading = ref(false)

/** Stops speaking. */
export function quiet(): void {
  stop()
  reading.value = false
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
