// The sites of a lecture. The attendance table is the server's.

import type { Person } from '../protocol'

/** Learners and other listeners, by place and name. */
export function listeners(people: readonly Person[]): Person[] {
  return people
    .filter((person) => person.role === 'learner')
    .sort((a, b) => (a.site_name + a.name).localeCompare(b.site_name + b.name, 'zh'))
}
