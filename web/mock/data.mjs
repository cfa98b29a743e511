// Invented people and hearings for looking at the page without a server. Development only.

export const NOW = Date.now()
const minute = 60_000

export const heading = {
  court: '临江县人民法院 白马人民法庭',
  case_number: '（2026）川1921民初0428号',
  cause: '民间借贷纠纷',
  scheduled_at: NOW + 12 * minute,
}

export const names = {
  1: ['presiding_judge', '周明远'],
  2: ['clerk', '林晓雯'],
  3: ['plaintiff', '张三'],
  4: ['defendant', '李秀英'],
  5: ['witness', '王建国'],
  6: ['third_party', '赵铁柱'],
  7: ['gallery', '陈志强'],
  8: ['agent', '孙律师'],
  9: ['judge', '何敏'],
  10: ['assessor', '冯德胜'],
  11: ['sign_interpreter', '蒋慧'],
  12: ['interpreter', '阿依古丽'],
  13: ['attendant', '田小满'],
}
const SIDE = { 3: 'plaintiff', 4: 'defendant', 6: 'third_party', 8: 'defendant' }

export function person(id, more = {}) {
  const [role, name] = names[id]
  return {
    id, role, name, place: 'in_hearing', checked_in: true, online: true, media: true, locked: false,
    screen_allowed: false, hand: 0, warnings: 0, prompts: 0, reprimands: 0, side: SIDE[id] ?? null,
    acts_for: id === 8 ? 4 : null, power: id === 8 ? 'special' : null, power_checked: true, attendance: 'online',
    site_name: id === 3 ? '白马镇诉讼服务站' : '', identity: 'id_card', compared: null, identity_waived: false, absent: false, consents: ['hearing'], declined: [], previewed: false,
    beside: [], lost_since: null, chamber: null, guarantee: id === 5 ? false : null, testifies: false, simultaneous: id === 12,
    unseen: false, unheard_of: false, device_faults: [],
    devices: ['microphone', 'camera'], others_present: '', tested: true, line_test: null, grade: 'good', trouble: null, unheard: [], ...more,
  }
}

const PHASES = {
  simplified: ['identity', 'rights', 'statements', 'issues', 'evidence', 'questions', 'debate', 'last_words', 'mediation', 'judgment', 'closing'],
  panel: ['identity', 'rights', 'statements', 'issues', 'evidence', 'questions', 'debate', 'last_words', 'mediation', 'deliberation', 'judgment', 'closing'],
}

/** The course in this phase, everything before it done. */
export function procedure(phase, more = {}, course = 'simplified') {
  const list = PHASES[course]
  const at = list.indexOf(phase)
  return {
    phase: phase ?? null, phase_since: phase ? NOW - 4 * minute : null,
    phases: list.map((each, index) => ({ phase: each, mandatory: each !== 'mediation', done: index < at })),
    next: null, obstacles: [], countdown_until: null, floor: { strict: false, holder: null, since: null, until: null }, spoken: [],
    spotlight: null, layout: 'court', challenge: null, interruption: null, barred: [], confrontation: false, ending: null, ...more,
  }
}

export function brief(more = {}) {
  return {
    kind: 'hearing', course: { procedure: 'simplified', mediation_first: false, merged: false, told_before: false, panel: false },
    publicity: 'public', gallery_seats: 20, continues: null, further_cases: [], shields: [], notice_unconfirmed: [], notice_late: false,
    elsewhere_approved: '', ...more,
  }
}

const COURT = [
  'admit', 'dismiss', 'lock', 'unlock', 'lock_all', 'unlock_all', 'allow_screen', 'prompt', 'warn', 'reprimand', 'remove', 'readmit', 'devices', 'hand', 'note',
  'note_consent', 'check_identity', 'waive_identity', 'check_power', 'note_absent', 'answer_barred', 'shield', 'set_layout', 'spotlight', 'go_offline', 'adjourn',
]
const CLERK = ['devices', 'hand', 'note', 'note_consent', 'check_identity', 'check_power', 'note_absent', 'read_discipline']
const AT = {
  scheduled: ['open_check_in', 'call_off'], check_in: ['open', 'call_in', 'read_discipline', 'call_off'], pre_trial: ['open', 'call_in', 'call_off'],
  in_session: ['recess', 'close', 'enter_phase', 'interrupt', 'deliberate', 'give_floor', 'end_floor', 'strict_floor', 'testify', 'confront', 'note_guarantee_refused', 'dispose_challenge', 'find_absence', 'interpret'],
  recess: ['resume', 'close'], tech_interrupted: ['resume', 'recess', 'find_absence'], deliberation: ['resume'],
}

