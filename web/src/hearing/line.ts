// How the person's own line is doing, in grades and reasons. Drawing is not here.

import type { Grade, Health, Trouble } from '../protocol'

/** The grade of a line and the heaviest reason, by the bounds of `model::Health::verdict`. */
export function verdictOf(health: Health): { grade: Grade; trouble: Trouble | null } {
  const roundTrip = health.round_trip_ms ?? 0
  const bad = (trouble: Trouble) => ({ grade: 'bad' as const, trouble })
  const poor = (trouble: Trouble) => ({ grade: 'poor' as const, trouble })
  if (health.loss_up_permille >= 150) return bad('loss_up')
  if (health.loss_down_permille >= 150) return bad('loss_down')
  if (roundTrip >= 1000) return bad('delay')
  if (health.freeze_permille >= 500) return bad('freeze')
  if (health.loss_up_permille >= 100) return poor('loss_up')
  if (health.loss_down_permille >= 100) return poor('loss_down')
  if (roundTrip >= 400) return poor('delay')
  if (health.jitter_ms >= 100) return poor('jitter')
  if (health.frozen_lines > 0) return poor('narrow')
  if (health.freeze_permille >= 150) return poor('freeze')
  return { grade: 'good', trouble: null }
}

/** Figures in a row that must agree before the person is told; they come every 2 s. */
export const AGREE = 2

/** Lets a word through only when it was said `AGREE` times in a row, so that nothing flickers. */
export class Steady<T> {
  private candidate: T
  private times = 0

  constructor(private shown: T) {
    this.candidate = shown
  }

  /** Says a word; what is to be shown comes back. */
  say(word: T): T {
    this.times = word === this.candidate ? this.times + 1 : 1
    this.candidate = word
    if (this.times >= AGREE) this.shown = word
    return this.shown
  }
}
