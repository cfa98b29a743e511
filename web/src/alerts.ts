// Short messages to the person: shown for a while and read aloud by screen readers.

import { reactive } from 'vue'

/** One message. */
export interface Notice {
  id: number
  text: string
  tone: 'plain' | 'good' | 'bad'
}

const SHOWN_MS = 7_000
/** As many as the header is wide. */
const MOST = 2

/** The messages shown now, the oldest first. */
export const notices: Notice[] = reactive([])
let count = 0

/** Shows a message. The same text is not shown twice at once. */
export function say(text: string, tone: Notice['tone'] = 'plain'): void {
  if (notices.some((notice) => notice.text === text)) return
  count += 1
  const id = count
  notices.push({ id, text, tone })
  if (notices.length > MOST) notices.shift()
  setTimeout(() => hush(id), SHOWN_MS)
}

/** Takes a message away. */
export function hush(id: number): void {
  const index = notices.findIndex((notice) => notice.id === id)
  if (index >= 0) notices.splice(index, 1)
}
