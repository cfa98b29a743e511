// Turns of speech on the page of who keeps the transcript: which are known, which have their line, and
// which is to be written down next. No elements here.

import type { LineId, SpeechTurn, TranscriptLine } from '../protocol'

/** So many are remembered; the server remembers no more either. */
const KEPT = 40

/** A turn with the line it is written down in, if there is one. */
export interface TurnShown {
  turn: SpeechTurn
  line: LineId | null
}

/** What was known, with what is told: each turn once, in the order in which they began. */
export function withTurns(known: readonly SpeechTurn[], told: readonly SpeechTurn[]): SpeechTurn[] {
  const all = new Map(known.map((turn) => [turn.turn, turn]))
  for (const turn of told) all.set(turn.turn, turn)
  return [...all.values()].sort((a, b) => a.from_ms - b.from_ms || a.turn - b.turn).slice(-KEPT)
}

/** The line a turn is written down in: of the same speaker, begun at the turn or drafted of it. */
function lineOf(turn: SpeechTurn, lines: readonly TranscriptLine[]): LineId | null {
  const own = lines.find((line) => line.draft?.turn === turn.turn || (line.speaker === turn.who && line.heard?.[0] === turn.from_ms))
  return own?.id ?? null
}

/** Turns with their lines, the youngest last. */
export function shownTurns(turns: readonly SpeechTurn[], lines: readonly TranscriptLine[]): TurnShown[] {
  return turns.map((turn) => ({ turn, line: lineOf(turn, lines) }))
}

/**
 * The turn that one key begins a line of: the first after all that have one; of turns nobody wrote down
 * yet, the first.
 */
export function nextTurn(shown: readonly TurnShown[]): SpeechTurn | undefined {
  const written = shown.map((each) => each.line !== null)
  return shown[written.lastIndexOf(true) + 1]?.turn
}

/** Behind which line a turn's line stands: the last that begins no later on the time line. */
export function placeOf(turn: SpeechTurn, lines: readonly TranscriptLine[]): LineId | null {
  const later = lines.findIndex((line) => line.heard !== null && line.heard[0] > turn.from_ms)
  const before = later < 0 ? lines : lines.slice(0, later)
  return before[before.length - 1]?.id ?? null
}
