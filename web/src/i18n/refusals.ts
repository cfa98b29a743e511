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

/** What came of a line of the audit log: empty when it was done, else the sentence of a refusal; what was wrong with a field is told by its code. */
export function auditResult(result: string): string {
  if (result === 'done' || result === 'ordered') return ''
  return result in REFUSAL_TEXT ? sentence(result as Refusal) : i18n.global.t('audit.unfit', { code: result })
}
