// The next step and its remedies, moments, the words for now, turns, prompts, the desk, keys.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { besideWarning, deskOf, openPoints } from '../court/desk'
import { actionOf } from '../court/keys'
import type { Course, Refusal, Role, View } from '../protocol'
import { REFUSAL_TEXT } from '../protocol'
import { BRIEF, PROCEDURE, exampleMe, examplePerson, exampleView } from './example'
import { invitationOf, momentsBetween, nowWord } from './moments'
import { PROMPTS, allPrompts, blanksOf, guaranteeText, promptsFor } from './prompts'
import { isCalled, isCourt, leads, onlyWatches } from './roles'
import { dialogOf, followingPhase, isBlocked, nextStep, remedyOf } from './steps'
import { sharesOf, sidesOf, speakersOf, turnOf } from './turns'

const PHASES = (['identity', 'rights', 'closing'] as const).map((phase) => ({ phase, mandatory: true, done: false }))
const WORDS = { procedure: '简易程序', publicity: '公开', phase: '法庭辩论' }

function session(more: Partial<View['procedure']> = {}, me = exampleMe('plaintiff')): View {
  return exampleView(me, [examplePerson(2, 'defendant')], { stage: { name: 'in_session' }, procedure: { ...PROCEDURE, ...more } })
}

describe('roles', () => {
  it('are those of the server', () => {
    const rust = readFileSync(new URL('../../../crates/model/src/role.rs', import.meta.url), 'utf8')
    const all = [...rust.slice(rust.indexOf('\nroles! {'), rust.indexOf('\nimpl Role')).matchAll(/^ {4}(\w+),$/gm)].map((match) => (match[1] ?? '').replace(/(?!^)([A-Z])/g, '_$1').toLowerCase() as Role)
    const named = (name: string): string[] => {
      const body = rust.slice(rust.indexOf(`pub const fn ${name}(`))
      return [...body.slice(0, body.indexOf('\n    }')).matchAll(/Self::(\w+)/g)].map((match) => (match[1] ?? '').replace(/(?!^)([A-Z])/g, '_$1').toLowerCase())
    }
    expect(all.length).toBe(27)
    expect(all.filter(isCourt).sort()).toEqual(named('is_court').sort())
    expect(all.filter(isCalled).sort()).toEqual(named('is_called').sort())
    expect(all.filter(onlyWatches).sort()).toEqual(named('only_watches').sort())
    expect(leads('presiding_judge', 'hearing')).toBe(true)
    expect(leads('chair_mediator', 'hearing')).toBe(false)
  })
})

describe('the next step', () => {
  it('is what the server says, with the phase it leads to', () => {
    const view = session({ phase: 'identity', phases: PHASES, next: 'enter_phase' })
    expect(nextStep(view)).toEqual({ ask: 'enter_phase', phase: 'rights', obstacles: [] })
    expect(followingPhase(session({ phases: PHASES }))).toBe('identity')
    expect(followingPhase(session({ phases: PHASES, phase: 'closing' }))).toBeNull()
  })

  it('is by stage and right where the server says nothing', () => {
    const judge = exampleMe('presiding_judge', { may_ask: ['open_check_in', 'open'] })
    expect(nextStep(exampleView(judge))?.ask).toBe('open_check_in')
    expect(nextStep(exampleView(exampleMe('plaintiff', { may_ask: ['hand'] })))).toBeUndefined()
    expect(nextStep(exampleView(exampleMe('presiding_judge', { may_ask: ['recess', 'close'] }), [], { stage: { name: 'in_session' } }))?.ask).toBe('close')
  })

  it('has a remedy for whatever may stand in the way of opening or a phase', () => {
    const cured: Refusal[] = ['consent_missing', 'identity_unchecked', 'power_unchecked', 'party_unaccounted', 'barred_not_answered', 'barred', 'challenge_pending', 'judge_not_seen', 'nobody_admitted', 'record_at_risk', 'guarantee_needed']
    for (const why of cured) {
      expect(REFUSAL_TEXT[why]).toBeDefined()
      expect([why, remedyOf({ why, who: 4 })]).not.toEqual([why, undefined])
      expect(remedyOf({ why, who: null })).toBeDefined()
    }
    expect(remedyOf({ why: 'identity_unchecked', who: 4 })).toEqual({ at: 'identity', who: 4 })
    expect(remedyOf({ why: 'too_fast', who: null })).toBeUndefined()
  })

  it('is blocked only where it would itself be refused', () => {
    const obstacles = [{ why: 'consent_missing' as const, who: 4 }]
    expect(isBlocked({ ask: 'open', phase: null, obstacles })).toBe(true)
    expect(isBlocked({ ask: 'open', phase: null, obstacles: [] })).toBe(false)
    expect(isBlocked({ ask: 'read_discipline', phase: null, obstacles })).toBe(false)
  })

  it('is confirmed where it cannot be taken back', () => {
    expect(dialogOf('close')).toBe('close')
    expect(dialogOf('open')).toBe('open')
    expect(dialogOf('resume')).toBeUndefined()
  })
})

