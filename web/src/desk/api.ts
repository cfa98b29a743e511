// The desk's paths: stations, duty, calls, calls for help. Nothing is kept here.

import { call } from '../api/http'
import type {
  CallView, Help, NewTurn, SeatPass, StationCode, StationLine, StationList, StationPass, Ticket, Wanted,
} from '../protocol'

/** As whom this page comes to the desk: as who is signed in, or as the terminal it runs on. */
export type As = 'person' | 'station'

function as(who: As): string {
  return who === 'station' ? '?as=station' : ''
}

export const desk = {
  stream: (who: As) => `/api/desk${as(who)}`,
  stations: () => call<StationList>('GET', '/api/stations'),
  addStation: (name: string, tribunal: string, site: number | null) => call<StationCode>('POST', '/api/stations', { name, tribunal, site }),
  stationCode: (station: number) => call<StationCode>('POST', `/api/stations/${station}/code`),
  revoke: (station: number) => call<StationLine>('POST', `/api/stations/${station}/revoke`),
  enrol: (code: string) => call<StationPass>('POST', '/api/station/enrol', { code }),
  duty: (tribunal: string | null) => call<unknown>('POST', '/api/duty', { tribunal }),
  addTurn: (turn: NewTurn) => call<unknown>('POST', '/api/duty/turns', turn),
  removeTurn: (turn: number) => call<unknown>('POST', `/api/duty/turns/${turn}/remove`),
  ring: (wanted: Wanted) => call<CallView>('POST', '/api/calls', { wanted }),
  ringBack: (station: number) => call<CallView>('POST', '/api/calls/back', { station }),
  handled: (station: number) => call<unknown>('POST', '/api/calls/handled', { station }),
  accept: (id: number, who: As) => call<CallView>('POST', `/api/calls/${id}/accept${as(who)}`),
  decline: (id: number, who: As) => call<CallView>('POST', `/api/calls/${id}/decline${as(who)}`),
  hangUp: (id: number, who: As) => call<CallView>('POST', `/api/calls/${id}/hang-up${as(who)}`),
  enter: (id: number) => call<SeatPass>('POST', `/api/calls/${id}/enter`),
  help: (help: Help, who: As) => call<Ticket>('POST', `/api/help${as(who)}`, help),
  acknowledge: (ticket: number) => call<Ticket>('POST', `/api/help/${ticket}/acknowledge`),
  closeTicket: (ticket: number, outcome: string) => call<Ticket>('POST', `/api/help/${ticket}/close`, { outcome }),
}
