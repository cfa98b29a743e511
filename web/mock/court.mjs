// Scenes of the courtroom: the court's desk and everybody else's face in every state.

import { NOW, brief, person, procedure, seat, slots, staff, view } from './data.mjs'

const test = (id) => `[data-testid="${id}"]`
const playing = async (page, count) => {
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="seat"][data-playing="true"]').length >= n, count, { timeout: 30_000 })
}
const hearing = '/hearing/17'
const one = [[1366, 768]]
const rolling = { record: { name: 'rolling' } }
const open = { consents: [], identity: null, power_checked: false }
const floor = (holder, left) => ({ strict: true, holder, since: NOW - 70_000, until: NOW + left * 1000 })
const spoken = [{ side: 'plaintiff', ms: 412_000 }, { side: 'defendant', ms: 187_000 }]
const press = (...ids) => async (page) => { for (const id of ids) await page.locator(test(id)).first().click() }
const desk = (more = {}, act) => ({ path: hearing, me: staff, sizes: one, slots: slots([2, 3, 4, 8]), speaking: [3], act: async (page) => { await playing(page, 3); await act?.(page) }, ...more })

const before = [
  person(2), person(3, { place: 'waiting', ...open, consents: ['hearing'] }), person(4, { place: 'waiting', ...open, tested: false, device_faults: ['camera'], others_present: '李大山（丈夫）', grade: 'poor' }),
  person(8, { place: 'waiting', ...open }), person(5, { place: 'waiting', ...open, beside: [3] }), person(6, { place: 'expected', online: false, ...open }),
]
const obstacles = [
  { why: 'barred_not_answered', who: null }, { why: 'party_unaccounted', who: 6 }, { why: 'consent_missing', who: 4 }, { why: 'identity_unchecked', who: 3 },
  { why: 'power_unchecked', who: 8 },
]
const inside = [person(2), person(3), person(4, { hand: 1, warnings: 1 }), person(8, { hand: 2 })]
const full = [person(2), person(9), person(10), person(3), person(4), person(8), person(6), person(11), person(12), person(7)]
const own = (me, procedureMore, more = {}) => ({
  path: hearing, me: seat, sizes: [[1366, 768], [1024, 768]], speaking: [1], slots: slots([1, 2, 4]),
  view: view(me, 'in_session', { ...rolling, people: [person(1), person(2), person(me === 3 ? 4 : 3), person(8)].filter((each) => each.id !== me), procedure: procedure('debate', procedureMore), ...more }),
  act: (page) => playing(page, 3),
})

