// What to look at: an address, what the invented server says, and what the person does.

import { court } from './court.mjs'
import { desk } from './desk.mjs'
import { papers } from './papers.mjs'
import { person, seat, slots, staff, view } from './data.mjs'

const test = (id) => `[data-testid="${id}"]`
const playing = async (page, count) => {
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="seat"][data-playing="true"]').length >= n, count, { timeout: 30_000 })
}
const hearing = '/hearing/17'
const all = [person(2), person(3), person(4, { grade: 'poor', hand: 1 })]
const opened = { record: { name: 'rolling' }, people: all }

const picture = (slot, layer, reason) => ({ purpose: { for: 'seat', slot, medium: 'picture' }, layer, reason })
const health = {
  loss_up_permille: 120, loss_down_permille: 0, jitter_ms: 20, round_trip_ms: 80, up_bps: 300_000, down_bps: 200_000,
  estimate_bps: 250_000, queue_ms: 40, frozen_lines: 1, freeze_permille: 0, speech_ms: 61_240, packets_down: 48_210,
}
const thin = [
  { type: 'pictures', pictures: [picture(0, 1, 'best'), picture(1, 0, 'bandwidth'), picture(2, 0, 'size'), picture(3, null, 'starting')] },
  { type: 'pictures', pictures: [picture(0, 1, 'best'), picture(1, 0, 'bandwidth'), picture(2, null, 'frozen'), picture(3, null, 'starting')] },
  { type: 'health', health }, { type: 'health', health },
]

