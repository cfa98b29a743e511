// The part of the HTTP API about real names. Numbers go there; only masked ones come back, and one
// whole number when the court asks for it.

import type { MyPage, NewRealName, OwnRealName, RealNameFound, RealNameNumber, RealNames } from '../protocol'
import { docketCall as call } from './docket'

const one = (hearing: number, who: number): string => `/api/hearings/${hearing}/participants/${who}/real-name`

export const realNameApi = {
  list: (hearing: number) => call<RealNames>('GET', `/api/hearings/${hearing}/real-names`),
  file: (hearing: number, who: number, typed: NewRealName) => call<RealNames>('POST', one(hearing, who), typed),
  lookUp: (hearing: number, typed: NewRealName) => call<RealNameFound>('POST', `/api/hearings/${hearing}/real-names/look-up`, typed),
  number: (hearing: number, who: number) => call<RealNameNumber>('POST', `${one(hearing, who)}/number`),
  release: (hearing: number, who: number, reason: string) => call<RealNames>('POST', `${one(hearing, who)}/release`, { reason }),
  mine: (own: OwnRealName) => call<MyPage>('POST', '/api/my/real-name', own),
}
