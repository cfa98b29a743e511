// Clauses and their blanks.

import { describe, expect, it } from 'vitest'
import { CAUSES, CLAUSES, COMMON, blanksOf, causeOf, filled, hasGaps, withClause } from './templates'

describe('clauses', () => {
  it('have their own name each and end as a sentence', () => {
    const all = [...CAUSES.flatMap((cause) => CLAUSES[cause]), ...COMMON]
    expect(new Set(all.map((clause) => clause.id)).size).toBe(all.length)
    for (const clause of all) expect(clause.text.endsWith('。')).toBe(true)
  })

  it('take what is filled in, and show what is not', () => {
    const text = '[who]于[date]前向[payee]支付[amount]元，[who]同意。'
    expect(blanksOf(text)).toEqual(['who', 'date', 'payee', 'amount'])
    const some = filled(text, { who: '李四', payee: '张三', amount: ' 30000 ' })
    expect(some).toBe('李四于＿＿＿＿前向张三支付30000元，李四同意。')
    expect(hasGaps(some)).toBe(true)
    expect(hasGaps(filled(text, { who: '甲', payee: '乙', amount: '1', date: '明日' }))).toBe(false)
  })

  it('are numbered as they come', () => {
    const one = withClause('调解协议\n编号：1\n', '甲付款。')
    expect(one).toBe('调解协议\n编号：1\n一、甲付款。')
    expect(withClause(one, '再无争议。')).toMatch(/\n二、再无争议。$/)
  })

  it('are found by what stands on the door', () => {
    expect(causeOf('民间借贷纠纷')).toBe('loan')
    expect(causeOf('相邻通行纠纷')).toBe('neighbour')
    expect(causeOf('机动车交通事故责任纠纷')).toBe('traffic')
    expect(causeOf('追索劳动报酬纠纷')).toBe('labour')
    expect(causeOf('赡养纠纷')).toBe('family')
    expect(causeOf('土地承包经营权纠纷')).toBe('land')
  })
})
