// Scenes of the station, the desk, calls, mediations and lectures.

import { NOW, brief, names, person, procedure, seat, slots, staff, view } from './data.mjs'

Object.assign(names, {
  20: ['chair_mediator', '程调解'], 21: ['adviser', '周明远'], 22: ['visitor', '横沟村诉讼服务站'], 30: ['lecturer', '程法官'],
})
const test = (id) => `[data-testid="${id}"]`
const hearing = '/hearing/17'
const one = [[1366, 768]]
const both = [[1366, 768], [1024, 768]]
const minute = 60_000
const playing = async (page, count) => {
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="seat"][data-playing="true"]').length >= n, count, { timeout: 30_000 })
}
const pass = { station: 2, name: '横沟村诉讼服务站', tribunal: '贺胜人民法庭' }
const sitting = (at, kind, number) => ({ hearing: 17, scheduled_at: NOW + at * minute, case_number: number, kind, stage: { name: at < 15 ? 'check_in' : 'scheduled' } })
const stationFace = { pass, judge: true, clerk: false, sittings: [sitting(5, 'mediation', '（2026）鄂1202诉前调031号'), sitting(40, 'hearing', '（2026）鄂1202民初0428号')] }
const nobody = { server_time: NOW, station: null, duty: null, calls: [], past: [], tickets: [] }
const atStation = (more = {}) => ({ ...nobody, station: stationFace, ...more })
const call = (more = {}) => ({ call: 5, station: 2, station_name: pass.name, tribunal: pass.tribunal, direction: 'from_station', wanted: 'judge', state: 'ringing', rang_at: NOW - 4_000, staff_name: null, hearing: null, handled: false, ...more })
const facts = { link: true, media: true, path: 'relay_tcp', round_trip_ms: 240, loss_up_permille: 42, loss_down_permille: 3, trouble: 'loss_up', line_test: null, camera: true, microphone: true, browser: 'Chrome/120.0 Safari/537.36' }
const ticket = (more = {}) => ({ ticket: 7, state: 'open', opened_at: NOW - 38_000, hearing: 17, participant: 3, role: 'plaintiff', station: null, place: '横沟村诉讼服务站', words: '听不到声音', facts, by: null, acknowledged_at: null, closed_at: null, outcome: '', ...more })
const kiosk = (desk, act, more = {}) => ({ path: '/station', sizes: both, enrolled: true, desk, act: async (page) => { await page.locator(test('station-enter')).waitFor(); await act?.(page) }, ...more })

const duty = {
  mine: pass.tribunal, tribunals: [pass.tribunal, '汀泗桥人民法庭'],
  on: [{ tribunal: pass.tribunal, name: '周明远', staff: 'judge', in_call: false }, { tribunal: pass.tribunal, name: '林晓雯', staff: 'clerk', in_call: true }],
  turns: [{ turn: 1, tribunal: pass.tribunal, name: '周明远', staff: 'judge', from: NOW, until: NOW + 4 * 60 * minute }, { turn: 2, tribunal: pass.tribunal, name: '何敏', staff: 'judge', from: NOW + 24 * 60 * minute, until: NOW + 28 * 60 * minute }],
}
const past = [call({ call: 4, state: 'missed', rang_at: NOW - 32 * minute }), call({ call: 3, state: 'ended', rang_at: NOW - 75 * minute, staff_name: '周明远', handled: true, station: 3, station_name: '白马村诉讼服务站' })]
const stations = [
  { station: 2, name: pass.name, tribunal: pass.tribunal, site: 12, enrolled: true, online: true, seen_at: NOW - minute },
  { station: 3, name: '白马村诉讼服务站', tribunal: pass.tribunal, site: null, enrolled: true, online: false, seen_at: NOW - 300 * minute },
  { station: 4, name: '桂花社区服务站', tribunal: pass.tribunal, site: null, enrolled: false, online: false, seen_at: null },
]

