// Changes to one line's text, between CodeMirror's change sets and the wire. Lengths are UTF-16 code
// units; no character is cut in two, and what nobody sees does not come in (as on the server).

import { ChangeSet, Text } from '@codemirror/state'
import type { TextPart } from '../protocol'

// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Text without control characters and marks of direction. */
export function clean(text: string): string {
  return text.replace(UNSEEN, '')
}

/** A text after a change. */
export function changed(text: string, change: ChangeSet): string {
  return change.apply(Text.of([text])).toString()
}

/** The change for the wire. */
export function toParts(change: ChangeSet): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  change.iterChanges((from, to, _newFrom, _newTo, inserted) => {
    if (from > at) parts.push({ keep: from - at })
    if (to > from) parts.push({ drop: to - from })
    if (inserted.length > 0) parts.push({ put: inserted.toString() })
    at = to
  })
  return parts
}

/** A change from the wire, on a text of this length; undefined when it does not fit. */
export function fromParts(parts: readonly TextPart[], length: number): ChangeSet | undefined {
  const changes: { from: number; to: number; insert: string }[] = []
  let at = 0
  let open: { from: number; to: number; insert: string } | undefined
  const touch = (): { from: number; to: number; insert: string } => {
    if (!open) changes.push((open = { from: at, to: at, insert: '' }))
    return open
  }
  for (const part of parts) {
    if ('keep' in part) {
      at += part.keep
      if (part.keep > 0) open = undefined
    } else if ('drop' in part) {
      const change = touch()
      at += part.drop
      change.to = at
    } else touch().insert += clean(part.put)
  }
  if (at > length) return undefined
  return ChangeSet.of(changes, length)
}

function isLow(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff
}

/** The one change that turns a text into another: what is between their common ends. */
export function difference(before: string, after: string): ChangeSet {
  const most = Math.min(before.length, after.length)
  let from = 0
  while (from < most && before[from] === after[from]) from += 1
  let end = 0
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  // Half a character is not a place.
  if (isLow(before, from) || isLow(after, from)) from -= 1
  if (isLow(before, before.length - end) || isLow(after, after.length - end)) end -= 1
  if (from < 0) from = 0
  return ChangeSet.of({ from, to: before.length - end, insert: after.slice(from, after.length - end) }, before.length)
}