describe('moments', () => {
  it('tell a person what happened to them', () => {
    const before = exampleView(exampleMe('plaintiff', { place: 'waiting' }), [], { stage: { name: 'check_in' } })
    const now = exampleView(exampleMe('plaintiff', { locked: true }), [], { stage: { name: 'check_in' } })
    expect(momentsBetween(before, now)).toEqual(['admitted', 'locked'])
    expect(momentsBetween(exampleView(exampleMe('witness', { place: 'waiting', guarantee: false })), exampleView(exampleMe('witness', { guarantee: false })))).toContain('called')
    expect(momentsBetween(session(), session({ floor: { strict: true, holder: 1, since: 0, until: null } }))).toEqual(['your_turn'])
    expect(momentsBetween(session({ floor: { strict: true, holder: 1, since: 0, until: null } }), session())).toEqual(['turn_over'])
    expect(momentsBetween({ ...session(), stage: { name: 'recess', ground: 'recess' } }, session())).toEqual(['resumed'])
    expect(momentsBetween({ ...session(), stage: { name: 'opening' } }, session())).toEqual(['opened'])
    expect(momentsBetween(session(), session())).toEqual([])
  })

  it('ring once for an invitation that is not answered', () => {
    const rings = (answer: 'ringing' | 'accepted'): View => ({
      ...session(), chambers: [{ chamber: { name: 'consultation', by: 2 }, mine: false, locked: false, people: [{ who: 1, answer }] }],
    })
    expect(invitationOf(rings('ringing'))).toEqual({ by: 2 })
    expect(invitationOf(rings('accepted'))).toBeUndefined()
    expect(momentsBetween(session(), rings('ringing'))).toEqual(['invited'])
  })
})

describe('the words for now', () => {
  it('put what concerns the person first', () => {
    expect(nowWord(session({ phase: 'debate' }))).toBe('phase')
    expect(nowWord(session())).toBe('in_session')
    expect(nowWord(session({ floor: { strict: false, holder: 1, since: 0, until: null } }))).toBe('your_turn')
    expect(nowWord(session({ floor: { strict: false, holder: 2, since: 0, until: null } }))).toBe('other_turn')
    expect(nowWord(session({}, exampleMe('witness', { guarantee: false })))).toBe('guarantee')
    expect(nowWord(session({ challenge: { by: 1, whom: 2, reason: '' } }))).toBe('challenge')
    expect(nowWord({ ...session(), stage: { name: 'recess', ground: 'non_public_evidence' } })).toBe('non_public')
    expect(nowWord({ ...session(), stage: { name: 'check_in' } })).toBe('waiting_to_open')
    expect(nowWord({ ...session({ countdown_until: 9 }), stage: { name: 'check_in' } })).toBe('countdown')
    const room: View = { ...session(), stage: { name: 'recess', ground: 'recess' }, chambers: [{ chamber: { name: 'consultation', by: 1 }, mine: true, locked: false, people: [] }] }
    expect(nowWord(room)).toBe('chamber')
  })
})

describe('turns', () => {
  it('run, and run over', () => {
    expect(turnOf({ strict: false, holder: null, since: null, until: null }, 5)).toBeUndefined()
    expect(turnOf({ strict: false, holder: 1, since: 1000, until: 4000 }, 3000)).toEqual({ spent: 2000, left: 1000 })
    expect(turnOf({ strict: false, holder: 1, since: 1000, until: 4000 }, 6000)).toEqual({ spent: 5000, left: -2000 })
    expect(turnOf({ strict: false, holder: 1, since: 1000, until: null }, 6000)).toEqual({ spent: 5000, left: null })
  })

  it('show both sides, and a third party when there is one', () => {
    expect(sharesOf([{ side: 'plaintiff', ms: 400 }, { side: 'defendant', ms: 100 }], ['plaintiff', 'defendant'])).toEqual([
      { side: 'plaintiff', ms: 400, part: 1 }, { side: 'defendant', ms: 100, part: 0.25 },
    ])
    expect(sharesOf([], ['plaintiff', 'defendant']).map((share) => share.part)).toEqual([0, 0])
    expect(sidesOf(session())).toEqual(['plaintiff', 'defendant'])
    expect(sidesOf(exampleView(exampleMe('clerk'), [examplePerson(4, 'third_party')]))).toContain('third_party')
  })

  it('go round in the order of the law', () => {
    const people = [
      examplePerson(2, 'witness'), examplePerson(3, 'defendant', { side: 'defendant' }), examplePerson(4, 'agent', { side: 'defendant' }),
      examplePerson(5, 'plaintiff', { side: 'plaintiff' }), examplePerson(6, 'clerk'), examplePerson(7, 'defendant', { place: 'waiting', side: 'defendant' }),
    ]
    expect(speakersOf(exampleView(exampleMe('presiding_judge'), people)).map((each) => each.id)).toEqual([5, 3, 4, 2])
  })
})