const mediating = brief({ kind: 'mediation' })
const LEADER = ['admit', 'dismiss', 'lock', 'unlock', 'check_identity', 'check_power', 'tick', 'set_record_mode', 'devices', 'hand', 'note']
const TALK = [...LEADER, 'caucus', 'write_sheet', 'read_back', 'sign', 'fail_mediation', 'close']
const AGREEMENT = '调解协议\n编号：（2026）鄂1202诉前调031号\n申请人：张三\n被申请人：李秀英\n主持调解员：程调解\n纠纷事由：民间借贷纠纷\n一、双方确认：截至2026年11月30日，李秀英尚欠张三借款本金30000元。\n二、李秀英分6期向张三支付共计30000元，自2026年12月31日起每月最后一日前以银行转账方式支付一期，于2027年5月31日前付清。\n三、双方就本纠纷再无其他争议。'
const sheet = (more = {}) => ({ sheet: 'agreement', version: 3, text: AGREEMENT, read: true, signers: [3, 4, 20], signed: [{ who: 4, at: NOW - 60_000, method: 'handwritten' }], refused: [], ...more })
const mediation = (more = {}) => ({ done: ['identity', 'sham_warning', 'rights', 'disclosure', 'service_address'], record_mode: 'text', waits: false, sheets: [], effective_at: null, failed: null, ...more })
const table = [person(3), person(4), person(21)]
const leads = (stage, more, act) => ({
  path: hearing, me: staff, sizes: one, slots: slots([3, 4, 21]), speaking: [3],
  view: view(20, stage, { brief: mediating, people: table, record: { name: 'off' }, may_ask: stage === 'check_in' ? [...LEADER, 'open'] : TALK, ...more }),
  act: async (page) => { await playing(page, 2); await act?.(page) },
})
const sits = (me, more, act) => ({
  path: hearing, me: seat, sizes: one, slots: slots([20, me === 3 ? 4 : 3, 21]), speaking: [20],
  view: view(me, 'in_session', { brief: mediating, people: [person(20), person(me === 3 ? 4 : 3), person(21)].filter((each) => each.id !== me), record: { name: 'off' }, may_ask: ['sign', 'refuse_signing', 'hand', 'devices', 'consent'], ...more }),
  act,
})
const caucus = { chambers: [{ chamber: { name: 'caucus', side: 'plaintiff' }, mine: true, locked: false, people: [] }] }
const press = (...ids) => async (page) => { for (const id of ids) await page.locator(test(id)).first().click() }

const lecture = brief({ kind: 'lecture' })
const learner = (id, more) => { names[id] = ['learner', `${id}号站点`]; return person(id, { site_name: `第${id}村讲堂`, devices: [], media: true, ...more }) }
const learners = Array.from({ length: 24 }, (_, at) => learner(100 + at, { hand: at === 3 ? 1 : at === 9 ? 2 : 0, online: at % 7 !== 5 }))

