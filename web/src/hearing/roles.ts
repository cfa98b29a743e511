// What a role is in court, as crates/model/src/role.rs has it. What a role may do is not here:
// the server says that in `may_ask`.

import type { Kind, Role, Side } from '../protocol'

const BENCH: readonly Role[] = ['presiding_judge', 'judge', 'assessor']
const COURT: readonly Role[] = [
  ...BENCH, 'chair_mediator', 'mediator', 'lecturer', 'judge_assistant', 'clerk', 'recording_officer', 'bailiff', 'adviser',
]
const CALLED: readonly Role[] = ['witness', 'appraiser', 'inspector', 'expert']

/** 审判组织: the presiding judge, judges and assessors. */
export function isBench(role: Role): boolean {
  return BENCH.includes(role)
}

/** Whether a role belongs to the house and enters without being admitted. */
export function isCourt(role: Role): boolean {
  return COURT.includes(role)
}

/** Whether a role leads a sitting of this kind. */
export function leads(role: Role, kind: Kind): boolean {
  return role === 'presiding_judge' || (role === 'chair_mediator' && kind === 'mediation') || (role === 'lecturer' && kind === 'lecture')
}

/** 当事人. */
export function isParty(role: Role): boolean {
  return role === 'plaintiff' || role === 'defendant' || role === 'third_party'
}

/** Who acts for a party: representatives and agents. */
export function isForParty(role: Role): boolean {
  return role === 'legal_representative' || role === 'agent'
}

/** Who enters only when called and hears nothing before (在线诉讼规则 art. 26). */
export function isCalled(role: Role): boolean {
  return CALLED.includes(role)
}

/** Who watches and publishes nothing of their own right. */
export function onlyWatches(role: Role): boolean {
  return role === 'gallery' || role === 'media' || role === 'learner'
}

/** The side of a role that has one by itself. */
export function sideOfRole(role: Role): Side | null {
  return isParty(role) ? (role as Side) : null
}

/** Everybody whose identity the court checks: parties, who act for them, who is called, interpreters. */
export function isChecked(role: Role): boolean {
  return isParty(role) || isForParty(role) || isCalled(role) || role === 'interpreter' || role === 'sign_interpreter'
}

/** Whom a party may challenge (民事诉讼法 art. 47). */
export function isChallengeable(role: Role): boolean {
  return isBench(role) || ['judge_assistant', 'clerk', 'interpreter', 'sign_interpreter', 'appraiser', 'inspector'].includes(role)
}
