import { describe, expect, it } from 'vitest'
import { fieldWords } from './fields'

const WORDS: Record<string, string> = { court: '法院', phone: '电话', shields: '特别保护', people: '参加人' }
const word = (part: string): string | undefined => WORDS[part]
const person = (place: number): string | undefined => (place === 2 ? '原告 钟某' : undefined)

describe('a field of a form', () => {
  it('has words', () => {
    expect(fieldWords('heading.court', word)).toBe('法院：')
    expect(fieldWords('people.2.phone', word, person)).toBe('原告 钟某　电话：')
    expect(fieldWords('people.2.shields.0.from', word, person)).toBe('原告 钟某　特别保护：')
    expect(fieldWords('people', word, person)).toBe('参加人：')
  })

  it('without words says nothing', () => {
    expect(fieldWords('brief.colour', word, person)).toBe('')
  })
})
