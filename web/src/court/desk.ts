// The check-in desk: what is still open about a person before the sitting may open. The server
// decides; this only says what the court should look at. No drawing here.

import { isChecked, isCourt, isForParty, isParty } from '../hearing/roles'
import type { Comparison, Kind, Person, Step, View } from '../protocol'

/** What the court may note about one person, each with its dialog. */
export type PersonErrand = 'identity' | 'power' | 'consent' | 'absence' | 'finding' | 'shield' | 'guarantee_refused'

const STEPS: Partial<Record<Kind, Step>> = {
  hearing: 'hearing', mediation: 'mediation', evidence_exchange: 'evidence_exchange', inquiry: 'inquiry',
}

/** The step people of this sitting agree to hold online; none where nothing is decided. */
export function stepOf(kind: Kind): Step | null {
  return STEPS[kind] ?? null
}

/** Whether a point of the check-in desk concerns this person, and whether it is done. */
export type Point = 'done' | 'open' | 'none'

/** The points of one person at the desk. */
export interface DeskLine {
  identity: Point
  power: Point
  consent: Point
}

/** Where a person stands at the desk. */
export function deskOf(view: View, person: Person): DeskLine {
  const step = stepOf(view.brief.kind)
  const takesPart = isParty(person.role) || isForParty(person.role)
  const point = (concerns: boolean, done: boolean): Point => (!concerns ? 'none' : done ? 'done' : 'open')
  return {
    identity: point(isChecked(person.role), person.identity !== null || person.identity_waived),
    power: point(person.role === 'agent', person.power_checked),
    consent: point(step !== null && takesPart && person.attendance === 'online', step !== null && person.consents.includes(step)),
  }
}

/** How many points are open in all, people who are noted absent aside. */
export function openPoints(view: View): number {
  let open = 0
  for (const person of view.people) {
    if (isCourt(person.role) || person.absent || person.place === 'removed') continue
    const line = deskOf(view, person)
    open += [line.identity, line.power, line.consent].filter((point) => point === 'open').length
  }
  return open
}

/** People who sit at the same place or behind the same address as this one, by name. */
export function besideOf(view: View, person: Person): Person[] {
  return view.people.filter((each) => person.beside.includes(each.id))
}

/** Whether somebody who is called sits with a party: what they would hear there is no isolation. */
export function besideWarning(view: View, person: Person): boolean {
  const called = (role: Person['role']): boolean => ['witness', 'appraiser', 'inspector', 'expert'].includes(role)
  return besideOf(view, person).some((each) => called(each.role) !== called(person.role) && each.role !== 'attendant')
}

/** What an outside service said of a face, as one sentence (`face.note`, `face.result`). */
export function comparisonWords(key: string, told: Comparison, say: (key: string, values: Record<string, string>) => string): string {
  const score = told.score === null ? '' : `${say('face.score', { score: (told.score / 10).toFixed(1) })}，`
  return say(key, { likeness: say(`face.${told.likeness}`, {}), score, reference: told.reference })
}
