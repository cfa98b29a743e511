// Who follows a lecture.

import { describe, expect, it } from 'vitest'
import { examplePerson } from '../hearing/example'
import { listeners } from './attendance'

describe('attendance', () => {
  it('lists those who follow, and nobody of the court', () => {
    const people = [examplePerson(1, 'lecturer'), examplePerson(2, 'learner', { site_name: 'b' }), examplePerson(3, 'learner', { site_name: 'a' })]
    expect(listeners(people).map((person) => person.id)).toEqual([3, 2])
  })
})
