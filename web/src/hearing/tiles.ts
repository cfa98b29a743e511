// Everything a seat's tile needs to know, for faces other than the courtroom.

import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { streamOf } from '../media/own'
import { PLAIN } from '../media/pictures'
import type { Showing } from '../media/pictures'
import { lineKey } from '../media/tiles'
import type { TileBook } from '../media/tiles'
import type { LinePurpose, ParticipantId, View } from '../protocol'
import { verdictOf } from './line'
import { ownSeat, seatOf } from './seating'
import type { Seat } from './seating'
import type { Visit } from './session'

/** What a tile is given. */
export interface TileProps {
  seat: Seat
  line: LinePurpose | null
  stream: MediaStream | null
  speaking: boolean
  picture: Showing
  book: TileBook
  picturesOff: boolean
}

/** A shared screen. */
export interface SharedScreen {
  id: ParticipantId
  name: string
  stream: MediaStream
  line: LinePurpose | null
}

/** The seats of a sitting and what their tiles show. */
export function tilesOf(props: { visit: Visit; view: View }): {
  own: ComputedRef<Seat>
  others: ComputedRef<Seat[]>
  tileOf: (seat: Seat) => TileProps
  screen: ComputedRef<SharedScreen | undefined>
  showing: (line: LinePurpose | null) => Showing
} {
  const ownCamera = streamOf(() => props.visit.local.kinds.camera.track)
  const ownScreen = streamOf(() => props.visit.local.kinds.screen.track)
  const own = computed(() => {
    const { kinds } = props.visit.local
    const on = (['microphone', 'camera'] as const).filter((kind) => kinds[kind].on && (kind === 'camera' || props.view.me.may_publish.includes(kind)))
    const { health } = props.visit.state
    return ownSeat(props.view, on, props.visit.state.media === 'connected', health ? verdictOf(health).grade : null)
  })
  const others = computed(() => props.view.people.filter((person) => person.place === 'in_hearing').map((person) => seatOf(person, props.view)))

  function slotOf(id: ParticipantId): number | undefined {
    return props.visit.places.value.get(id)?.picture
  }

  function showing(line: LinePurpose | null): Showing {
    return (line ? props.visit.pictures.value.get(lineKey(line)) : undefined) ?? PLAIN
  }

  function tileOf(seat: Seat): TileProps {
    const slot = seat.self ? undefined : slotOf(seat.id)
    const line: LinePurpose | null = slot === undefined ? null : { for: 'seat', slot, medium: 'picture' }
    const stream = seat.self ? ownCamera.value : slot === undefined ? null : props.visit.streams.value.pictures[slot] ?? null
    return {
      seat, line, stream, speaking: seat.microphone && props.visit.speaking.value.has(seat.id),
      picture: showing(line), book: props.visit.tiles, picturesOff: props.visit.state.picturesOff && !seat.self,
    }
  }

  const screen = computed<SharedScreen | undefined>(() => {
    for (const [id, place] of props.visit.places.value) {
      const stream = place.screen === undefined ? undefined : props.visit.streams.value.screens[place.screen]
      const person = props.view.people.find((each) => each.id === id)
      if (stream && place.screen !== undefined && person?.devices.includes('screen')) {
        return { id, name: person.name, stream, line: { for: 'screen', slot: place.screen } }
      }
    }
    const mine = ownScreen.value
    return mine && props.view.me.may_publish.includes('screen') ? { id: props.view.me.id, name: props.view.me.name, stream: mine, line: null } : undefined
  })
  return { own, others, tileOf, screen, showing }
}
