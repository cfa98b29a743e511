// Turns of speech: how long the present one runs, and how much each side has had. No drawing here.

import type { FloorView, Person, Side, SideTime, View } from '../protocol'
import { isParty, isForParty } from './roles'

/** The turn of who has the floor, at the server's time `now` (UTC ms). */
export interface Turn {
  spent: number
  /** What is left, ms, below zero when over; none without a limit. */
  left: number | null
}

/** The turn that runs; none when nobody has the floor. */
export function turnOf(floor: FloorView, now: number): Turn | undefined {
  if (floor.holder === null || floor.since === null) return undefined
  return { spent: Math.max(0, now - floor.since), left: floor.until === null ? null : floor.until - now }
}

/** One side's share of all that was spoken. */
export interface Share {
  side: Side
  ms: number
  /** Of the longest, 0 to 1. */
  part: number
}

/** How long each side spoke, both sides always, a third party when there is one. */
export function sharesOf(spoken: readonly SideTime[], sides: readonly Side[]): Share[] {
  const of = (side: Side): number => spoken.find((each) => each.side === side)?.ms ?? 0
  const longest = Math.max(1, ...sides.map(of))
  return sides.map((side) => ({ side, ms: of(side), part: of(side) / longest }))
}

/** The sides of this hearing, in speaking order. */
export function sidesOf(view: View): Side[] {
  const all: Side[] = ['plaintiff', 'defendant', 'third_party']
  const has = (side: Side): boolean => view.me.side === side || view.people.some((person) => person.side === side || person.role === side)
  return all.filter((side) => side !== 'third_party' || has(side))
}

/** Who may be given the floor, in speaking order: parties and their people, then who was called, then who helps. */
export function speakersOf(view: View): Person[] {
  const here = view.people.filter((person) => person.place === 'in_hearing')
  const sides = sidesOf(view)
  const mine = sides.flatMap((side) => here.filter((person) => (isParty(person.role) || isForParty(person.role)) && sideOf(person) === side))
  const called = here.filter((person) => ['witness', 'appraiser', 'inspector', 'expert'].includes(person.role))
  // Who helps at a station has a voice with the floor alone.
  const helpers = here.filter((person) => person.role === 'attendant')
  return [...mine, ...called, ...helpers]
}

function sideOf(person: Person): Side | null {
  return person.side ?? (isParty(person.role) ? (person.role as Side) : null)
}

/** Lengths offered for a turn, seconds; 0 is without a limit. */
export const TURN_SECONDS = [0, 30, 60, 120, 180, 300, 600] as const
