// Turns pages for all as fast as the server takes them: what is pressed meanwhile adds up, and the
// page wanted last is the one that comes.

import type { Told } from '../hearing/session'
import type { Refusal } from '../protocol'

/** The server takes a page this often; milliseconds. */
const EVERY_MS = 200

export class PageTurner {
  private wanted: number | undefined
  private running = false

  /** `send` asks for a page; `refused` tells why one did not come. */
  constructor(private readonly send: (page: number) => Promise<Told>, private readonly refused: (why: Refusal | null) => void) {}

  /** The page that is to come, if one is under way. */
  get target(): number | undefined {
    return this.wanted
  }

  /** Wants a page. */
  turn(page: number): void {
    this.wanted = page
    if (!this.running) void this.run()
  }

  /** What was wanted is wanted no more: something else is shown. */
  forget(): void {
    this.wanted = undefined
  }

  private async run(): Promise<void> {
    this.running = true
    while (this.wanted !== undefined) {
      const page = this.wanted
      const told = await this.send(page)
      // Somebody showed or turned just before: the page is still wanted.
      const again = !told.done && told.why === 'too_fast'
      if (!again && this.wanted === page) this.wanted = undefined
      if (!told.done && !again) this.refused(told.why)
      await new Promise((go) => setTimeout(go, EVERY_MS))
    }
    this.running = false
  }
}