export const desk = {
  'station-enrol': { path: '/station', sizes: both, desk: nobody, act: (page) => page.locator(test('station-go')).waitFor() },
  'station-home': kiosk(atStation()),
  'station-missed': kiosk(atStation({ past })),
  'station-code': kiosk(atStation(), async (page) => { await press('station-enter', 'digit-4', 'digit-0', 'digit-7')(page) }),
  'station-ring': kiosk(atStation(), press('station-ring')),
  'station-ringing': { path: '/station', sizes: both, enrolled: true, desk: atStation({ calls: [call()] }), act: (page) => page.locator(test('call')).waitFor() },
  'station-rung': { path: '/station', sizes: both, enrolled: true, desk: atStation({ calls: [call({ direction: 'to_station', staff_name: '周明远' })] }), act: (page) => page.locator(test('call-accept')).waitFor() },
  'station-help': kiosk(atStation(), press('station-help', 'help-sound')),
  'station-help-coming': kiosk(atStation({ tickets: [ticket({ state: 'acknowledged', by: '王运维' })] }), press('station-help')),
  'desk-duty': { path: '/desk', me: staff, sizes: one, desk: { ...nobody, duty, past, calls: [] }, stations, act: (page) => page.locator(test('station')).first().waitFor() },
  'desk-rings': { path: '/desk', me: staff, sizes: one, desk: { ...nobody, duty, past, calls: [call()] }, stations, act: (page) => page.locator(test('call-accept')).waitFor() },
  'call-court': { path: hearing, me: staff, sizes: one, desk: { ...nobody, duty, calls: [call({ state: 'accepted', hearing: 17, staff_name: '周明远' })] }, slots: slots([22]), view: view(1, 'check_in', { brief: brief({ kind: 'call' }), people: [person(22)] }), act: (page) => playing(page, 2) },
  'ops-tickets': { path: '/ops', me: { kind: 'staff', name: '值班运维', staff: 'ops' }, sizes: one, desk: { ...nobody, tickets: [ticket(), ticket({ ticket: 6, state: 'acknowledged', by: '王运维', words: '', opened_at: NOW - 200_000, participant: null, role: null, hearing: null }), ticket({ ticket: 5, state: 'closed', by: '王运维', outcome: '换了耳机' })] }, act: (page) => page.locator(test('ticket')).first().waitFor() },
  'mediation-checklist': leads('check_in', { mediation: mediation({ done: ['identity'] }), people: [person(3, { place: 'waiting' }), person(4, { consents: ['recording'] }), person(21)] }),
  'mediation-people': leads('check_in', { mediation: mediation({ done: ['identity'] }), people: [person(3, { place: 'waiting', identity: null }), person(4), person(8), person(21)] }, press('tab-people')),
  'mediation-joint': leads('in_session', { mediation: mediation() }),
  'mediation-caucus': leads('in_session', { mediation: mediation(), ...caucus }),
  'mediation-sheet': leads('in_session', { mediation: mediation({ sheets: [sheet()] }) }, async (page) => { await press('tab-agreement')(page); await page.locator(`${test('clause')}[data-clause="loan-pay"]`).click() }),
  'mediation-effective': leads('in_session', { mediation: mediation({ effective_at: NOW, sheets: [sheet({ signed: [3, 4, 20].map((who) => ({ who, at: NOW, method: 'handwritten' })) })] }) }, press('tab-agreement')),
  'mediation-fail': leads('in_session', { mediation: mediation() }, press('tab-end', 'ask-fail_mediation')),
  'mediation-party': { ...sits(3, { mediation: mediation({ sheets: [sheet()] }) }, (page) => playing(page, 3)), sizes: both },
  'mediation-signing': { ...sits(3, { mediation: mediation({ sheets: [sheet()] }) }, async (page) => {
    await playing(page, 3)
    await press('ask-sign')(page)
    const box = await page.locator(test('sign-pad')).boundingBox()
    await page.mouse.move(box.x + 100, box.y + 60)
    await page.mouse.down()
    for (let at = 0; at < 40; at += 1) await page.mouse.move(box.x + 100 + at * 9, box.y + 100 + Math.sin(at / 3) * 50)
    await page.mouse.up()
  }), sizes: both },
  'mediation-waits': sits(4, { mediation: mediation({ waits: true }), may_publish: [], people: [] }, (page) => page.locator(test('waits')).waitFor()),
  'mediation-adviser': sits(21, { mediation: mediation({ sheets: [sheet()] }), people: [person(20), person(3), person(4)] }, (page) => playing(page, 3)),
  'lecture-leads': { path: hearing, me: staff, sizes: one, slots: slots([103]), view: view(30, 'in_session', { brief: lecture, heading: { court: '咸安区人民法院', case_number: '讲堂 12', cause: '民法典进乡村：相邻关系', scheduled_at: NOW }, people: learners, record: { name: 'off' }, may_ask: ['call_roll', 'give_floor', 'end_floor', 'close', 'admit', 'devices'], may_publish: ['microphone', 'camera', 'screen'], presence: { asked_at: NOW, mine: false, confirmed: 12, people: 143, sites: learners.slice(0, 12).map((each) => ({ who: each.id, people: 12 })) } }), act: (page) => playing(page, 1) },
  'lecture-learner': { path: hearing, me: seat, sizes: both, slots: slots([30]), view: view(100, 'in_session', { brief: lecture, heading: { court: '咸安区人民法院', case_number: '讲堂 12', cause: '民法典进乡村：相邻关系', scheduled_at: NOW }, people: [person(30)], record: { name: 'off' }, may_ask: ['hand', 'devices', 'confirm_presence'], may_publish: [], presence: { asked_at: NOW, mine: false, confirmed: 12, people: 143 } }), act: (page) => playing(page, 1) },
}
