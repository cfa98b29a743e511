// A ticking reactive clock, for views that show the server's time.

import { onBeforeUnmount, ref } from 'vue'
import type { Ref } from 'vue'
import type { ServerClock } from './clock'

/** The server's time in UTC ms, four times a second while the component lives. */
export function useNow(clock: ServerClock): Ref<number> {
  const now = ref(clock.at(Date.now()))
  const timer = setInterval(() => (now.value = clock.at(Date.now())), 250)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}
