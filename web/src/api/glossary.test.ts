import { describe, expect, it } from 'vitest'
import { joined, readWords } from './glossary'

describe('a file of words', () => {
  it('has one word a line, a weight if wished, and remarks', () => {
    const found = readWords('\ufeff# 本庭\r\n彩礼 30\r\n\r\n赶摆\n[甲法院]\n坝子，100\n')
    expect(found.map((term) => [term.word, term.weight])).toEqual([['彩礼', 30], ['赶摆', 20], ['坝子', 100]])
  })

  it('adds to a list; a word that is there keeps its kind', () => {
    const all = joined([{ word: '彩礼', weight: 20, kind: 'dialect' }], readWords('彩礼 40\n赶摆'))
    expect(all).toEqual([{ word: '彩礼', weight: 40, kind: 'dialect' }, { word: '赶摆', weight: 20, kind: 'term' }])
  })
})
