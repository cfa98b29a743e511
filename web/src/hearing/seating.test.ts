// Faces, benches, waiting words, clocks and codes.

import { describe, expect, it } from 'vitest'
import { codeInHash, digitsOf, spaced } from '../api/code'
import type { Person, Place, Role, View } from '../protocol'
import { ServerClock, bytesText, lengthText, rateText } from './clock'
import { exampleMe, examplePerson, exampleView } from './example'
import { DELAY_MS, faceOf, handsOf, initialOf, largeOf, ownSeat, seatingOf, waitingOf, waitingWord } from './seating'

const person = (id: number, role: Role, place: Place, more: Partial<Person> = {}): Person =>
  examplePerson(id, role, { place, ...more })

const view = (role: Role, place: Place, checkedIn: boolean, people: Person[] = []): View =>
  exampleView(exampleMe(role, { place, checked_in: checkedIn }), people)

describe('faceOf', () => {
  it('leads a party from check-in over waiting into the room', () => {
    expect(faceOf(view('plaintiff', 'expected', false), undefined)).toBe('check_in')
    expect(faceOf(view('plaintiff', 'waiting', true), undefined)).toBe('waiting')
    expect(faceOf(view('plaintiff', 'in_hearing', true), undefined)).toBe('room')
    expect(faceOf(view('plaintiff', 'removed', true), undefined)).toBe('removed')
    expect(faceOf(view('plaintiff', 'left', true), undefined)).toBe('closed')
  })

  it('takes the court straight into the room', () => {
    expect(faceOf(view('presiding_judge', 'expected', false), undefined)).toBe('room')
    expect(faceOf(view('clerk', 'in_hearing', false), undefined)).toBe('room')
  })

  it('believes the last word of the server', () => {
    expect(faceOf(view('plaintiff', 'in_hearing', true), 'removed')).toBe('removed')
    expect(faceOf(view('plaintiff', 'in_hearing', true), 'closed')).toBe('closed')
    expect(faceOf({ ...view('clerk', 'in_hearing', true), stage: { name: 'closed' } }, undefined)).toBe('closed')
  })
})

describe('seatingOf', () => {
  it('puts everybody in the hearing on their bench and nobody else', () => {
    const people = [
      person(2, 'clerk', 'in_hearing'), person(3, 'plaintiff', 'in_hearing'), person(4, 'plaintiff', 'in_hearing'),
      person(5, 'defendant', 'waiting'), person(6, 'witness', 'in_hearing'), person(7, 'gallery', 'in_hearing'),
    ]
    const judge = view('presiding_judge', 'in_hearing', true, people)
    const seating = seatingOf(judge, ownSeat(judge, ['microphone'], true, null))
    const ids = (key: keyof typeof seating) => seating[key].map((seat) => seat.id)
    expect(ids('judges')).toEqual([1])
    expect(ids('court')).toEqual([2])
    expect(ids('plaintiffs')).toEqual([3, 4])
    expect(ids('defendants')).toEqual([])
    expect(ids('stand')).toEqual([6])
    expect(ids('others')).toEqual([])
  })

  it('seats by side, the presiding judge between the others, and shows who is in the courtroom itself', () => {
    const people = [
      person(2, 'assessor', 'in_hearing'), person(3, 'judge', 'in_hearing'), person(4, 'agent', 'in_hearing', { side: 'plaintiff' }),
      person(5, 'plaintiff', 'in_hearing', { side: 'plaintiff' }), person(6, 'third_party', 'in_hearing', { side: 'third_party' }),
      person(7, 'sign_interpreter', 'in_hearing'), person(8, 'attendant', 'in_hearing'), person(9, 'media', 'in_hearing'),
      person(10, 'defendant', 'expected', { attendance: 'in_court', side: 'defendant' }),
    ]
    const judge = view('presiding_judge', 'in_hearing', true, people)
    const seating = seatingOf(judge, ownSeat(judge, [], true, null))
    expect(seating.judges.map((seat) => seat.id)).toEqual([3, 1, 2])
    expect(seating.plaintiffs.map((seat) => seat.id)).toEqual([5, 4])
    expect(seating.thirdParties.map((seat) => seat.id)).toEqual([6])
    expect(seating.interpreters.map((seat) => seat.id)).toEqual([7])
    expect(seating.others.map((seat) => seat.id)).toEqual([8])
    expect(seating.defendants.map((seat) => [seat.id, seat.inCourt])).toEqual([[10, true]])
  })

  it('draws large who is spotlit, else who has the floor, else who speaks', () => {
    const judge = view('presiding_judge', 'in_hearing', true, [person(2, 'plaintiff', 'in_hearing'), person(3, 'defendant', 'in_hearing')])
    const seats = Object.values(seatingOf(judge, ownSeat(judge, [], true, null))).flat()
    expect(largeOf(seats, () => false)?.id).toBe(1)
    expect(largeOf(seats, (seat) => seat.id === 3)?.id).toBe(3)
    expect(largeOf(seats.map((seat) => ({ ...seat, floor: seat.id === 2 })), (seat) => seat.id === 3)?.id).toBe(2)
    expect(largeOf(seats.map((seat) => ({ ...seat, spotlit: seat.id === 1, floor: seat.id === 2 })), () => false)?.id).toBe(1)
  })

  it('shows a locked microphone as off, whatever the device says', () => {
    const locked = view('clerk', 'in_hearing', true, [person(3, 'plaintiff', 'in_hearing', { locked: true })])
    expect(seatingOf(locked, ownSeat(locked, [], true, null)).plaintiffs[0]?.microphone).toBe(false)
  })
})

