// The attendance list.

import { describe, expect, it } from 'vitest'
import { examplePerson } from '../hearing/example'
import { csvOf, listeners } from './attendance'

describe('attendance', () => {
  it('is a table spreadsheets read, and nothing they run', () => {
    const rows = [
      { site: '横沟村', name: '王,五', online: true, calledAt: '09:00', confirmed: true, people: 12 },
      { site: '=1+1', name: '"甲"', online: false, calledAt: '09:00', confirmed: false, people: null },
    ]
    expect(csvOf('a,b', rows, '是', '否')).toBe('\uFEFFa,b\r\n横沟村,"王,五",是,09:00,是,12\r\n\'=1+1,"""甲""",否,09:00,否,\r\n')
  })

  it('lists those who follow, and nobody of the court', () => {
    const people = [examplePerson(1, 'lecturer'), examplePerson(2, 'learner', { site_name: 'b' }), examplePerson(3, 'learner', { site_name: 'a' })]
    expect(listeners(people).map((person) => person.id)).toEqual([3, 2])
  })
})
