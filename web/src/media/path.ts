// Which way the media of a connection travels, from the browser's reports.

import type { MediaPath } from '../protocol'

interface Entry {
  id: string
  type: string
  state?: string
  nominated?: boolean
  selected?: boolean
  selectedCandidatePairId?: string
  localCandidateId?: string
  candidateType?: string
  protocol?: string
  relayProtocol?: string
}

/** The way of the candidate pair in use; null while there is none. */
export function pathOf(report: { forEach(each: (entry: Entry) => void): void }): MediaPath | null {
  const entries = new Map<string, Entry>()
  report.forEach((entry) => entries.set(entry.id, entry))
  const all = [...entries.values()]
  const chosen = all.find((each) => each.type === 'transport')?.selectedCandidatePairId
  // Firefox marks the pair itself.
  const pair = (chosen && entries.get(chosen))
    || all.find((each) => each.type === 'candidate-pair' && (each.selected || (each.nominated && each.state === 'succeeded')))
  const local = pair && entries.get(pair.localCandidateId ?? '')
  if (!local) return null
  if (local.candidateType !== 'relay') return local.protocol === 'tcp' ? 'tcp' : 'udp'
  return local.relayProtocol === 'tls' ? 'relay_tls' : local.relayProtocol === 'tcp' ? 'relay_tcp' : 'relay_udp'
}
