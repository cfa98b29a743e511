// Which face of the hearing a person sees, and where everybody sits. No drawing here.

import type { Bye, Grade, ParticipantId, Person, Place, Role, Stage, TrackKind, View } from '../protocol'

/** What the page of one hearing shows. */
export type Face = 'check_in' | 'waiting' | 'room' | 'closed' | 'removed'

/** Whether a role belongs to the court. */
export function isCourt(role: Role): boolean {
  return role === 'presiding_judge' || role === 'clerk'
}

/** The face for this view. */
export function faceOf(view: View, ended: Bye | undefined): Face {
  if (ended === 'removed' || view.me.place === 'removed') return 'removed'
  if (ended === 'closed' || view.stage.name === 'closed' || view.me.place === 'left') return 'closed'
  if (view.me.place === 'in_hearing' || isCourt(view.me.role)) return 'room'
  return view.me.checked_in ? 'waiting' : 'check_in'
}

/** One seat of the picture. */
export interface Seat {
  id: ParticipantId
  role: Role
  name: string
  place: Place
  self: boolean
  online: boolean
  media: boolean
  locked: boolean
  hand: boolean
  microphone: boolean
  camera: boolean
  grade: Grade | null
}

/** The benches of the courtroom. */
export interface Seating {
  judges: Seat[]
  plaintiffs: Seat[]
  defendants: Seat[]
  court: Seat[]
  others: Seat[]
}

function seatOf(person: Person): Seat {
  return {
    id: person.id,
    role: person.role,
    name: person.name,
    place: person.place,
    self: false,
    online: person.online,
    media: person.media,
    locked: person.locked,
    hand: person.hand > 0,
    microphone: person.devices.includes('microphone') && !person.locked,
    camera: person.devices.includes('camera'),
    grade: person.grade,
  }
}

/** The seat of the person the view is for. `on` are the kinds this page sends now. */
export function ownSeat(view: View, on: readonly TrackKind[], media: boolean, grade: Grade | null): Seat {
  const { me } = view
  return {
    id: me.id,
    role: me.role,
    name: me.name,
    place: me.place,
    self: true,
    online: true,
    media,
    locked: me.locked,
    hand: me.hand,
    microphone: on.includes('microphone'),
    camera: on.includes('camera'),
    grade,
  }
}

/** Everybody who is in the hearing, on their bench, in the order of the view. */
export function seatingOf(view: View, own: Seat): Seating {
  const seating: Seating = { judges: [], plaintiffs: [], defendants: [], court: [], others: [] }
  const seats = view.people.filter((person) => person.place === 'in_hearing').map(seatOf)
  if (view.me.place === 'in_hearing' || isCourt(view.me.role)) seats.unshift(own)
  for (const seat of seats) {
    if (seat.role !== 'gallery') seating[benchOf(seat.role)].push(seat)
  }
  return seating
}

function benchOf(role: Role): keyof Seating {
  switch (role) {
    case 'presiding_judge':
      return 'judges'
    case 'clerk':
      return 'court'
    case 'plaintiff':
      return 'plaintiffs'
    case 'defendant':
      return 'defendants'
    default:
      return 'others'
  }
}

/** People who wait for the judge: checked in and not in the hearing. */
export function waitingOf(view: View): Person[] {
  return view.people.filter((person) => person.place === 'waiting')
}

/** Raised hands, the first first. */
export function handsOf(view: View): Person[] {
  return view.people.filter((person) => person.hand > 0).sort((a, b) => a.hand - b.hand)
}

/** What the door of the waiting room says. */
export type WaitingWord = 'not_started' | 'early' | 'delayed' | 'soon' | 'opening' | 'in_session' | 'recess' | 'witness'

/** A hearing that is this late counts as delayed, ms. */
export const DELAY_MS = 5 * 60_000

/** The honest word for somebody who waits, at the server's time `now` (UTC ms). */
export function waitingWord(stage: Stage, role: Role, scheduledAt: number, now: number): WaitingWord {
  switch (stage.name) {
    case 'scheduled':
      return now > scheduledAt + DELAY_MS ? 'delayed' : 'not_started'
    case 'check_in':
      if (now > scheduledAt + DELAY_MS) return 'delayed'
      return now < scheduledAt ? 'early' : 'soon'
    case 'opening':
      return 'opening'
    case 'recess':
      return 'recess'
    default:
      return role === 'witness' ? 'witness' : 'in_session'
  }
}

/** Initial shown where there is no picture: the family name, or the first letter. */
export function initialOf(name: string): string {
  return [...name.trim()][0] ?? '？'
}
