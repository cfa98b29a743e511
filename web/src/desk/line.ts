// The page's line to the desk: what calls, duty and tickets there are, told by the server as it
// changes. One line for the whole page; it stays open from view to view.

import { reactive, shallowRef } from 'vue'
import type { DeskPicture } from '../protocol'
import { desk } from './api'
import type { As } from './api'

/** What is at the desk now; undefined before the first word. */
export const picture = shallowRef<DeskPicture>()
/** Whether the line stands. */
export const line = reactive({ open: false })

let source: EventSource | undefined
let opened: As | undefined
let again: ReturnType<typeof setTimeout> | undefined
const RETRY_MS = 3_000
/** What a page that comes back must say again: the server forgets who is on duty when it restarts. */
const KEY = 'assize.duty'

/** Opens the line, unless it stands already. */
export function listen(who: As): void {
  if (opened === who) return
  shut()
  opened = who
  open(who)
}

/** Ends the line. */
export function shut(): void {
  clearTimeout(again)
  source?.close()
  source = undefined
  opened = undefined
  picture.value = undefined
  line.open = false
}

function open(who: As): void {
  source = new EventSource(desk.stream(who))
  source.onmessage = (message: MessageEvent<string>) => {
    picture.value = JSON.parse(message.data) as DeskPicture
    line.open = true
    returnToDuty()
  }
  source.onerror = () => {
    line.open = false
    // The browser comes back by itself after a lost line, but not after a refusal.
    if (source?.readyState !== EventSource.CLOSED) return
    clearTimeout(again)
    again = setTimeout(() => opened === who && open(who), RETRY_MS)
  }
}

// A page that is left may be kept by the browser with its line open, and six such lines are all that
// one server gets: the next page would wait for a connection until one of them falls.
window.addEventListener('pagehide', () => {
  clearTimeout(again)
  source?.close()
  line.open = false
})
window.addEventListener('pageshow', (event) => {
  if (event.persisted && opened !== undefined) open(opened)
})

/** Comes on duty somewhere, or goes away; remembered for this window. */
export async function setDuty(tribunal: string | null): Promise<void> {
  if (tribunal === null) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, tribunal)
  await desk.duty(tribunal)
}

function returnToDuty(): void {
  const tribunal = sessionStorage.getItem(KEY)
  const duty = picture.value?.duty
  if (tribunal === null || !duty || duty.mine !== null) return
  void desk.duty(tribunal).catch(() => undefined)
}
