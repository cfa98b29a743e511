// Scenes of what stands beside a hearing: the discipline's text, a face compared, the record of a
// deliberation, a lecture that is checked, the papers of the archive.

import { readFileSync } from 'node:fs'
import { NOW, brief, person, procedure, seat, slots, staff, view } from './data.mjs'

const test = (id) => `[data-testid="${id}"]`
const hearing = '/hearing/17'
const one = [[1366, 768]]
const usual = readFileSync(new URL('../../signaling/src/discipline.txt', import.meta.url), 'utf8').trim()
const text = { version: '4f1c0a92b7de', text: usual }
const open = { consents: ['hearing'], identity: null, power_checked: false }
const inside = [person(2), person(3, open), person(4, open), person(8, open)]
const unchecked = [{ why: 'identity_unchecked', who: 3 }]
const playing = async (page, count) => {
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="seat"][data-playing="true"]').length >= n, count, { timeout: 30_000 })
}
const desk = (more, act) => ({
  path: hearing, me: staff, sizes: one, slots: slots([2, 3, 4]), ...more,
  act: async (page) => { await playing(page, 3); await act?.(page) },
})
const identity = view(1, 'in_session', { people: inside, procedure: procedure('identity', { next: 'enter_phase', obstacles: unchecked }) })
const compare = async (page) => {
  await page.locator(`${test('obstacle')}[data-why="identity_unchecked"] ${test('remedy')}`).click()
  await page.locator(test('compare-face')).click()
}
const panel = [person(2), person(9), person(10), person(3), person(4)]
const deliberation = {
  version: 4, text: '承办法官汇报：借条、转账凭证相互印证，借款事实成立。', conclusion: '支持原告要求返还借款本金的请求，利息按合同成立时一年期贷款市场报价利率四倍计。',
  dissents: [{ who: 10, text: '利息应自催告之日起算。' }], signers: [1, 9, 10, 2], signed: [{ who: 9, at: NOW - 60_000, name: '何敏' }],
}
const roll = { asked_at: NOW - 40_000, mine: false, confirmed: 1, people: 14, sites: [], until: NOW + 80_000, over: false, number: 2, by_chance: true, silent: [] }
const site = (id, name, more = {}) => person(id, { role: 'learner', name, site_name: name, ...more })
const sites = [site(3, '白马镇诉讼服务站'), site(4, '石桥村法官工作室'), site(6, '柳林社区巡回审判点', { online: false })]
const lecture = { brief: brief({ kind: 'lecture' }), procedure: procedure(null) }
const lecturer = (more) => view(1, 'in_session', { ...lecture, own: { role: 'lecturer' }, people: sites, may_ask: ['call_roll', 'close', 'give_floor', 'admit', 'devices'], ...more })
const learner = (more) => view(3, 'in_session', { ...lecture, own: { role: 'learner' }, people: [person(1, { role: 'lecturer' })], may_ask: ['hand', 'confirm_presence'], ...more })

const shownItem = { id: 5, side: 'plaintiff', by: 3, number: 1, name: '借款合同', kind: 'document', purpose: '证明借款事实', form: 'copy', media_type: 'image/png', pages: 6, bytes: 128_000, sha256: '9f2c1a7be0d84c53b6a1f04e2d97c883', sm3: '66c7f0f462eeedd9', exchanged: true }
const opinion = { item: 5, who: 4, opinion: { authentic: false, lawful: true, relevant: true, reason: '签名不是本人所写，申请鉴定' } }
const shownAs = (more = {}) => ({ items: [shownItem], shown: { item: shownItem, by: 1, page: 2, playing: null, strokes: [], may_turn: false, may_draw: false, ...more }, opinions: [] })
const asked = (more, act) => ({
  path: hearing, me: seat, sizes: one, slots: slots([1, 2, 3]), evidence: [shownItem],
  view: view(4, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(3)], procedure: procedure('evidence'), may_ask: ['opine', 'hand', 'devices', 'consent', 'challenge'], evidence: shownAs(), ...more }),
  act: async (page) => {
    await page.locator(`${test('evidence-view')}[data-page="1"]`).waitFor()
    await act?.(page)
  },
})
const helped = { ...person(3), others_present: '张小妹（女儿）', unheard: ['microphone'], grade: 'poor', trouble: 'loss_up' }

