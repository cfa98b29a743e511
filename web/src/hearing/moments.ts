// What just happened to a person, and what happens now, as names of sentences. Saying and drawing
// them is not here.

import type { Ground, View } from '../protocol'
import { isCourt } from './roles'

/** Something a person must be told at once: shown, and at a station spoken. */
export type Moment =
  | 'admitted' | 'called' | 'opened' | 'your_turn' | 'turn_over' | 'locked' | 'unlocked' | 'recess' | 'resumed' | 'warned'
  | 'interrupted' | 'deliberation' | 'countdown' | 'invited' | 'screen' | 'disposed' | 'discipline'
  | 'non_public' | 'unrecorded'

/** Moments that are bad news and are shown as such. */
export const GRAVE: readonly Moment[] = ['locked', 'warned', 'interrupted']

const RECESS: Record<Ground, Moment> = { recess: 'recess', non_public_evidence: 'non_public', unrecorded_mediation: 'unrecorded' }

/** What happened to the person between two views of the same hearing. */
export function momentsBetween(before: View, now: View): Moment[] {
  const found: Moment[] = []
  const [me, was] = [now.me, before.me]
  const here = me.place === 'in_hearing'
  if (here && was.place === 'waiting') found.push(me.guarantee === null ? 'admitted' : 'called')
  if (me.locked && !was.locked) found.push('locked')
  if (!me.locked && was.locked) found.push('unlocked')
  if (me.warnings > was.warnings) found.push('warned')
  if (!here) return found
  const mine = (view: View): boolean => view.procedure.floor.holder === view.me.id
  if (mine(now) && !mine(before)) found.push('your_turn')
  if (!mine(now) && mine(before)) found.push('turn_over')
  if (now.procedure.countdown_until !== null && before.procedure.countdown_until === null) found.push('countdown')
  const rings = (view: View): boolean => invitationOf(view) !== undefined
  if (rings(now) && !rings(before)) found.push('invited')
  if (now.procedure.challenge === null && before.procedure.challenge !== null) found.push('disposed')
  if (me.may_publish.includes('screen') && !was.may_publish.includes('screen') && !isCourt(me.role)) found.push('screen')
  // What was switched on before the wait is not switched on again by the page.
  if (before.mediation?.waits && now.mediation?.waits === false) found.push('resumed')
  if (now.stage.name !== before.stage.name) {
    if (now.stage.name === 'pre_trial') found.push('discipline')
    if (now.stage.name === 'recess') found.push(RECESS[now.stage.ground])
    if (now.stage.name === 'deliberation') found.push('deliberation')
    if (now.stage.name === 'tech_interrupted') found.push('interrupted')
    if (now.stage.name === 'in_session') found.push(before.stage.name === 'opening' ? 'opened' : 'resumed')
  }
  return found
}

/** The consultation this person is asked into and has not answered. */
export function invitationOf(view: View): { by: number } | undefined {
  for (const { chamber, mine, people } of view.chambers) {
    if (chamber.name !== 'consultation' || mine) continue
    if (people.some((person) => person.who === view.me.id && person.answer === 'ringing')) return { by: chamber.by }
  }
  return undefined
}

/** What happens now, in one of these sentences (`courtroom.now.…`). */
export type NowWord =
  | 'waiting_to_open' | 'pre_trial' | 'opening' | 'in_session' | 'recess' | 'non_public' | 'mediation_unrecorded' | 'interrupted'
  | 'deliberation' | 'challenge' | 'your_turn' | 'other_turn' | 'countdown' | 'chamber' | 'phase' | 'guarantee'

/** The sentence for this person's band. */
export function nowWord(view: View): NowWord {
  const { procedure, stage } = view
  if (view.chambers.some((each) => each.mine)) return 'chamber'
  switch (stage.name) {
    case 'pre_trial':
      return 'pre_trial'
    case 'opening':
      return 'opening'
    case 'recess':
      if (procedure.challenge !== null) return 'challenge'
      return stage.ground === 'recess' ? 'recess' : stage.ground === 'non_public_evidence' ? 'non_public' : 'mediation_unrecorded'
    case 'deliberation':
      return 'deliberation'
    case 'tech_interrupted':
      return 'interrupted'
    case 'in_session':
      if (procedure.challenge !== null) return 'challenge'
      if (view.me.guarantee === false) return 'guarantee'
      if (procedure.floor.holder === view.me.id) return 'your_turn'
      if (procedure.floor.holder !== null) return 'other_turn'
      return procedure.phase === null ? 'in_session' : 'phase'
    default:
      return procedure.countdown_until === null ? 'waiting_to_open' : 'countdown'
  }
}
