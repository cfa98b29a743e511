// How long to wait before the next attempt. Nothing here waits.

/** Waits in ms; the last one is repeated for as long as the hearing lasts. */
const WAITS = [500, 1000, 2000, 4000, 8000] as const

/**
 * The wait before attempt number `attempt` (0 is the first after a loss), in ms.
 * `chance` in [0, 1) spreads pages so that they do not all come back at the same moment.
 */
export function waitBefore(attempt: number, chance: number): number {
  const base = WAITS[Math.min(attempt, WAITS.length - 1)] ?? 8000
  return Math.round(base * (0.75 + chance / 2))
}