export const papers = {
  opinion: asked({}, (page) => page.locator(test('opinion-open')).click()),
  'opinion-missing': asked({}, async (page) => {
    await page.locator(test('opinion-open')).click()
    await page.locator(test('opinion-authentic-no')).dispatchEvent('click')
    await page.locator(test('ask-opine')).click()
  }),
  'opinion-list': asked({ evidence: { ...shownAs(), opinions: [opinion] } }, async (page) => {
    await page.locator(test('toggle-evidence')).click()
    await page.locator(test('opinion-open')).click()
  }),
  'opinion-court': {
    ...desk({ evidence: [shownItem], view: view(1, 'in_session', { record: { name: 'rolling' }, people: inside, procedure: procedure('evidence', { next: 'enter_phase' }), may_ask: ['hide_evidence', 'allow_drawing', 'recess', 'show_evidence', 'devices'], evidence: { ...shownAs({ may_turn: true, may_draw: true }), opinions: [opinion] } }) }),
    act: async (page) => { await page.locator(test('opinion')).waitFor() },
  },
  helper: {
    path: hearing, me: seat, sizes: one, slots: slots([]),
    view: view(13, 'in_session', { record: { name: 'rolling' }, people: [person(1), helped, person(8, { acts_for: 3 })], own: { acts_for: 3 }, may_publish: [], may_ask: [] }),
    act: (page) => page.locator(test('helped')).first().waitFor(),
  },
  preview: desk({
    slots: { type: 'slots', slots: [...slots([2, 4]).slots], wanted: { seats: 2, screens: 1 } },
    view: view(1, 'check_in', { people: [person(2), person(3, { place: 'waiting' }), person(4, { place: 'waiting', previewed: true })], procedure: procedure(null, { next: 'open' }), may_ask: ['admit', 'preview', 'open', 'devices'] }),
    act: undefined,
  }, (page) => page.locator(test('preview')).waitFor()),
  'preview-told': { path: hearing, me: seat, sizes: one, view: view(3, 'check_in', { place: 'waiting', own: { previewed: true } }), act: (page) => page.locator(test('previewed')).waitFor() },
  'check-in-text': { path: hearing, me: seat, sizes: one, view: view(3, 'check_in', { place: 'expected', checked_in: false, discipline: text }), act: (page) => page.locator(test('discipline-accept')).check() },
  'face-same': desk({ view: identity, face: { likeness: 'same', score: 912, reference: 'F-20260302-17' } }, async (page) => {
    await compare(page)
    await page.locator(test('face-answer')).waitFor()
  }),
  'face-silent': desk({ view: identity }, async (page) => {
    await compare(page)
    await page.locator(test('face-wrong')).waitFor()
  }),
  deliberation: desk({
    slots: slots([2, 9, 10]),
    view: view(1, 'deliberation', { record: { name: 'paused', ground: 'recess' }, people: panel, brief: brief({ course: { ...brief().course, panel: true } }), procedure: procedure('deliberation', { next: 'resume' }, 'panel'), deliberation, may_ask: ['record_deliberation', 'resume', 'note', 'devices', 'hand'] }),
  }, (page) => page.locator(test('deliberation-text')).waitFor()),
  'lecture-site': { path: hearing, me: seat, sizes: one, slots: slots([1]), view: learner({ presence: roll }), act: (page) => page.locator(test('roll')).waitFor() },
  'lecture-desk': { path: hearing, me: staff, sizes: one, slots: slots([]), view: lecturer({ presence: { ...roll, sites: [{ who: 3, people: 14 }], over: true, silent: [4, 6] } }), act: (page) => page.locator(test('roll-silent')).waitFor() },
  'player-papers': {
    path: '/archive/12', me: staff, sizes: one,
    act: async (page) => {
      await page.locator(test('papers')).waitFor()
      await page.locator(test('paper-discipline')).click()
      await page.locator(test('discipline-version')).waitFor()
    },
  },
}
