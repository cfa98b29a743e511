// Asking the procedure from a component: one request at a time, refusals told as their sentences.

import { ref } from 'vue'
import type { Ref } from 'vue'
import { say } from '../alerts'
import type { Visit } from '../hearing/session'
import { sentence } from '../i18n/refusals'
import type { Ask } from '../protocol'

/** Asks, and whether an answer is awaited. `ask` says whether it was done. */
export function useAsk(visit: Visit): { ask: (ask: Ask) => Promise<boolean>; busy: Ref<boolean> } {
  const busy = ref(false)
  async function ask(what: Ask): Promise<boolean> {
    busy.value = true
    const told = await visit.ask(what)
    busy.value = false
    if (!told.done) say(sentence(told.why), 'bad')
    return told.done
  }
  return { ask, busy }
}