describe('lists of the court', () => {
  it('hold who waits and who raised a hand, in order', () => {
    const judge = view('presiding_judge', 'in_hearing', true, [
      person(3, 'plaintiff', 'in_hearing', { hand: 2 }), person(4, 'defendant', 'in_hearing', { hand: 1 }),
      person(5, 'witness', 'waiting'),
    ])
    expect(handsOf(judge).map((each) => each.id)).toEqual([4, 3])
    expect(waitingOf(judge).map((each) => each.id)).toEqual([5])
  })
})

describe('waitingWord', () => {
  it('is honest about the time and the stage', () => {
    expect(waitingWord({ name: 'scheduled' }, 'plaintiff', 1000, 0)).toBe('not_started')
    expect(waitingWord({ name: 'scheduled' }, 'plaintiff', 0, DELAY_MS + 1)).toBe('delayed')
    expect(waitingWord({ name: 'check_in' }, 'plaintiff', 1000, 0)).toBe('early')
    expect(waitingWord({ name: 'check_in' }, 'plaintiff', 0, 1000)).toBe('soon')
    expect(waitingWord({ name: 'check_in' }, 'plaintiff', 0, DELAY_MS + 1)).toBe('delayed')
    expect(waitingWord({ name: 'opening' }, 'plaintiff', 0, 0)).toBe('opening')
    expect(waitingWord({ name: 'recess', ground: 'recess' }, 'plaintiff', 0, 0)).toBe('recess')
    expect(waitingWord({ name: 'in_session' }, 'witness', 0, 0)).toBe('witness')
    for (const name of ['check_in', 'pre_trial', 'opening', 'tech_interrupted', 'deliberation'] as const) {
      expect(waitingWord({ name }, 'expert', 0, 0)).toBe('witness')
    }
    expect(waitingWord({ name: 'tech_interrupted' }, 'plaintiff', 0, 0)).toBe('interrupted')
    expect(waitingWord({ name: 'in_session' }, 'defendant', 0, 0)).toBe('in_session')
  })
})

describe('small forms', () => {
  it('read join codes however they are typed', () => {
    expect(digitsOf('12 34-5678 9')).toBe('12345678')
    expect(digitsOf('１２３４５６７８')).toBe('12345678')
    expect(spaced('12345678')).toBe('1234 5678')
    expect(spaced('1234')).toBe('1234')
    expect(codeInHash('#12345678')).toBe('12345678')
    expect(codeInHash('#1234%205678')).toBe('12345678')
    expect(codeInHash('#1234')).toBeUndefined()
  })

  it('write lengths, sizes and rates', () => {
    expect(lengthText(125_999)).toBe('2:05')
    expect(lengthText(3_725_000)).toBe('1:02:05')
    expect(bytesText(512)).toBe('512 B')
    expect(bytesText(5 * 1024 * 1024 * 1024)).toBe('5.0 GB')
    expect(rateText(640_400)).toBe('640 kb/s')
    expect(rateText(1_250_000)).toBe('1.25 Mb/s')
    expect(initialOf(' 张三')).toBe('张')
    expect(initialOf('')).toBe('？')
  })

  it('follow the clock of the server', () => {
    const clock = new ServerClock()
    clock.heard(5000, 2000)
    expect(clock.at(2500)).toBe(5500)
  })
})
