// The attendance list of a lecture as CSV, from what the page saw and the roll.

import type { Person } from '../protocol'

/** One line of the list. */
export interface Attendance {
  site: string
  name: string
  online: boolean
  calledAt: string
  confirmed: boolean
  people: number | null
}

// Spreadsheets run cells that begin so; a name must not become a formula.
const FORMULA = /^[=+\-@\t\r]/

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The list as CSV with a byte order mark, as spreadsheets in Chinese offices want it. */
export function csvOf(head: string, rows: readonly Attendance[], yes: string, no: string): string {
  const lines = rows.map((row) => [row.site, row.name, row.online ? yes : no, row.calledAt, row.confirmed ? yes : no, row.people === null ? '' : String(row.people)].map(cell).join(','))
  return `\uFEFF${[head, ...lines].join('\r\n')}\r\n`
}

/** Learners and other listeners, by place and name. */
export function listeners(people: readonly Person[]): Person[] {
  return people
    .filter((person) => person.role === 'learner')
    .sort((a, b) => (a.site_name + a.name).localeCompare(b.site_name + b.name, 'zh'))
}