describe('prompts', () => {
  const judge = (course: Partial<Course>, more: Partial<View> = {}): View =>
    exampleView(exampleMe('presiding_judge'), [examplePerson(2, 'clerk'), examplePerson(3, 'plaintiff'), examplePerson(4, 'defendant')], {
      brief: { ...BRIEF, course: { ...BRIEF.course, ...course } }, ...more,
    })

  it('leave no blank open and name everybody', () => {
    const variants: Partial<Course>[] = [{}, { procedure: 'simplified' }, { procedure: 'small_claims' }, { panel: true }, { mediation_first: true }, { merged: true }, { told_before: true }]
    for (const course of variants) {
      const view = judge(course)
      const names = Object.keys(blanksOf(view, WORDS))
      for (const prompt of PROMPTS) {
        for (const line of [...prompt.long, ...prompt.short]) for (const [, name] of line.matchAll(/\{(\w+)\}/g)) expect(names).toContain(name)
      }
      for (const prompt of allPrompts(view, WORDS)) {
        expect(prompt.long.length).toBeGreaterThan(0)
        expect([...prompt.long, ...prompt.short].join('')).not.toMatch(/[{}]|undefined/)
      }
    }
  })

  it('have a text for every phase of every course', () => {
    const phases = ['identity', 'rights', 'statements', 'issues', 'evidence', 'questions', 'debate', 'merged', 'last_words', 'mediation', 'judgment', 'closing'] as const
    for (const procedure of ['ordinary', 'simplified', 'small_claims'] as const) {
      for (const phase of phases) {
        const view = judge({ procedure }, { stage: { name: 'in_session' }, procedure: { ...PROCEDURE, phase } })
        expect([phase, promptsFor(view, WORDS).length > 0]).toEqual([phase, true])
      }
    }
  })

  it('follow the course: rights told before are not told again, small claims are final', () => {
    const ids = (course: Partial<Course>, phase: 'rights' | 'judgment'): string[] =>
      promptsFor(judge(course, { stage: { name: 'in_session' }, procedure: { ...PROCEDURE, phase } }), WORDS).map((each) => each.id)
    expect(ids({ told_before: true }, 'rights')).toEqual(['members', 'rights_told', 'challenge'])
    expect(ids({}, 'rights')).toEqual(['members', 'rights', 'challenge'])
    expect(ids({ procedure: 'small_claims' }, 'judgment')).toContain('judgment_small')
    expect(ids({}, 'judgment')).not.toContain('judgment_small')
  })

  it('make a guarantee for each who is called', () => {
    expect(guaranteeText(exampleView(exampleMe('witness')))[0]).toContain('证人')
    expect(guaranteeText(exampleView(exampleMe('appraiser')))[0]).toContain('鉴定人')
  })
})

describe('the desk', () => {
  it('knows what is open about whom', () => {
    const plaintiff = examplePerson(3, 'plaintiff', { consents: ['hearing'], identity: 'id_card' })
    const agent = examplePerson(4, 'agent')
    const view = exampleView(exampleMe('clerk'), [plaintiff, agent, examplePerson(5, 'witness'), examplePerson(6, 'gallery'), examplePerson(7, 'presiding_judge')])
    expect(deskOf(view, plaintiff)).toEqual({ identity: 'done', power: 'none', consent: 'done' })
    expect(deskOf(view, agent)).toEqual({ identity: 'open', power: 'open', consent: 'open' })
    expect(openPoints(view)).toBe(4)
    expect(deskOf(exampleView(exampleMe('clerk'), [], { brief: { ...BRIEF, kind: 'consultation' } }), plaintiff).consent).toBe('none')
  })

  it('warns when a witness sits with a party', () => {
    const witness = examplePerson(5, 'witness', { beside: [3, 6] })
    const view = exampleView(exampleMe('clerk'), [examplePerson(3, 'plaintiff'), witness, examplePerson(6, 'attendant')])
    expect(besideWarning(view, witness)).toBe(true)
    expect(besideWarning(view, examplePerson(5, 'witness', { beside: [6] }))).toBe(false)
  })
})

describe('keys', () => {
  const pressed = (key: string, more: object = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, repeat: false, target: null, ...more })

  it('do nothing while somebody types', () => {
    expect(actionOf(pressed('F'))).toBe('floor')
    expect(actionOf(pressed('Enter', { ctrlKey: true }))).toBe('next')
    expect(actionOf(pressed('Enter'))).toBeUndefined()
    expect(actionOf(pressed('f', { ctrlKey: true }))).toBeUndefined()
    expect(actionOf(pressed('m', { target: { tagName: 'INPUT' } }))).toBeUndefined()
    expect(actionOf(pressed('m', { target: { tagName: 'BUTTON', closest: () => ({}) } }))).toBeUndefined()
    expect(actionOf(pressed('h', { isComposing: true }))).toBeUndefined()
  })
})
