// Standard blocks of a transcript, filled in from the docket, consents and minutes. What a court
// always writes stands here; what happened comes from the view and the minutes alone.

import { momentText, clockText } from '../hearing/clock'
import { promptsFor } from '../hearing/prompts'
import type { LineKind, Minute, ParticipantId, Person, Role, View } from '../protocol'

/** A standard part. */
export type Block = 'head' | 'discipline' | 'rights' | 'phase' | 'evidence' | 'course' | 'tail'

/** A line to be put in. */
export interface Filled {
  kind: LineKind
  speaker: ParticipantId | null
  text: string
}

type Translate = (key: string, values?: Record<string, unknown>) => string
type Somebody = Pick<Person, 'id' | 'role' | 'name'>

const note = (text: string): Filled => ({ kind: 'note', speaker: null, text })
const heading = (text: string): Filled => ({ kind: 'heading', speaker: null, text })

/** Everybody of the sitting, the reader too. */
function people(view: View): (Somebody & Partial<Person>)[] {
  const { id, role, name } = view.me
  return [{ id, role, name }, ...view.people]
}

function leader(view: View): ParticipantId | null {
  return people(view).find((person) => ['presiding_judge', 'chair_mediator'].includes(person.role))?.id ?? null
}

const PARTIES: Role[] = ['plaintiff', 'defendant', 'third_party', 'legal_representative', 'agent']
const COURT: Role[] = ['presiding_judge', 'judge', 'assessor', 'chair_mediator', 'mediator', 'judge_assistant', 'clerk']

/** The lines of a block. */
export function blocks(block: Block, view: View, minutes: readonly Minute[], t: Translate): Filled[] {
  switch (block) {
    case 'head':
      return head(view, t)
    case 'discipline':
      return discipline(view)
    case 'rights':
      return rights(view)
    case 'phase':
      return phrases(view, t)
    case 'evidence':
      return evidence(view)
    case 'course':
      return course(minutes, t)
    case 'tail':
      return tail(view)
  }
}

function head(view: View, t: Translate): Filled[] {
  const mediation = view.brief.kind === 'mediation'
  const way = (person: Partial<Person>): string => (person.attendance === 'in_court' ? '到庭' : person.site_name ? `线上（${person.site_name}）` : '线上')
  const named = (roles: Role[]): Filled[] =>
    people(view)
      .filter((person) => roles.includes(person.role))
      .map((person) => note(`${t(`role.${person.role}`)}：${person.name}${PARTIES.includes(person.role) ? `，参加方式：${way(person)}${person.absent ? '，未到庭' : ''}` : ''}`))
  return [
    heading(mediation ? '调解笔录' : '庭审笔录'),
    note(`${mediation ? '调解' : '庭审'}机关：${view.heading.court}`),
    note(`案号：${view.heading.case_number}`),
    note(`案由：${view.heading.cause}`),
    note(`时间：${momentText(view.opened_at ?? view.heading.scheduled_at)}`),
    note(`方式：${people(view).some((person) => person.attendance === 'in_court') ? '线上线下混合' : '在线'}`),
    ...named(COURT),
    ...named(PARTIES),
  ]
}

function discipline(view: View): Filled[] {
  const text = view.discipline?.text ?? ''
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  const clerk = people(view).find((person) => person.role === 'clerk')?.id ?? leader(view)
  return [heading('宣布法庭纪律'), ...lines.map((line): Filled => ({ kind: 'speech', speaker: clerk, text: line }))]
}

function rights(view: View): Filled[] {
  const judge = leader(view)
  const said = view.brief.kind === 'mediation' ? '调解遵循自愿、合法原则，当事人有权自愿选择、终止调解。各方是否听清？是否申请调解员回避？' : '现在告知当事人的诉讼权利和义务。各方是否听清？是否申请回避？'
  return [
    heading('告知权利义务'),
    { kind: 'speech', speaker: judge, text: said },
    ...people(view)
      .filter((person) => ['plaintiff', 'defendant', 'third_party'].includes(person.role) && !person.absent)
      .map((person): Filled => ({ kind: 'speech', speaker: person.id, text: '' })),
  ]
}

// What is read out at this step, under who reads it; a step of the clerk's under the clerk.
function phrases(view: View, t: Translate): Filled[] {
  const phase = view.procedure.phase
  const words = {
    procedure: t(`word.procedure.${view.brief.course.procedure}`),
    publicity: t(`word.publicity.${view.brief.publicity}`),
    phase: phase === null ? '' : t(`word.phase.${phase}`),
  }
  const clerk = people(view).find((person) => person.role === 'clerk')?.id ?? leader(view)
  return promptsFor(view, words).flatMap((prompt) => [
    heading(prompt.title),
    ...prompt.short.map((text): Filled => ({ kind: 'speech', speaker: prompt.by === 'clerk' ? clerk : leader(view), text })),
  ])
}

function evidence(view: View): Filled[] {
  const items = view.evidence?.items ?? []
  const said = (yes: boolean, what: string): string => (yes ? `对${what}无异议` : `对${what}有异议`)
  return [
    heading('举证质证'),
    ...items.flatMap((item) => [
      note(`证据${item.number}：${item.name}${item.purpose === '' ? '' : `，证明目的：${item.purpose}`}（SHA-256 ${item.sha256.slice(0, 16)}）`),
      ...(view.evidence?.opinions ?? [])
        .filter((opinion) => opinion.item === item.id)
        .map(({ who, opinion }): Filled => ({
          kind: 'speech',
          speaker: who,
          text: `${said(opinion.authentic, '真实性')}，${said(opinion.lawful, '合法性')}，${said(opinion.relevant, '关联性')}。${opinion.reason}`,
        })),
    ]),
  ]
}

function course(minutes: readonly Minute[], t: Translate): Filled[] {
  const lines = minutes.flatMap(({ at, fact }): string[] => {
    const when = clockText(at)
    switch (fact.fact) {
      case 'opened':
        return [`${when} 宣布开庭，开始录音录像。`]
      case 'recess_called':
        return [`${when} 休庭（${t(`ground.${fact.ground}`)}），录音录像中断。`]
      case 'resumed':
        return [`${when} 恢复庭审，恢复录音录像。`]
      case 'interrupted':
        return [`${when} 技术中断。`]
      case 'closed':
        return [`${when} 闭庭。`]
      default:
        return []
    }
  })
  return lines.length === 0 ? [] : [heading('庭审经过'), ...lines.map(note)]
}

function tail(view: View): Filled[] {
  return [
    { kind: 'speech', speaker: leader(view), text: '请各方核对笔录，确认无误后签名。' },
    note('以上笔录经各方核对。当事人认为对自己的陈述记录有遗漏或者差错的，有权申请补正。'),
  ]
}
