// A procedural fact as a sentence. The words stand in i18n; here is only which words.

import { comparisonWords } from '../court/desk'
import { lengthText } from '../hearing/clock'
import type { ClockReading, Comparison, Fact, Minute, Opinion, ParticipantId } from '../protocol'

type Say = (key: string, values?: Record<string, string>) => string

/** The key and the blanks of the sentence for a fact. */
export function factWords(
  fact: Fact,
  nameOf: (id: ParticipantId) => string,
  say: Say,
  refusal: (why: Extract<Fact, { fact: 'refused' }>['why']) => string,
): string {
  if (fact.fact === 'transcript') return say(`transcript.act.${fact.done.act}`)
  const values: Record<string, string> = {}
  for (const [field, value] of Object.entries(fact)) values[field] = wordOf(field, value, nameOf, say)
  if (fact.fact === 'opening_failed' || fact.fact === 'refused') values['why'] = refusal(fact.why)
  if (fact.fact === 'refused') values['asked'] = say(`ask.${fact.asked}`)
  if (fact.fact === 'recess_called') values['ground'] = say(`ground.${fact.ground}`)
  if (fact.fact === 'screen_allowed') return say(fact.allowed ? 'fact.screen_allowed' : 'fact.screen_denied', values)
  if (fact.fact === 'arrived' && fact.faults.length > 0) return say('fact.arrived', values) + colon(fact.faults.map((fault) => say(`word.deviceFault.${fault}`)).join('、'))
  if (fact.fact === 'evidence_shown') values['digest'] = `${fact.item.sha256.slice(0, 16)}…`
  if (fact.fact === 'evidence_played') values['at'] = lengthText(fact.at_ms)
  if (fact.fact === 'barred_answered' && fact.grounds.length === 0) return say('fact.barred_answered_no') + colon(fact.note)
  if (fact.fact === 'previewed') return say(fact.who === null ? 'fact.previewed_no' : 'fact.previewed', values)
  if (fact.fact === 'hand') return say(fact.raised ? 'fact.hand' : 'fact.hand_lowered', values)
  if (fact.fact === 'closed' && fact.ending !== 'closed') return say(`word.ending.${fact.ending}`) + colon(fact.note)
  return say(`fact.${fact.fact}${isNo(fact) ? '_no' : ''}`, values)
}

/** Whose act a minute is, where the sentence does not say so already. */
export function actorOf({ by, fact }: Minute): ParticipantId | null {
  if (by.who === 'server') return null
  const named = Object.entries(fact).some(([field, value]) => PEOPLE.includes(field) && value === by.id)
  return named ? null : by.id
}

function colon(text: string): string {
  return text === '' ? '' : `：${text}`
}

/** Facts that say yes or no, and the field that says it. */
const YES_NO: Partial<Record<Fact['fact'], string>> = {
  consented: 'given',
  absence_noted: 'absent',
  challenge_disposed: 'upheld',
  floor_strict: 'strict',
  confrontation: 'on',
  interpreting: 'simultaneous',
  chamber_answered: 'accept',
  chamber_locked: 'locked',
  drawing_allowed: 'allowed',
  evidence_played: 'running',
}

function isNo(fact: Fact): boolean {
  const field = YES_NO[fact.fact]
  return field !== undefined && (fact as unknown as Record<string, unknown>)[field] === false
}

/** Which table of words a field's value is looked up in. */
const TABLES: Record<string, string> = {
  step: 'step', power: 'power', phase: 'phase', layout: 'layout', finding: 'finding', check: 'check',
  mode: 'recordMode', sheet: 'sheet',
}

const PEOPLE = ['who', 'by', 'whom', 'to', 'from']
const SEVERAL = ['silent', 'beside']

function wordOf(field: string, value: unknown, nameOf: (id: ParticipantId) => string, say: Say): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return PEOPLE.includes(field) ? nameOf(value) : String(value)
  if (typeof value === 'string') return lookUp(field, value, say)
  if (Array.isArray(value) && SEVERAL.includes(field)) return value.length === 0 ? say('word.nobody') : value.map((each) => nameOf(Number(each))).join('、')
  if (Array.isArray(value)) return value.map((each) => (typeof each === 'string' ? say(`word.barred.${each}`) : '')).join('、')
  const inner = value as Record<string, unknown>
  if (field === 'chamber') return say(`word.chamber.${String(inner['name'])}`)
  if (field === 'item') return `${String(inner['number'])}. ${String(inner['name'])}`
  if (field === 'discipline') return String(inner['version'])
  if (field === 'comparison') return comparisonWords('face.result', inner as unknown as Comparison, (key, values) => say(key, values))
  if (field === 'reading') return clockWords(inner as unknown as ClockReading, say)
  if (field === 'opinion') return opinionWords(value as Opinion, say)
  return ''
}

function clockWords({ source, offset_ms, limit_ms }: ClockReading, say: Say): string {
  if (source === '') return say('word.clock.unchecked')
  if (offset_ms === null) return say('word.clock.silent', { source })
  const off = Math.abs(offset_ms) > limit_ms
  return say(off ? 'word.clock.off' : 'word.clock.read', { source, ms: String(offset_ms), limit: String(limit_ms) })
}

function opinionWords(opinion: Opinion, say: Say): string {
  const aspects = (['authentic', 'lawful', 'relevant'] as const).map((aspect) => say(`evidence.aspect.${aspect}`) + colon(say(opinion[aspect] ? 'evidence.accepted' : 'evidence.denied')))
  return aspects.join('、') + colon(opinion.reason)
}

function lookUp(field: string, value: string, say: Say): string {
  const table = TABLES[field]
  if (table !== undefined) return say(`word.${table}.${value}`)
  if (field === 'method') return say(`word.${IDENTITY.includes(value) ? 'identity' : 'signing'}.${value}`)
  if (field === 'cause') return say(`cause.${value}`)
  if (field === 'fault') return say(`fault.${value}`)
  if (field === 'ground') return say(`word.failure.${value}`)
  return value
}

const IDENTITY = ['id_card', 'face_match', 'other_document', 'lawyer_licence', 'known_to_court']
