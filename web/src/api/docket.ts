// The docket's part of the HTTP API. What is wrong with a form comes back field by field.

import type {
  Announcements, ApplicationLine, ApplicationList, Act, CalendarList, Handover, ImportReport, Glossary, GlossaryList, NewApplication, NewConsent, Channel, NoticeState, Problem, Refusal, Session,
  MyPage, SessionForm, SiteList, Statistics, Step, TokenMade, WebhookList, WebhookMade, WhoAmI, WorkingDays,
} from '../protocol'

/** The server said no: why, and which fields. */
export class DocketError extends Error {
  constructor(
    readonly why: Refusal | null,
    readonly problems: Problem[],
  ) {
    super(why ?? 'no answer')
  }
}

/** One request to the docket's API. */
export async function docketCall<T>(method: string, path: string, body?: object | string): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json' } }
  if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body)
  let response: Response
  let value: unknown
  try {
    response = await fetch(path, init)
    value = JSON.parse(await response.text())
  } catch {
    throw new DocketError(null, [])
  }
  if (response.ok) return value as T
  const said = value as { why?: Refusal; problems?: Problem[] }
  throw new DocketError(said.why ?? null, said.problems ?? [])
}

/** A stretch of time and what it is narrowed to. */
export interface Stretch {
  from: number
  to: number
  tribunal?: number | undefined
  site?: number | undefined
  account?: number | undefined
  /** Part of a case number, of the lead case or a further one. */
  number?: string | undefined
}

function query(stretch: Stretch): string {
  const words = Object.entries(stretch).filter(([, value]) => value !== undefined)
  return words.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')
}

const call = docketCall

export const docketApi = {
  calendar: (stretch: Stretch) => call<CalendarList>('GET', `/api/calendar?${query(stretch)}`),
  announcements: (stretch: Stretch) => call<Announcements>('GET', `/api/announcements?${query(stretch)}`),
  statistics: (stretch: Stretch) => call<Statistics>('GET', `/api/statistics?${query(stretch)}`),
  statisticsCsv: (stretch: Stretch) => `/api/statistics.csv?${query(stretch)}`,
  session: (id: number) => call<Session>('GET', `/api/hearings/${id}`),
  add: (form: SessionForm) => call<Session>('POST', '/api/hearings', form),
  change: (id: number, form: SessionForm) => call<Session>('PUT', `/api/hearings/${id}`, form),
  reschedule: (id: number, scheduled_at: number, reason: string) => call<Session>('POST', `/api/hearings/${id}/reschedule`, { scheduled_at, reason }),
  callOff: (id: number, reason: string) => call<Session>('POST', `/api/hearings/${id}/call-off`, { reason }),
  consent: (id: number, who: number, consent: NewConsent) => call<Session>('POST', `/api/hearings/${id}/participants/${who}/consents`, consent),
  notify: (id: number, channel: Channel) => call<Session>('POST', `/api/hearings/${id}/notices`, { channel }),
  receipt: (notice: number, state: NoticeState, how: string) => call<boolean>('POST', `/api/notices/${notice}`, { state, how }),
  handover: (id: number) => call<Handover>('GET', `/api/hearings/${id}/handover`),
  push: (id: number) => call<number>('POST', `/api/hearings/${id}/handover`),
  sites: () => call<SiteList>('GET', '/api/sites'),
  importSites: (text: string) => call<ImportReport>('POST', '/api/sites/import', text),
  workingDays: () => call<WorkingDays>('GET', '/api/working-days'),
  setWorkingDays: (days: WorkingDays) => call<WorkingDays>('PUT', '/api/working-days', days),
  glossary: () => call<GlossaryList>('GET', '/api/glossary'),
  setGlossary: (words: Glossary) => call<GlossaryList>('PUT', '/api/glossary', words),
  applications: () => call<ApplicationList>('GET', '/api/mediations'),
  apply: (application: NewApplication) => call<ApplicationList>('POST', '/api/mediations', application),
  act: (id: number, act: Act) => call<ApplicationLine>('POST', `/api/mediations/${id}/acts`, { act }),
  webhooks: () => call<WebhookList>('GET', '/api/webhooks'),
  addWebhook: (url: string, events: string[]) => call<WebhookMade>('POST', '/api/webhooks', { url, events }),
  dropWebhook: (id: number) => call<boolean>('DELETE', `/api/webhooks/${id}`),
  addToken: (name: string, scopes: string[], days: number) => call<TokenMade>('POST', '/api/tokens', { name, scopes, days }),
  my: () => call<MyPage>('GET', '/api/my'),
  openMine: (key: string) => call<MyPage>('POST', '/api/my/open', { key }),
  confirmMine: () => call<MyPage>('POST', '/api/my/notice'),
  agreeMine: (step: Step, given: boolean) => call<MyPage>('POST', '/api/my/consent', { step, given }),
  enterMine: () => call<WhoAmI>('POST', '/api/my/enter'),
  dropToken: (id: number) => call<boolean>('DELETE', `/api/tokens/${id}`),
}
