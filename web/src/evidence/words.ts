// Names of what evidence is about. What is not here: the words themselves (i18n/evidence.ts).

import type { EvidenceItem, EvidenceKind, EvidenceForm, Opinion, ParticipantId, Side, View } from '../protocol'

export const ASPECTS = ['authentic', 'lawful', 'relevant'] as const
export const KINDS: EvidenceKind[] = ['document', 'electronic_data', 'audio_visual', 'object', 'statement', 'testimony', 'expert_opinion', 'inspection_record']
export const FORMS: EvidenceForm[] = ['copy', 'original', 'electronic']
export const SIDES: (Side | null)[] = ['plaintiff', 'defendant', 'third_party', null]

/** Somebody's name, as far as this page knows it. */
export function nameIn(view: View, who: ParticipantId): string {
  return who === view.me.id ? view.me.name : (view.people.find((person) => person.id === who)?.name ?? '')
}

/** The side somebody is on or acts for. */
export function sideIn(view: View, who: ParticipantId): Side | null {
  if (who === view.me.id) return view.me.side
  return view.people.find((person) => person.id === who)?.side ?? null
}

/** Opinions on a piece, the newest of each person. */
export function opinionsOn(view: View, item: EvidenceItem): { who: ParticipantId; opinion: Opinion }[] {
  return view.evidence.opinions.filter((each) => each.item === item.id)
}

/** Whether this person's side is asked for its opinion on a piece. */
export function isAsked(view: View, item: EvidenceItem): boolean {
  return view.me.may_ask.includes('opine') && (item.side === null || item.side !== view.me.side)
}
