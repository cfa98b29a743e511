// Moments are written in Beijing time whatever the device's zone is.

import { describe, expect, it } from 'vitest'
import { clockText, dayKey, dayText, fieldText, minuteText, momentOf, momentText, nextWeekday } from './clock'

/** 2026-03-09 00:30:05 in Beijing is still the 8th in London. */
const AT = Date.UTC(2026, 2, 8, 16, 30, 5)

describe('moments', () => {
  it('are those of Beijing', () => {
    expect([clockText(AT), minuteText(AT), dayKey(AT), momentText(AT)]).toEqual(['00:30:05', '00:30', '2026-03-09', '2026-03-09 00:30'])
    expect(dayText(AT, 'zh-CN')).toBe('2026年3月9日星期一')
    expect(dayText(AT, 'en')).toBe('Monday, March 9, 2026')
  })

  it('come back from the fields they are filled into', () => {
    expect(momentOf(fieldText(AT))).toBe(AT - 5_000)
    expect(momentOf('2026-03-09')).toBe(Date.UTC(2026, 2, 8, 16))
    expect(momentOf('2026-03-09T23:59:59')).toBe(Date.UTC(2026, 2, 9, 15, 59, 59))
    expect(momentOf('')).toBeNaN()
  })

  it('of a weekend wait for Monday', () => {
    const saturday = momentOf('2026-12-05T09:00')
    expect(momentText(nextWeekday(saturday))).toBe('2026-12-07 09:00')
    expect(nextWeekday(AT)).toBe(AT)
  })

  it('out of range break nothing', () => {
    expect(dayKey(Number.NaN)).toBe('0000-00-00')
    expect(minuteText(9e15)).toBe('00:00')
  })
})