export const court = {
  'desk-scheduled': desk({ view: view(1, 'scheduled', { people: before.map((each) => ({ ...each, place: each.id === 2 ? 'in_hearing' : 'expected', online: each.id === 2 })), procedure: procedure(null, { next: 'open_check_in', barred: null }) }), slots: slots([2]), speaking: [] , act: (page) => playing(page, 2) }),
  'desk-check-in': desk({ view: view(1, 'check_in', { people: before, procedure: procedure(null, { next: 'open', obstacles, barred: null }) }), slots: slots([2, 4]), act: (page) => playing(page, 2) }),
  'desk-barred': desk({ view: view(1, 'check_in', { people: before, procedure: procedure(null, { next: 'open', obstacles, barred: null }) }), slots: slots([2]), act: async (page) => { await playing(page, 2); await press('ask-answer_barred')(page) } }),
  'desk-identity': desk({ view: view(1, 'check_in', { people: before, procedure: procedure(null, { next: 'open', obstacles, barred: null }) }), slots: slots([2]), act: async (page) => { await playing(page, 2); await page.locator(`${test('obstacle')}[data-why="identity_unchecked"] ${test('remedy')}`).click() } }),
  'desk-people': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('evidence', { next: 'enter_phase' }) }) }, async (page) => page.locator(`${test('person')}[data-participant="4"] ${test('person-more')}`).click()),
  'desk-floor': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('debate', { next: 'enter_phase', floor: floor(3, 95), spoken }) }) }, press('tab-floor')),
  'desk-prompts': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('identity', { next: 'enter_phase' }) }) }, press('tab-prompts')),
  'desk-prompt-large': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('rights', { next: 'enter_phase' }) }) }, press('tab-prompts', 'prompts-short', 'prompt-large')),
  'desk-witness': desk({ view: view(1, 'in_session', { ...rolling, people: [...inside, person(5, { guarantee: false, beside: [3], site_name: '白马镇诉讼服务站' })], procedure: procedure('evidence', { next: 'enter_phase' }) }), slots: slots([2, 3, 4, 8, 5]) }, press('tab-witness')),
  'desk-challenge': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('rights', { next: 'enter_phase', obstacles: [{ why: 'challenge_pending', who: null }], challenge: { by: 4, whom: 1, reason: '审判员与原告系同村邻居' } }) }) }, press('ask-dispose_challenge')),
  'desk-menu': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('debate', { next: 'enter_phase' }) }) }, press('more-steps')),
  'desk-recess': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('debate', { next: 'enter_phase' }) }) }, press('ask-recess')),
  'desk-notes': desk({ notes: [{ from: 2, at: NOW - 60_000, text: '被告代理人的委托书是一般授权，请核对' }, { from: 1, at: NOW - 30_000, text: '好，请联系第三人' }], view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('debate', { next: 'enter_phase' }) }) }, press('toggle-notes')),
  'desk-jump': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('debate', { next: 'enter_phase' }) }) }, (page) => page.locator(`${test('phase')}[data-phase="evidence"]`).click()),
  'desk-panel': desk({
    view: view(1, 'in_session', { ...rolling, people: full, brief: brief({ course: { procedure: 'ordinary', mediation_first: false, merged: false, told_before: false, panel: true } }), procedure: procedure('statements', { next: 'enter_phase' }, 'panel') }),
    slots: slots([2, 9, 10, 3, 4, 8, 6, 11, 12]),
  }, (page) => playing(page, 9)),
  'desk-interrupted': desk({ view: view(1, 'tech_interrupted', { ...rolling, people: [person(2), person(3), person(4, { online: false, media: false, lost_since: NOW - 42_000 }), person(8)], procedure: procedure('debate', { next: 'resume', interruption: { who: 4, reason: '' } }) }), slots: slots([2, 3, 8]) }),
  'desk-closing': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('closing', { next: 'close' }) }) }, press('ask-close')),
  'desk-clerk': desk({ me: { ...staff, staff: 'clerk', name: '林晓雯' }, view: view(2, 'check_in', { people: [person(1), ...before.slice(1)], procedure: procedure(null, { next: 'read_discipline', obstacles: obstacles.slice(1), barred: [] }) }), slots: slots([1]), act: (page) => playing(page, 2) }),
  'desk-keys': desk({ view: view(1, 'in_session', { ...rolling, people: inside, procedure: procedure('debate', { next: 'enter_phase' }) }) }, press('keys')),
  'desk-english': desk({ english: true, view: view(1, 'check_in', { people: before, procedure: procedure(null, { next: 'open', obstacles, barred: null }) }), slots: slots([2]), act: (page) => playing(page, 2) }),
  'own-party': own(3, {}),
  'own-turn': own(3, { floor: floor(3, 95) }),
  'own-other': own(3, { floor: floor(4, 50) }, { locked: true, hand: true, may_publish: ['camera'] }),
  'own-consent': { ...own(3, {}, { own: { consents: [] } }), act: async (page) => { await playing(page, 3); await press('own-consent')(page) } },
  'own-challenge': { ...own(3, {}), sizes: one, act: async (page) => { await playing(page, 3); await press('ask-challenge')(page) } },
  'own-recess': { ...own(3, {}), view: view(3, { name: 'recess', ground: 'recess' }, { record: { name: 'paused', ground: 'recess' }, may_publish: [], may_ask: ['hand', 'consult', 'consent'], people: [person(1), person(2), person(4)], procedure: procedure('debate') }), slots: slots([]), act: (page) => page.locator(test('recess')).waitFor() },
  'own-chamber': {
    ...own(4, {}), view: view(4, { name: 'recess', ground: 'recess' }, { record: { name: 'paused', ground: 'recess' }, may_ask: ['lock_chamber', 'leave_chamber'], people: [person(1), person(3), person(8)], procedure: procedure('debate'), chambers: [{ chamber: { name: 'consultation', by: 4 }, mine: true, locked: false, people: [{ who: 4, answer: 'accepted' }, { who: 8, answer: 'accepted' }] }] }),
    slots: slots([8]), act: (page) => playing(page, 1),
  },
  'own-invited': { ...own(8, {}), sizes: one, view: view(8, { name: 'recess', ground: 'recess' }, { record: { name: 'paused', ground: 'recess' }, may_ask: ['answer_consultation'], people: [person(1), person(3), person(4)], procedure: procedure('debate'), chambers: [{ chamber: { name: 'consultation', by: 4 }, mine: false, locked: false, people: [{ who: 8, answer: 'ringing' }] }] }), slots: slots([]), act: (page) => page.locator(test('answer-accept')).waitFor() },
  'own-guarantee': { ...own(5, {}), view: view(5, 'in_session', { ...rolling, people: [person(1), person(2), person(3), person(4)], procedure: procedure('evidence'), may_ask: ['sign_guarantee', 'hand'], own: { guarantee: false } }), slots: slots([1, 2, 3, 4]), act: (page) => playing(page, 4) },
  'own-deliberation': { ...own(3, {}), sizes: one, view: view(3, 'deliberation', { record: { name: 'paused', ground: 'recess' }, may_publish: [], may_ask: ['hand'], people: [person(1), person(2), person(4)], procedure: procedure('deliberation', {}, 'panel') }), slots: slots([]), act: (page) => page.locator(test('deliberation')).waitFor() },
  'own-interpreted': own(3, {}, { people: [person(1), person(2), person(4), person(11), person(12)], may_ask: ['hand', 'listen', 'consent'] }),
  'own-spotlight': { ...own(3, { spotlight: 4 }), sizes: one },
  'own-grid': { ...own(3, { layout: 'grid' }), sizes: one },
  'own-gallery': { ...own(7, {}), view: view(7, 'in_session', { ...rolling, may_publish: [], may_ask: [], people: [person(1), person(2), person(3), person(4)], procedure: procedure('evidence') }), slots: slots([1, 2, 3, 4]), act: (page) => playing(page, 4) },
  'own-pre-trial': { ...own(3, {}), sizes: one, view: view(3, 'pre_trial', { people: [person(1), person(2), person(4)], procedure: procedure(null) }) },
}
