// A procedural fact as a sentence. The words stand in i18n; here is only which words.

import type { Fact, ParticipantId } from '../protocol'

type Say = (key: string, values?: Record<string, string>) => string

/** The key and the blanks of the sentence for a fact. */
export function factWords(
  fact: Fact,
  nameOf: (id: ParticipantId) => string,
  say: Say,
  refusal: (why: Extract<Fact, { fact: 'refused' }>['why']) => string,
): string {
  const values: Record<string, string> = {}
  if ('who' in fact) values['who'] = nameOf(fact.who)
  switch (fact.fact) {
    case 'opening_failed':
      values['why'] = refusal(fact.why)
      break
    case 'refused':
      values['why'] = refusal(fact.why)
      values['asked'] = say(`ask.${fact.asked}`)
      break
    case 'recess_called':
      values['ground'] = say(`ground.${fact.ground}`)
      break
    case 'warned':
    case 'removed':
      values['reason'] = fact.reason
      break
    case 'link_lost':
      values['cause'] = say(`cause.${fact.cause}`)
      break
    case 'record_failed':
      values['fault'] = say(`fault.${fact.fault}`)
      break
    case 'screen_allowed':
      return say(fact.allowed ? 'fact.screen_allowed' : 'fact.screen_denied', values)
    case 'hand':
      return say(fact.raised ? 'fact.hand' : 'fact.hand_lowered', values)
    default:
  }
  return say(`fact.${fact.fact}`, values)
}
