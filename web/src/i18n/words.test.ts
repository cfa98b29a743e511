// Both languages say the same things, with the same blanks, and refusals match the Rust source.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { actorOf, factWords } from '../archive/words'
import type { Advice } from '../media/linetest'
import { REFUSAL_TEXT } from '../protocol'
import type { Ask, Fact, Grade, Ground, LinkCause, MediaPath, Minute, Place, RecordFault, RecordState, Role, StaffKind, Stage, TrackKind, Trial, Trouble } from '../protocol'
import { en } from './en'
import { zh } from './zh'

function flat(words: object, at = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') found.set(at + key, value)
    else for (const [inner, text] of flat(value as object, `${at}${key}.`)) found.set(inner, text)
  }
  return found
}

function blanks(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

const chinese = flat(zh)
const english = flat(en)

describe('words', () => {
  it('are the same in both languages', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()])
  })

  it('have the same blanks', () => {
    for (const [key, text] of chinese) expect([key, ...blanks(english.get(key) ?? '')]).toEqual([key, ...blanks(text)])
  })

  it('are never empty and never end in a blank', () => {
    for (const [key, text] of [...chinese, ...english]) expect([key, text.trim()]).toEqual([key, text])
  })
})

describe('words of the protocol', () => {
  // The compiler checks that nothing is missing; the test that nothing is left over.
  const role: Record<Role, string> = zh.role
  const stage: Record<Stage['name'], string> = zh.stage
  const ground: Record<Ground, string> = zh.ground
  const place: Record<Place, string> = zh.place
  const grade: Record<Grade | 'none', string> = zh.grade
  const record: Record<RecordState['name'], string> = zh.record
  const fault: Record<RecordFault, string> = zh.fault
  const cause: Record<LinkCause, string> = zh.cause
  const kind: Record<TrackKind, string> = zh.kind
  const staff: Record<StaffKind, string> = zh.staff
  const ask: Record<Ask['do'], string> = zh.ask
  const trouble: Record<Trouble, string> = zh.trouble
  const ownTrouble: Record<Trouble, string> = zh.ownTrouble
  const unheard: Record<TrackKind, string> = zh.unheard
  const paths: Record<MediaPath, string> = zh.ops.paths
  const trial: Record<Trial, string> = zh.lineTest.trial
  const advice: Record<Advice, string> = zh.lineTest.advice
  const fact: Record<Fact['fact'] | 'screen_denied' | 'hand_lowered' | 'previewed_no' | 'consented_no' | 'absence_noted_no' | 'challenge_disposed_no' | 'floor_strict_no' | 'confrontation_no' | 'interpreting_no' | 'chamber_answered_no' | 'chamber_locked_no' | 'drawing_allowed_no' | 'evidence_played_no', string> = zh.fact

  it('are all there', () => {
    const sizes = [role, stage, ground, place, grade, record, fault, cause, kind, staff, ask, fact, trouble, ownTrouble, paths, trial, advice].map((each) => Object.keys(each).length)
    expect(sizes).toEqual([27, 9, 3, 5, 4, 6, 6, 5, 3, 6, 75, 97, 6, 6, 5, 3, 5])
    expect(Object.keys(unheard)).toContain('screen')
  })

  it('make a sentence of every fact', () => {
    const say = (key: string, values?: Record<string, string>): string =>
      (chinese.get(key) ?? `?${key}`).replace(/\{(\w+)\}/g, (_, name: string) => values?.[name] ?? `?${name}`)
    const facts: Fact[] = [
      { fact: 'arrived', who: 3, others_present: '', camera: true, microphone: true, faults: [], version: '' },
      { fact: 'presence_over', silent: [3, 4] },
      { fact: 'discipline_set', discipline: { version: '4f1c', text: '…' } },
      { fact: 'face_compared', who: 3, comparison: { likeness: 'same', score: 912, reference: 'F-1' } },
      { fact: 'opening_failed', why: 'record_not_confirmed' },
      { fact: 'recess_called', ground: 'unrecorded_mediation' },
      { fact: 'screen_allowed', who: 3, allowed: false },
      { fact: 'warned', who: 3, reason: '喧哗' },
      { fact: 'removed', who: 3, reason: '录音', unwarned: '' },
      { fact: 'link_lost', who: 3, cause: 'socket_lost' },
      { fact: 'refused', who: 3, asked: 'remove', why: 'warn_first' },
      { fact: 'record_failed', fault: 'disk_full' },
      { fact: 'clock_read', reading: { source: 'ntp.court', offset_ms: -620, limit_ms: 500 } },
      { fact: 'closed', ending: 'adjourned', ground: 'new_evidence', note: '另行通知' },
      { fact: 'hand', who: 3, raised: false },
    ]
    const sentences = facts.map((each) => factWords(each, (id) => `第${id}席`, say, (why) => REFUSAL_TEXT[why].zh))
    for (const sentence of sentences) expect(sentence).not.toContain('?')
    expect(sentences[3]).toBe('外部服务比对第3席的人脸：比对一致，相似度 91.2%，编号 F-1')
    expect(sentences[6]).toBe('收回第3席的屏幕共享')
    expect(sentences[10]).toBe('第3席请求“责令退出”未获准许：责令退出前须先警告；情况紧急未警告的，请说明理由。')
    expect(sentences[12]).toBe('时钟核对：与授时服务器 ntp.court 相差 -620 毫秒（正数为快），超过限值 500 毫秒')
    expect(sentences[9]).toBe('第3席连接中断（信令中断）')
  })
})

describe('whose act a minute is', () => {
  const minute = (by: number | null, fact: Fact): Minute => ({ at: 0, by: by === null ? { who: 'server' } : { who: 'participant', id: by }, fact })

  it('is said where the sentence does not say so', () => {
    const checked: Fact = { fact: 'identity_checked', who: 3, method: 'id_card', note: '' }
    expect(actorOf(minute(1, checked))).toBe(1)
    expect(actorOf(minute(3, { fact: 'hand', who: 3, raised: true }))).toBe(null)
    expect(actorOf(minute(null, checked))).toBe(null)
  })
})

describe('refusals', () => {
  it('are those of the server, word for word', () => {
    const source = readFileSync(new URL('../../../crates/model/src/refusal.rs', import.meta.url), 'utf8')
    const found = [...source.matchAll(/^ {4}(\w+)\s*=>\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)";/gm)].map((match) => {
      const code = (match[1] ?? '').replace(/(?!^)([A-Z])/g, '_$1').toLowerCase()
      return [code, { zh: match[2], en: match[3] }]
    })
    expect(found.length).toBeGreaterThan(20)
    expect(Object.fromEntries(found)).toEqual(REFUSAL_TEXT)
  })
})
