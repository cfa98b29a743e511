// Asking the procedure from the mediation page: one place that says what came of it.

import { say } from '../alerts'
import type { Visit } from '../hearing/session'
import { sentence } from '../i18n/refusals'
import type { Ask, Check, ParticipantId, Person, Sheet, SheetView, Side, View } from '../protocol'

/** Asks, and says aloud why not; true when done. */
export async function asked(visit: Visit, ask: Ask): Promise<boolean> {
  const told = await visit.ask(ask)
  if (!told.done) say(sentence(told.why), 'bad')
  return told.done
}

/** A sheet of the view. */
export function sheetOf(view: View, sheet: Sheet): SheetView | undefined {
  return view.mediation?.sheets.find((each) => each.sheet === sheet)
}

/** The name of somebody, oneself included. */
export function nameOf(view: View, who: ParticipantId): string {
  return who === view.me.id ? view.me.name : view.people.find((person) => person.id === who)?.name ?? `p${who}`
}

/** The side somebody belongs to; none for the court. */
export function sideOf(person: Pick<Person, 'role' | 'side'>): Side | null {
  return person.side ?? (['plaintiff', 'defendant', 'third_party'].includes(person.role) ? (person.role as Side) : null)
}

/** Whether this person leads the mediation or writes for it. */
export function isOfMediation(view: View): boolean {
  return ['presiding_judge', 'judge', 'chair_mediator', 'mediator', 'clerk', 'judge_assistant'].includes(view.me.role)
}

/** Parties and who acts for them. */
export function isOfSides(person: Pick<Person, 'role'>): boolean {
  return ['plaintiff', 'defendant', 'third_party', 'legal_representative', 'agent'].includes(person.role)
}

/** Whether a point of the checklist is done. */
export function isDone(view: View, check: Check): boolean {
  return view.mediation?.done.includes(check) ?? false
}

/** Which room beside the talk this person is in: the side of a caucus, or none. */
export function caucusOf(view: View): 'plaintiff' | 'defendant' | 'third_party' | undefined {
  const room = view.chambers.find((each) => each.chamber.name === 'caucus' && each.mine)
  return room?.chamber.name === 'caucus' ? room.chamber.side : undefined
}
