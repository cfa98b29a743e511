// Sentences for refusals in the language of the page. The sentences themselves are made from the
// server's source (protocol.ts), so they cannot drift.

import { REFUSAL_TEXT } from '../protocol'
import type { Refusal } from '../protocol'
import { i18n, language } from './index'

/** The sentence for a refusal; none means that nothing came back at all. */
export function sentence(why: Refusal | null, nothing: 'noLink' | 'noServer' = 'noLink'): string {
  if (why === null) return i18n.global.t(nothing)
  const text = REFUSAL_TEXT[why]
  return language() === 'en' ? text.en : text.zh
}
