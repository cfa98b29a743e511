// The next lawful step as a button, what stands in its way as sentences, and where each is put
// right. Whether a step is lawful the server decides; here is only how it is shown.

import type { Ask, Obstacle, ParticipantId, Phase, View } from '../protocol'
import { leads } from './roles'

/** Steps that end or change the sitting and are confirmed in a dialog first. */
export type StepDialog =
  | 'open' | 'recess' | 'close' | 'adjourn' | 'go_offline' | 'call_off' | 'interrupt' | 'deliberate' | 'call_in' | 'enter_phase'

/** The one button of who leads. */
export interface NextStep {
  /** The name of the ask. */
  ask: Ask['do']
  /** The phase it leads to, for `enter_phase`. */
  phase: Phase | null
  obstacles: Obstacle[]
}

/** The next step, as the server says or, where it says nothing, as the stage and rights say. */
export function nextStep(view: View): NextStep | undefined {
  const { procedure } = view
  const ask = (procedure.next as Ask['do'] | null) ?? byStage(view)
  if (ask === undefined) return undefined
  return { ask, phase: ask === 'enter_phase' ? followingPhase(view) : null, obstacles: procedure.obstacles }
}

function byStage(view: View): Ask['do'] | undefined {
  const may = (name: Ask['do']): boolean => view.me.may_ask.includes(name)
  const order: Ask['do'][] =
    view.stage.name === 'in_session' ? ['close'] : ['open_check_in', 'open', 'resume']
  return leads(view.me.role, view.brief.kind) || may('open_check_in') ? order.find(may) : undefined
}

/** The phase that follows in the course: the first after the present one, and the first of all before. */
export function followingPhase(view: View): Phase | null {
  const { phase, phases } = view.procedure
  if (phase === null) return phases[0]?.phase ?? null
  const at = phases.findIndex((step) => step.phase === phase)
  return phases[at + 1]?.phase ?? null
}

/** Whether going there leaves out or takes back what the course wants, so that a reason is needed. */
export function isOutOfTurn(view: View, to: Phase): boolean {
  const { phase, phases } = view.procedure
  const here = phases.findIndex((step) => step.phase === phase)
  const target = phases.findIndex((step) => step.phase === to)
  return target <= here || phases.slice(here + 1, target).some((step) => step.mandatory && !step.done)
}

/** Where something that stands in the way is put right. */
export type Remedy =
  | { at: 'consent' | 'identity' | 'power' | 'absence'; who: ParticipantId }
  | { at: 'barred' | 'challenge' | 'offline' | 'microphone' | 'people' | 'help' | 'discipline' | 'witness' }

/** The remedy for an obstacle; none where only waiting helps. */
export function remedyOf(obstacle: Obstacle): Remedy | undefined {
  const { why, who } = obstacle
  switch (why) {
    case 'consent_missing':
      return who === null ? { at: 'people' } : { at: 'consent', who }
    case 'identity_unchecked':
      return who === null ? { at: 'people' } : { at: 'identity', who }
    case 'power_unchecked':
      return who === null ? { at: 'people' } : { at: 'power', who }
    case 'party_unaccounted':
      return who === null ? { at: 'people' } : { at: 'absence', who }
    case 'nobody_admitted':
    case 'not_connected':
    case 'not_checked_in':
      return { at: 'people' }
    case 'barred_not_answered':
      return { at: 'barred' }
    case 'discipline_unread':
      return { at: 'discipline' }
    case 'barred':
    case 'challenge_upheld':
      return { at: 'offline' }
    case 'challenge_pending':
      return { at: 'challenge' }
    case 'judge_not_seen':
      return { at: 'microphone' }
    case 'record_at_risk':
    case 'record_not_confirmed':
      return { at: 'help' }
    case 'guarantee_needed':
    case 'guarantee_refused':
    case 'one_witness_at_a_time':
    case 'witness_not_before_call':
      return { at: 'witness' }
    default:
      return undefined
  }
}

/** Whether what stands in the way makes this step itself be refused; other steps are done meanwhile. */
export function isBlocked(step: NextStep): boolean {
  return step.obstacles.length > 0 && ['open', 'enter_phase', 'deliberate', 'resume', 'close'].includes(step.ask)
}

/** Steps that are confirmed first; the others are done at once. */
export function dialogOf(ask: Ask['do']): StepDialog | undefined {
  const confirmed: readonly string[] = ['open', 'recess', 'close', 'adjourn', 'go_offline', 'call_off', 'interrupt', 'deliberate', 'call_in']
  return confirmed.includes(ask) ? (ask as StepDialog) : undefined
}
