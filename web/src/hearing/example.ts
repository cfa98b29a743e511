// Example people and views for unit tests: everything the server would say, with nothing special in it.

import type { Brief, Me, Person, ProcedureView, Role, View } from '../protocol'

export const BRIEF: Brief = {
  kind: 'hearing', publicity: 'public', gallery_seats: 0, continues: null, further_cases: [], shields: [],
  course: { procedure: 'ordinary', mediation_first: false, merged: false, told_before: false, panel: false },
  notice_unconfirmed: [], notice_late: false, elsewhere_approved: '',
}

export const PROCEDURE: ProcedureView = {
  phase: null, phase_since: null, phases: [], next: null, obstacles: [], countdown_until: null,
  floor: { strict: false, holder: null, since: null, until: null }, spoken: [], spotlight: null,
  layout: 'court', challenge: null, interruption: null, barred: null, confrontation: false, ending: null,
}

/** Somebody in the hearing. */
export function examplePerson(id: number, role: Role, more: Partial<Person> = {}): Person {
  return {
    id, role, name: `人${id}`, place: 'in_hearing', checked_in: true, online: true, media: true, locked: false,
    screen_allowed: false, hand: 0, prompts: 0, warnings: 0, reprimands: 0, side: null, acts_for: null,
    power: null, power_checked: false, attendance: 'online', site_name: '', identity: null,
    compared: null, identity_waived: false, absent: false, consents: [], declined: [], previewed: false, beside: [], lost_since: null, chamber: null,
    guarantee: null, testifies: false, simultaneous: false, unseen: false, unheard_of: false,
    device_faults: [], devices: ['microphone', 'camera'], others_present: '', tested: true, line_test: null,
    grade: 'good', trouble: null, unheard: [], ...more,
  }
}

/** The person a view is for. */
export function exampleMe(role: Role, more: Partial<Me> = {}): Me {
  return {
    id: 1, role, name: '我', place: 'in_hearing', checked_in: true, locked: false, hand: false, warnings: 0,
    side: null, acts_for: null, power: null, consents: [], declined: [], previewed: false, guarantee: null, listens_to: null, unheard: [],
    may_publish: [], may_ask: [], ...more,
  }
}

/** A hearing at check-in. */
export function exampleView(me: Me, people: Person[] = [], more: Partial<View> = {}): View {
  return {
    hearing: 1, version: 1, server_time: 0, stage: { name: 'check_in' }, stage_since: 0, opened_at: null,
    heading: { court: '院', case_number: '号', cause: '由', scheduled_at: 0 }, record: { name: 'off' },
    me, people, brief: BRIEF, procedure: PROCEDURE, chambers: [],
    evidence: { items: [], shown: null, opinions: [] }, mediation: null, presence: null, discipline: null, deliberation: null, ...more,
  }
}
