// What roles are called, out of the server's one table.

import { ROLE_NAME } from '../protocol'
import type { Role } from '../protocol'

/** Every role's name: in Chinese, short in Chinese, or in English. */
export function roleNames(form: 'zh' | 'short' | 'en'): Record<Role, string> {
  const names = Object.entries(ROLE_NAME).filter(([role]) => role !== 'chief')
  return Object.fromEntries(names.map(([role, name]) => [role, name[form]])) as Record<Role, string>
}
