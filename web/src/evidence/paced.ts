// Sends what is asked of the shown evidence as fast as the server takes it: nothing pressed in
// between is lost.

import type { Told } from '../hearing/session'
import type { Refusal } from '../protocol'

/** The server takes one this often; milliseconds. */
const EVERY_MS = 200
/** More than this does not wait. */
const WAITING_MAX = 50

/** What of the things that wait is sent: pages and places only the last, lines all in order. */
export type Keep = 'last' | 'all'

export class Paced<T> {
  private waiting: T[] = []
  private running = false

  /** `send` asks the server; `refused` tells why something did not come. */
  constructor(
    private readonly keep: Keep,
    private readonly send: (what: T) => Promise<Told>,
    private readonly refused: (why: Refusal | null) => void,
  ) {}

  /** What was wanted last and is still under way. */
  get target(): T | undefined {
    return this.waiting.at(-1)
  }

  /** Wants something. */
  want(what: T): void {
    if (this.keep === 'last') this.waiting = [what]
    else if (this.waiting.length < WAITING_MAX) this.waiting.push(what)
    else this.refused('too_fast')
    if (!this.running) void this.run()
  }

  /** What was wanted is wanted no more: something else is shown. */
  forget(): void {
    this.waiting = []
  }

  private async run(): Promise<void> {
    this.running = true
    for (let what = this.waiting[0]; what !== undefined; what = this.waiting[0]) {
      const told = await this.send(what)
      // Somebody showed, turned or drew just before: it is still wanted.
      const again = !told.done && told.why === 'too_fast'
      if (!again && this.waiting[0] === what) this.waiting.shift()
      if (!told.done && !again) this.refused(told.why)
      await new Promise((go) => setTimeout(go, EVERY_MS))
    }
    this.running = false
  }
}
