// Keys of the courtroom: what they do and what is pressed. Nothing happens while somebody types.

/** What a key does. */
export type KeyAction = 'next' | 'floor' | 'hand' | 'microphone' | 'prompts' | 'notes' | 'keys'

/** The keys, as shown in the help dialog, for the court and for everybody else. */
export const COURT_KEYS: readonly [string, KeyAction][] = [
  ['Ctrl + Enter', 'next'], ['F', 'floor'], ['M', 'microphone'], ['T', 'prompts'], ['B', 'notes'], ['?', 'keys'],
]
export const OWN_KEYS: readonly [string, KeyAction][] = [['H', 'hand'], ['M', 'microphone'], ['?', 'keys']]

const BY_KEY: Record<string, KeyAction> = {
  f: 'floor', h: 'hand', m: 'microphone', t: 'prompts', b: 'notes', '?': 'keys', '？': 'keys',
}

interface Pressed {
  key: string
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  isComposing: boolean
  repeat: boolean
  target: EventTarget | null
}

/** The action of a pressed key; none while somebody types or a dialog is open. */
export function actionOf(event: Pressed): KeyAction | undefined {
  if (event.repeat || event.isComposing || event.altKey || event.metaKey || typesIn(event.target)) return undefined
  if (event.ctrlKey) return event.key === 'Enter' ? 'next' : undefined
  return BY_KEY[event.key.toLowerCase()]
}

function typesIn(target: EventTarget | null): boolean {
  const element = target as { tagName?: string; closest?: (selector: string) => unknown } | null
  return ['INPUT', 'TEXTAREA', 'SELECT'].includes(element?.tagName ?? '') || Boolean(element?.closest?.('dialog'))
}
