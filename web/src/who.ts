// Who is in front of this page, as the server knows them by their cookie.

import { shallowRef } from 'vue'
import { api } from './api/http'
import type { StaffKind, WhoAmI } from './protocol'

/** The last answer of the server; undefined before the first. */
export const who = shallowRef<WhoAmI>()

/** Asks the server. */
export async function askWho(): Promise<WhoAmI> {
  who.value = await api.me()
  return who.value
}

/** Where a staff account begins. */
export function homeOf(staff: StaffKind): string {
  if (staff === 'admin') return '/calendar'
  if (staff === 'audit') return '/audit'
  return staff === 'ops' ? '/ops' : '/docket'
}