export function view(me, stage, more = {}) {
  const [role, name] = names[me]
  const { place = 'in_hearing', checked_in = true, locked = false, hand = false, may_ask, may_publish, own = {}, ...rest } = more
  const at = stage.name ?? stage
  return {
    hearing: 17, version: 1, server_time: Date.now(), heading, stage: typeof stage === 'string' ? { name: stage } : stage,
    stage_since: NOW, opened_at: ['in_session', 'recess', 'tech_interrupted', 'deliberation'].includes(at) ? NOW - 25 * minute : null,
    record: { name: stage === 'in_session' ? 'rolling' : 'off' },
    me: {
      id: me, role, name, place, checked_in, locked, hand, warnings: 0, side: SIDE[me] ?? null, acts_for: null, power: null,
      consents: ['hearing'], declined: [], previewed: false, guarantee: null, listens_to: null, unheard: [],
      may_publish: may_publish ?? (place === 'in_hearing' ? ['microphone', 'camera'] : []),
      may_ask: may_ask ?? (me === 1 ? [...COURT, ...(AT[at] ?? [])] : me === 2 ? CLERK : ['check_in', 'hand', 'devices', 'consent', 'challenge']), ...own,
    },
    people: [], brief: brief(), procedure: procedure(at === 'in_session' ? 'debate' : null), chambers: [],
    evidence: { items: [], shown: null, opinions: [] }, mediation: null, presence: null, discipline: null, deliberation: null,
    ...rest,
  }
}

/** Slots for these people, one seat slot each, in order. */
export function slots(ids, screenOf) {
  const list = ids.flatMap((id, slot) => [
    { purpose: { for: 'seat', slot, medium: 'sound' }, track: { participant: id, kind: 'microphone' } },
    { purpose: { for: 'seat', slot, medium: 'picture' }, track: { participant: id, kind: 'camera' } },
  ])
  if (screenOf) list.push({ purpose: { for: 'screen', slot: 0 }, track: { participant: screenOf, kind: 'screen' } })
  return { type: 'slots', slots: list, wanted: { seats: Math.max(2, ids.length), screens: 1 } }
}

const people = [1, 2, 3, 4].map((id) => ({ id, role: names[id][0], name: names[id][1], joined: id !== 4 }))

export const docket = {
  hearings: [
    { hearing: 17, my_seat: 1, heading, stage: { name: 'check_in' }, people },
    { hearing: 18, my_seat: 1, heading: { ...heading, case_number: '（2026）川1921民初0431号', cause: '离婚纠纷', scheduled_at: NOW + 120 * minute }, stage: { name: 'scheduled' }, people },
    { hearing: 12, my_seat: 1, heading: { ...heading, case_number: '（2026）川1921民初0399号', cause: '土地承包经营权纠纷', scheduled_at: NOW + 26 * 60 * minute }, stage: { name: 'scheduled' }, people },
  ],
}

