import { describe, expect, it } from 'vitest'
import { BRIEF, exampleMe, examplePerson, exampleView } from '../hearing/example'
import type { Minute } from '../protocol'
import { blocks } from './templates'

const t = (key: string): string => key
const example = (): ReturnType<typeof exampleView> => exampleView(exampleMe('clerk'), [examplePerson(2, 'presiding_judge'), examplePerson(3, 'plaintiff')])

describe('standard blocks', () => {
  it('the head names court, case, people and in which way they are here', () => {
    const view = example()
    const text = blocks('head', view, [], t).map((line) => line.text).join('\n')
    expect(text).toContain(view.heading.court)
    expect(text).toContain(view.heading.case_number)
    for (const person of view.people.filter((each) => each.role === 'plaintiff')) expect(text).toContain(person.name)
    expect(text).toMatch(/线上|到庭/)
  })

  it('the course tells recess and interruptions with their times', () => {
    const minute = (at: number, fact: Minute['fact']): Minute => ({ at, by: { who: 'server' }, fact })
    const lines = blocks('course', example(), [minute(0, { fact: 'opened' }), minute(60_000, { fact: 'recess_called', ground: 'recess' }), minute(120_000, { fact: 'resumed' })], t)
    expect(lines).toHaveLength(4)
    expect(lines[2]!.text).toContain('休庭')
    expect(lines[0]!.kind).toBe('heading')
  })

  it('a mediation has a record of its own name', () => {
    const view = { ...example(), brief: { ...BRIEF, kind: 'mediation' as const } }
    expect(blocks('head', view, [], t)[0]!.text).toBe('调解笔录')
  })
})
