// The HTTP API of the server this page came from. Nothing is kept here.

import type {
  ApiRefusal, ArchiveList, ArchiveRecord, AuditChecked, AuditPage, CheckValueView, CodeIssued, Comparison, CopyDecision, Custody, DeliberationRecord, DocketList, FilmState, LinkMade, NewBookmark,
  NewCopyRequest, NewExplanation, NewLink, OpsPicture, PartyView, Refusal, RetentionList, ReviewAsk, SeatPass, SigningCode, TranscriptView, Verdict, WhoAmI,
} from '../protocol'

/** The server said no, or could not be reached (`why` is null). */
export class ApiError extends Error {
  constructor(
    readonly why: Refusal | null,
    readonly status: number,
  ) {
    super(why ?? `status ${status}`)
  }
}

/** One request to the API. */
export async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  let response: Response
  try {
    const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json' } }
    if (body) {
      init.headers = { Accept: 'application/json', 'Content-Type': 'application/json' }
      init.body = JSON.stringify(body)
    }
    response = await fetch(path, init)
  } catch {
    throw new ApiError(null, 0)
  }
  const text = await response.text()
  let value: unknown
  try {
    value = text === '' ? undefined : JSON.parse(text)
  } catch {
    throw new ApiError(response.ok ? 'server_fault' : null, response.status)
  }
  if (!response.ok) throw new ApiError((value as ApiRefusal | undefined)?.why ?? null, response.status)
  return value as T
}

/** The question part of an address; what is empty is left out. */
function asked(search: Record<string, string>): string {
  const full = Object.entries(search).filter(([, value]) => value !== '')
  return full.length === 0 ? '' : `?${new URLSearchParams(full).toString()}`
}

export const api = {
  me: () => call<WhoAmI>('GET', '/api/me'),
  signIn: (name: string, password: string) => call<WhoAmI>('POST', '/api/sign-in', { name, password }),
  signOut: () => call<unknown>('POST', '/api/sign-out'),
  join: (code: string) => call<SeatPass>('POST', '/api/join', { code }),
  docket: () => call<DocketList>('GET', '/api/docket'),
  newCode: (hearing: number, participant: number) =>
    call<CodeIssued>('POST', `/api/hearings/${hearing}/participants/${participant}/code`),
  archive: (search: Record<string, string>) => call<ArchiveList>('GET', `/api/archive${asked(search)}`),
  custody: (hearing: number) => call<Custody>('GET', `/api/archive/${hearing}/custody`),
  bookmark: (hearing: number, mark: NewBookmark) => call<Custody>('POST', `/api/archive/${hearing}/bookmarks`, mark),
  dropBookmark: (hearing: number, id: number) => call<Custody>('DELETE', `/api/archive/${hearing}/bookmarks/${id}`),
  explain: (hearing: number, signed: NewExplanation) => call<Custody>('POST', `/api/archive/${hearing}/explanation`, signed),
  hold: (hearing: number, reason: string) => call<Custody>('POST', `/api/archive/${hearing}/hold`, { reason }),
  liftHold: (hearing: number, reason: string) => call<Custody>('POST', `/api/archive/${hearing}/hold/lift`, { reason }),
  decide: (hearing: number, id: number, decision: CopyDecision) => call<Custody>('POST', `/api/archive/${hearing}/requests/${id}`, decision),
  viewLink: (hearing: number, link: NewLink) => call<LinkMade>('POST', `/api/archive/${hearing}/links`, link),
  retention: () => call<RetentionList>('GET', '/api/retention'),
  erase: (hearing: number, reason: string) => call<RetentionList>('POST', `/api/archive/${hearing}/erase`, { reason }),
  audit: (search: Record<string, string>) => call<AuditPage>('GET', `/api/audit${asked(search)}`),
  auditTable: (search: Record<string, string>) => `/api/audit.csv${asked(search)}`,
  checkAudit: () => call<AuditChecked>('POST', '/api/audit/check'),
  partyView: () => call<PartyView>('GET', '/api/view'),
  openView: (key: string) => call<PartyView>('POST', '/api/view/open', { key }),
  askForCopy: (request: NewCopyRequest) => call<PartyView>('POST', '/api/view/requests', request),
  record: (hearing: number) => call<ArchiveRecord>('GET', `/api/archive/${hearing}`),
  verify: (hearing: number) => call<Verdict>('GET', `/api/archive/${hearing}/verify`),
  checkValue: (hearing: number) => call<CheckValueView>('GET', `/api/hearings/${hearing}/check-value`),
  confirmCheckValue: (hearing: number, sha256: string) => call<CheckValueView>('POST', `/api/hearings/${hearing}/check-value`, { sha256 }),
  transcript: (hearing: number) => call<TranscriptView>('GET', `/api/hearings/${hearing}/transcript`),
  signingCode: (hearing: number, who: number | null) => call<SigningCode>('POST', `/api/hearings/${hearing}/transcript/code`, { who }),
  reviewTranscript: (hearing: number, ask: ReviewAsk) => call<TranscriptView>('POST', `/api/hearings/${hearing}/transcript`, ask),
  deliberation: (hearing: number) => call<DeliberationRecord>('GET', `/api/archive/${hearing}/deliberation`),
  faces: () => call<{ offered: boolean }>('GET', '/api/faces'),
  compareFace: (hearing: number, participant: number, picture: string, number: string) =>
    call<Comparison>('POST', `/api/hearings/${hearing}/participants/${participant}/face`, { picture, document_number: number }),
  film: (hearing: number) => call<FilmState>('GET', `/api/archive/${hearing}/film`),
  orderFilm: (hearing: number) => call<FilmState>('POST', `/api/archive/${hearing}/film`),
  cancelFilm: (hearing: number) => call<FilmState>('DELETE', `/api/archive/${hearing}/film`),
  ops: () => call<OpsPicture>('GET', '/api/ops'),
}

/** Address of the certificates of isolation, to print. */
export const isolationUrl = (hearing: number): string => `/api/archive/${hearing}/isolation.html`

/** Address of a lecture's attendance as a table. */
export const attendanceUrl = (hearing: number): string => `/api/archive/${hearing}/attendance.csv`

/** Address of a composed film, or of its sound alone. */
export function filmUrl(hearing: number, what: 'picture' | 'sound' | 'subtitles'): string {
  return `/api/archive/${hearing}/film/${what}`
}

/** Address of the archive package, to save. */
export const packageUrl = (hearing: number): string => `/api/archive/${hearing}/package`

/** Address of a person's recording. */
export function mediaUrl(hearing: number, participant: number, what: 'camera' | 'screen'): string {
  return `/api/archive/${hearing}/${participant}/${what}`
}

/** Address of a person's recording for somebody of the case. */
export function partyMediaUrl(participant: number, what: 'camera' | 'screen'): string {
  return `/api/view/${participant}/${what}`
}

/** Address of the recording note, and of the signed explanation, to print. */
export const noteUrl = (hearing: number): string => `/api/archive/${hearing}/note.html`
export const explanationUrl = (hearing: number): string => `/api/archive/${hearing}/explanation.html`

/** Address of a part of a record with its proof. */
export function partUrl(hearing: number, part: { from: number; to: number; who: number[]; reason: string }): string {
  const { from, to, who, reason } = part
  return `/api/archive/${hearing}/part.zip${asked({ from_ms: String(Math.floor(from)), to_ms: String(Math.ceil(to)), who: who.join(','), reason })}`
}
