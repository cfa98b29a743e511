// Speaks to people at a station who do not read the screen all the time. Off by a switch that this
// device remembers. Which words are spoken is decided elsewhere.

import { ref } from 'vue'

const KEY = 'assize.voice'

/** Whether this browser can speak. */
export const canSpeak = 'speechSynthesis' in globalThis

/** Whether prompts are spoken on this device. */
export const voiceOn = ref(canSpeak && readSwitch() !== 'off')

function readSwitch(): string | null {
  return 'localStorage' in globalThis ? localStorage.getItem(KEY) : null
}

/** Switches the spoken prompts on or off and remembers it. */
export function setVoice(on: boolean): void {
  voiceOn.value = on
  localStorage.setItem(KEY, on ? 'on' : 'off')
  if (!on) quiet()
}

/** Speaks one prompt, unless the switch is off. */
export function prompt(text: string, lang: string): void {
  if (voiceOn.value) aloud(text, lang)
}

/** Reads a text out, whatever the switch says, because somebody asked for it; `ended` is told whether it was heard to its end. */
export function aloud(text: string, lang: string, ended: (whole: boolean) => void = () => undefined): void {
  if (!canSpeak) return ended(false)
  const speech = new SpeechSynthesisUtterance(text)
  speech.lang = lang
  speech.rate = 0.9
  speech.onend = () => ended(true)
  speech.onerror = () => ended(false)
  speechSynthesis.speak(speech)
}

/** Stops speaking. */
export function quiet(): void {
  if (canSpeak) speechSynthesis.cancel()
}
