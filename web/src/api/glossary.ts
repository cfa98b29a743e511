// A list of words as a text file: read here, kept by the server. No elements here.

import type { GlossaryTerm } from '../protocol'

/** What a word weighs of which nobody says more. */
export const WEIGHT = 20

/** Words of a text file: one a line, a weight behind it if wished; `#` begins a remark. */
export function readWords(text: string): GlossaryTerm[] {
  const terms: GlossaryTerm[] = []
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const trimmed = line.trim()
    if (trimmed === '' || /^[#[]/.test(trimmed)) continue
    const [, word = '', weight] = /^(.+?)(?:[\s,，]+(\d{1,3}))?$/.exec(trimmed) ?? []
    terms.push({ word: word.trim(), weight: weight === undefined ? WEIGHT : Number(weight), kind: 'term' })
  }
  return terms
}

/** What is there, with what comes: a word that is there already gets the weight it comes with. */
export function joined(known: readonly GlossaryTerm[], fresh: readonly GlossaryTerm[]): GlossaryTerm[] {
  const all = new Map(known.map((term) => [term.word, term]))
  for (const term of fresh) all.set(term.word, { ...term, kind: all.get(term.word)?.kind ?? term.kind })
  return [...all.values()]
}
