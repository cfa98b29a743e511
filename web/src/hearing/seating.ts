// Which face of the hearing a person sees, and where everybody sits. No drawing here.

import type { Bye, Grade, ParticipantId, Person, Place, Role, Side, Stage, TrackKind, View } from '../protocol'
import { isBench, isCalled, isCourt, onlyWatches, sideOfRole } from './roles'

export { isCourt } from './roles'

/** What the page of one hearing shows. */
export type Face = 'check_in' | 'waiting' | 'room' | 'closed' | 'removed'

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
  side: Side | null
  name: string
  place: Place
  self: boolean
  /** In the courtroom itself: on the roll, without a picture of their own. */
  inCourt: boolean
  /** Their picture is kept from this person. */
  unseen: boolean
  /** They have the floor. */
  floor: boolean
  /** Large for everybody. */
  spotlit: boolean
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
  /** Clerk, assistant and who else is of the house. */
  court: Seat[]
  thirdParties: Seat[]
  /** 证人席: who was called. */
  stand: Seat[]
  interpreters: Seat[]
  others: Seat[]
}

/** The order in which benches are read and drawn in a strip. */
export const BENCHES: readonly (keyof Seating)[] = [
  'judges', 'plaintiffs', 'defendants', 'thirdParties', 'stand', 'interpreters', 'court', 'others',
]

/** The seat of somebody else. */
export function seatOf(person: Person, view: View): Seat {
  return {
    id: person.id,
    role: person.role,
    side: person.side ?? sideOfRole(person.role),
    name: person.name,
    place: person.place,
    self: false,
    inCourt: person.attendance === 'in_court',
    unseen: person.unseen,
    floor: view.procedure.floor.holder === person.id,
    spotlit: view.procedure.spotlight === person.id,
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
    side: me.side ?? sideOfRole(me.role),
    name: me.name,
    place: me.place,
    self: true,
    inCourt: false,
    unseen: false,
    floor: view.procedure.floor.holder === me.id,
    spotlit: view.procedure.spotlight === me.id,
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
  const seating: Seating = {
    judges: [], plaintiffs: [], defendants: [], court: [], thirdParties: [], stand: [], interpreters: [], others: [],
  }
  const seats = view.people
    .filter((person) => person.place === 'in_hearing' || (person.attendance === 'in_court' && !isClosedOff(person)))
    .map((person) => seatOf(person, view))
  if (view.me.place === 'in_hearing' || isCourt(view.me.role)) seats.push(own)
  seats.sort((a, b) => rankOf(a.role) - rankOf(b.role))
  for (const seat of seats) {
    if (!onlyWatches(seat.role)) seating[benchOf(seat.role, seat.side)].push(seat)
  }
  return seating
}

function isClosedOff(person: Person): boolean {
  return person.place === 'removed' || person.place === 'left' || person.absent
}

// The presiding judge sits between the others, a party before who acts for them.
function rankOf(role: Role): number {
  if (role === 'judge') return 0
  if (role === 'presiding_judge' || role === 'chair_mediator') return 1
  if (role === 'assessor' || role === 'mediator') return 2
  if (role === 'clerk') return 3
  return role === 'agent' ? 6 : role === 'legal_representative' ? 5 : 4
}

function benchOf(role: Role, side: Side | null): keyof Seating {
  if (isBench(role) || role === 'chair_mediator' || role === 'mediator' || role === 'lecturer') return 'judges'
  if (isCalled(role)) return 'stand'
  if (isCourt(role)) return 'court'
  if (role === 'interpreter' || role === 'sign_interpreter') return 'interpreters'
  if (side === 'plaintiff') return 'plaintiffs'
  if (side === 'defendant') return 'defendants'
  return side === 'third_party' ? 'thirdParties' : 'others'
}

/** Who is drawn large: who is spotlit, else who has the floor, else who speaks, else who leads. */
export function largeOf(seats: readonly Seat[], speaks: (seat: Seat) => boolean): Seat | undefined {
  return (
    seats.find((seat) => seat.spotlit) ??
    seats.find((seat) => seat.floor) ??
    seats.find((seat) => !seat.self && !isBench(seat.role) && speaks(seat)) ??
    seats.find((seat) => !seat.self && speaks(seat)) ??
    seats.find((seat) => seat.role === 'presiding_judge' || seat.role === 'chair_mediator') ??
    seats[0]
  )
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
export type WaitingWord = 'not_started' | 'early' | 'delayed' | 'soon' | 'opening' | 'in_session' | 'recess' | 'witness' | 'interrupted'

/** A hearing that is this late counts as delayed, ms. */
export const DELAY_MS = 5 * 60_000

/** The honest word for somebody who waits, at the server's time `now` (UTC ms). */
export function waitingWord(stage: Stage, role: Role, scheduledAt: number, now: number): WaitingWord {
  switch (stage.name) {
    case 'scheduled':
      return now > scheduledAt + DELAY_MS ? 'delayed' : 'not_started'
    case 'check_in':
    case 'pre_trial':
      // Who is called learns neither when the others go in nor how far they are.
      if (isCalled(role)) return 'witness'
      if (now > scheduledAt + DELAY_MS) return 'delayed'
      return now < scheduledAt ? 'early' : 'soon'
    case 'opening':
      return isCalled(role) ? 'witness' : 'opening'
    case 'recess':
    case 'deliberation':
      return isCalled(role) ? 'witness' : 'recess'
    case 'tech_interrupted':
      return isCalled(role) ? 'witness' : 'interrupted'
    default:
      return isCalled(role) ? 'witness' : 'in_session'
  }
}

/** Initial shown where there is no picture: the family name, or the first letter. */
export function initialOf(name: string): string {
  return [...name.trim()][0] ?? '？'
}