export const scenes = {
  ...court,
  ...desk,
  ...papers,
  home: { path: '/', act: (page) => page.locator(test('home-join')).waitFor() },
  'home-seat': { path: '/', me: seat, act: (page) => page.locator(test('home-resume')).waitFor() },
  join: {
    path: '/join',
    act: async (page) => {
      await page.locator(test('code')).fill('12345678')
      await page.locator(test('join')).click()
      await page.locator(test('refusal')).waitFor()
    },
  },
  'join-link': { path: '/join#12345678', act: (page) => page.locator(test('code')).waitFor() },
  'sign-in': { path: '/sign-in', act: (page) => page.locator(test('name')).waitFor() },
  docket: { path: '/docket', me: staff, act: (page) => page.locator(test('docket-line')).first().waitFor() },
  'docket-code': {
    path: '/docket', me: staff,
    act: async (page) => {
      await page.locator(`${test('docket-line')}[data-hearing="17"] ${test('docket-person')}[data-participant="4"] ${test('new-code')}`).click()
      await page.locator(test('issued-code')).waitFor()
    },
  },
  'check-in-1': { path: hearing, me: seat, view: view(3, 'check_in', { place: 'expected', checked_in: false }), act: (page) => page.locator(test('discipline-accept')).check() },
  'check-in-2': {
    path: hearing, me: seat, view: view(3, 'check_in', { place: 'expected', checked_in: false }),
    act: async (page) => {
      await page.locator(test('discipline-accept')).check()
      await page.locator(test('check-in-next')).click()
      await page.locator(test('others-present')).check()
      await page.locator(test('others-text')).fill('李四，我的女儿')
    },
  },
  'check-in-3': {
    path: hearing, me: seat, view: view(3, 'scheduled', { place: 'expected', checked_in: false, may_ask: [] }),
    act: async (page) => {
      await page.locator(test('discipline-accept')).check()
      await page.locator(test('check-in-next')).click()
      await page.locator(test('others-alone')).check()
      await page.locator(test('check-in-next')).click()
      await page.locator(test('device-start')).click()
      await page.locator(`${test('test-microphone')}[data-passed="true"]`).waitFor()
      await page.locator(test('speaker-play')).click()
      await page.locator(test('speaker-heard')).waitFor()
    },
  },
  waiting: {
    path: hearing, me: seat, view: view(3, 'check_in', { place: 'waiting' }),
    act: (page) => page.locator(`${test('media')}[data-media="connected"]`).waitFor(),
  },
  'waiting-witness': { path: hearing, me: seat, view: view(5, 'in_session', { place: 'waiting' }), act: (page) => page.locator(`${test('media')}[data-media="connected"]`).waitFor() },
  party: {
    path: hearing, me: seat, view: view(3, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(4)] }),
    slots: slots([1, 2, 4]), speaking: [1], act: (page) => playing(page, 4),
  },
  'party-locked': {
    path: hearing, me: seat,
    view: view(3, 'in_session', { locked: true, hand: true, may_publish: ['camera', 'screen'], record: { name: 'rolling' }, people: [person(1), person(2, { devices: [] }), person(4, { locked: true }), person(6, { online: false })] }),
    slots: slots([1, 4]), speaking: [1], act: (page) => playing(page, 3),
  },
  'party-screen': {
    path: hearing, me: seat, view: view(3, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(4)] }),
    slots: slots([1, 2, 4], 4), speaking: [4], act: (page) => playing(page, 4),
  },
  judge: {
    path: hearing, me: staff, view: view(1, 'in_session', { ...opened, people: [...all, person(5, { place: 'waiting', others_present: '王小妹（儿媳）', grade: 'good' })] }),
    slots: slots([2, 3, 4]), speaking: [3],
    act: async (page) => {
      await playing(page, 4)
      await page.locator(`${test('person')}[data-participant="4"] ${test('person-more')}`).click()
    },
  },
  'judge-check-in': {
    path: hearing, me: staff,
    view: view(1, 'check_in', { people: [person(2), person(3, { place: 'waiting' }), person(4, { place: 'waiting', tested: false, others_present: '李大山（丈夫）', grade: 'poor' }), person(5, { place: 'expected', online: false })] }),
    slots: slots([2]), act: (page) => playing(page, 2),
  },
  'judge-opening': { path: hearing, me: staff, view: view(1, 'opening', { record: { name: 'starting' }, people: all }), slots: slots([2, 3, 4]), act: (page) => playing(page, 4) },
  'judge-alarm': { path: hearing, me: staff, view: view(1, 'in_session', { record: { name: 'faulty', fault: 'disk_full' }, people: all }), slots: slots([2, 3, 4]), act: (page) => playing(page, 4) },
  'judge-recess': {
    path: hearing, me: staff, view: view(1, 'in_session', opened), slots: slots([2, 3, 4]),
    act: async (page) => {
      await playing(page, 4)
      await page.locator(test('ask-recess')).click()
    },
  },
  'judge-warn': {
    path: hearing, me: staff, view: view(1, { name: 'recess', ground: 'unrecorded_mediation' }, { record: { name: 'paused', ground: 'unrecorded_mediation' }, people: all }), slots: slots([2, 3, 4]),
    act: async (page) => {
      await playing(page, 4)
      await page.locator(`${test('person')}[data-participant="4"] ${test('person-more')}`).click()
      await page.locator(`${test('person')}[data-participant="4"] ${test('reason-warn')}`).click()
      await page.locator(test('phrase')).first().click()
    },
  },
  clerk: { path: hearing, me: { ...staff, staff: 'clerk', name: '林晓雯' }, view: view(2, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(3), person(4)] }), slots: slots([1, 3, 4]), speaking: [1], act: (page) => playing(page, 4) },
  gallery: { path: hearing, me: seat, view: view(7, 'in_session', { record: { name: 'rolling' }, may_publish: [], may_ask: [], people: [person(1), person(2), person(3), person(4)] }), slots: slots([1, 2, 3, 4]), speaking: [3], act: (page) => playing(page, 4) },
  'party-thin': {
    path: hearing, me: seat, sizes: [[1366, 768]],
    view: view(3, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(4), person(6)] }),
    slots: slots([1, 2, 4, 6]), speaking: [1],
    pictures: thin,
    act: async (page) => {
      await playing(page, 4)
      await page.locator(test('picture-frozen')).first().waitFor()
      await page.locator(test('own-trouble')).waitFor()
    },
  },
  'judge-thin': {
    path: hearing, me: staff, sizes: [[1366, 768]],
    view: view(1, 'in_session', { ...opened, people: [person(2), person(3, { grade: 'bad', trouble: 'loss_up' }), person(4, { unheard: ['microphone'], grade: 'poor', trouble: 'delay' }), person(5, { place: 'waiting', line_test: { signaling: 'passed', udp: 'failed', tcp: 'failed', tls: 'failed', camera: 'passed', microphone: 'passed', speaker: 'untried', up_kbps: 900, down_kbps: 4000 } })] }),
    slots: slots([2, 3, 4]), speaking: [3], act: (page) => playing(page, 4),
  },
  'party-help': {
    path: hearing, me: seat, sizes: [[1366, 768]],
    view: view(3, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(4)] }),
    slots: slots([1, 2, 4]),
    act: async (page) => {
      await playing(page, 4)
      await page.locator(test('help')).click()
      await page.locator(test('line-test-start')).click()
      await page.locator(`${test('line-test')}:not([data-advice=""])`).waitFor()
    },
  },
  lost: {
    path: hearing, me: seat, lose: true, view: view(3, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(4)] }),
    slots: slots([1, 2, 4]), act: (page) => page.locator(test('link-lost')).waitFor(),
  },
  closed: { path: hearing, me: staff, view: view(1, 'closed', { record: { name: 'sealed' } }), act: (page) => page.locator(test('to-archive')).waitFor() },
  removed: { path: hearing, me: seat, view: view(3, 'in_session', { place: 'removed' }), act: (page) => page.locator(`${test('face')}[data-face="removed"]`).waitFor() },
  archive: { path: '/archive', me: staff, act: (page) => page.locator(test('archive-line')).first().waitFor() },
  player: {
    path: '/archive/12', me: staff,
    act: async (page) => {
      await page.locator(test('play')).click()
      await page.waitForFunction(() => Number(document.querySelector('[data-testid="position"]').dataset.ms) > 2500)
      await page.locator(test('minute')).nth(5).click()
      await page.waitForFunction(() => [...document.querySelectorAll('video')].every((v) => v.currentTime > 12.5))
      console.log('  apart:', await page.evaluate(() => {
        const at = Number(document.querySelector('[data-testid="position"]').dataset.ms) / 1000
        return [...document.querySelectorAll('video')].map((v) => Math.round((v.currentTime - at) * 1000))
      }), 'ms')
      await page.locator(test('verify')).click()
      await page.locator(test('verdict')).waitFor()
    },
  },
  ops: { path: '/ops', me: { kind: 'staff', name: '值班运维', staff: 'ops' }, act: (page) => page.locator(test('ops-hearing')).first().waitFor() },
  'judge-english': { path: hearing, me: staff, english: true, view: view(1, 'in_session', opened), slots: slots([2, 3, 4]), speaking: [3], act: (page) => playing(page, 4) },
  'home-english': { path: '/', english: true, act: (page) => page.locator(test('home-join')).waitFor() },
  'party-phone': { path: hearing, me: seat, sizes: [[412, 915]], view: view(3, 'in_session', { record: { name: 'rolling' }, people: [person(1), person(2), person(4)] }), slots: slots([1, 2, 4]), act: (page) => playing(page, 4) },
  'home-phone': { path: '/', sizes: [[412, 915]], act: (page) => page.locator(test('home-join')).waitFor() },
}