const zero = NOW - 26 * 60 * minute
export const record = {
  line: {
    hearing: 12, heading: { ...heading, scheduled_at: zero }, opened_at: zero, closed_at: zero + 60_000, sealed: true, bytes: 734_003_200,
    attendees: [1, 2, 3, 4].map((id) => ({ id, role: names[id][0], name: names[id][1] })),
  },
  media_zero: zero, media_ms: 60_000,
  stretches: [1, 2, 3, 4].flatMap((who) => [
    { who, kind: 'microphone', from_ms: 0, to_ms: 60_000 },
    { who, kind: 'camera', from_ms: who === 4 ? 8_000 : 0, to_ms: who === 3 ? 41_000 : 60_000 },
  ]).filter((each) => !(each.who === 4 && each.kind === 'microphone')),
  gaps: [{ track: null, from: zero + 44_000, to: zero + 46_000 }],
  minutes: [
    ['check_in_opened', -600_000], ['discipline_set', -600_000, { discipline: { version: '4f1c0a92b7de', text: '一、服从审判长或者独任审判员的指挥，尊重司法礼仪。' } }],
    ['arrived', -500_000, { who: 3, others_present: '', camera: true, microphone: true, faults: [], version: '4f1c0a92b7de' }], ['isolation', 30_000, { who: 2, packets: 0, beside: [] }],
    ['admitted', -200_000, { who: 3 }], ['opening_announced', -1000], ['opened', 0], ['warned', 12_000, { who: 4, reason: '未经许可发言、打断他人' }],
    ['link_lost', 41_000, { who: 3, cause: 'socket_lost' }], ['link_back', 43_000, { who: 3 }],
    ['recess_called', 44_000, { ground: 'unrecorded_mediation' }], ['resumed', 46_000], ['closed', 60_000, { ending: 'closed', ground: null, note: '' }],
  ].map(([fact, at, more]) => ({ at: zero + at, by: { who: 'server' }, fact: { fact, ...more } })),
  head_sha256: '9f2c1a7be0d84c53b6a1f04e2d97c8835a6e1b0f4c7d92e8a3b5068f7c1d2e94',
  head_sm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
}

export const archive = {
  hearings: [record.line, { ...record.line, hearing: 11, sealed: false, closed_at: null, heading: { ...record.line.heading, case_number: '（2026）川1921民初0377号', cause: '健康权纠纷' } }],
}

export const verdict = { intact: true, sealed: true, entries: 412, segments: 14, findings: [] }

const health = { loss_up_permille: 4, loss_down_permille: 0, jitter_ms: 6, round_trip_ms: 23, up_bps: 642_000, down_bps: 1_830_000, estimate_bps: 3_100_000, queue_ms: 4, frozen_lines: 0, freeze_permille: 0, speech_ms: 61_240, packets_down: 48_210 }
export const ops = {
  server_time: NOW, started_at: NOW - 86_400_000 * 3, version: '0.1.0', archive_free_bytes: 412_316_860_416, forward_delay_micros: [38, 71, 164],
  copy: { away: false, differing: 0, behind_seconds: 1 }, reconciled: { at: NOW - 3_600_000 * 6, findings: 0 },
  hearings: [
    {
      hearing: 17, stage: { name: 'in_session' }, record: { name: 'rolling' },
      people: [1, 2, 3, 4, 5].map((id) => ({
        id, role: names[id][0], place: id === 5 ? 'waiting' : 'in_hearing', online: id !== 5, media: id !== 5, join_ms: id === 5 ? null : 240 + id * 37,
        health: id === 5 ? null : { ...health, loss_up_permille: id === 4 ? 124 : 4 }, grade: id === 5 ? null : id === 4 ? 'poor' : 'good',
        trouble: id === 4 ? 'loss_up' : null, unheard: id === 4 ? ['microphone'] : [], path: id === 5 ? null : id === 3 ? 'relay_tls' : 'udp', buffer_ms: id === 5 ? null : 60,
        line_test: id !== 3 ? null : { signaling: 'passed', udp: 'failed', tcp: 'failed', tls: 'passed', camera: 'passed', microphone: 'passed', speaker: 'untried', up_kbps: 1400, down_kbps: 6200 },
      })),
    },
    { hearing: 18, stage: { name: 'recess', ground: 'recess' }, record: { name: 'faulty', fault: 'disk_slow' }, people: [] },
  ],
}

export const staff = { kind: 'staff', name: '周明远', staff: 'judge' }
export const seat = { kind: 'seat', seat: { hearing: 17, participant: 3, role: 'plaintiff', name: '张三', heading } }

/** A desk at which nothing is. */
export const desk = { server_time: NOW, station: null, duty: null, calls: [], past: [], tickets: [] }
