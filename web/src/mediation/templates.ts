// Clauses of an agreement by cause, with blanks to fill in; the text of a whole agreement from its
// clauses. Content after 人民调解法 art. 29 and 特邀调解规定: parties, facts, result, manner and time.

import type { Person, View } from '../protocol'

/** A blank of a clause. */
export type Blank = 'amount' | 'date' | 'date2' | 'manner' | 'rate' | 'thing' | 'who' | 'payee' | 'times'

/** One clause: `[amount]` and the like are blanks. */
export interface Clause {
  id: string
  text: string
}

/** Causes with clauses of their own. */
export type Cause = 'loan' | 'neighbour' | 'traffic' | 'labour' | 'family' | 'land'

export const CAUSES: readonly Cause[] = ['loan', 'neighbour', 'traffic', 'labour', 'family', 'land']

const PAY = '[who]于[date]前以[manner]方式一次性向[payee]支付[amount]元。'
const INSTALMENTS = '[who]分[times]期向[payee]支付共计[amount]元，自[date]起每月最后一日前以[manner]方式支付一期，于[date2]前付清。'
const DEFAULT = '如有任何一期未按时足额支付，剩余款项视为全部到期，[payee]可就全部未付款项申请强制执行。'

export const CLAUSES: Record<Cause, readonly Clause[]> = {
  loan: [
    { id: 'loan-sum', text: '双方确认：截至[date]，[who]尚欠[payee]借款本金[amount]元。' },
    { id: 'loan-pay', text: PAY },
    { id: 'loan-instalments', text: INSTALMENTS },
    { id: 'loan-interest', text: '利息自[date]起按年利率[rate]%计算至付清之日止。' },
    { id: 'loan-default', text: DEFAULT },
  ],
  neighbour: [
    { id: 'neighbour-remove', text: '[who]于[date]前自行拆除、清理[thing]，恢复通行（通风、采光、排水）。' },
    { id: 'neighbour-repair', text: '[who]于[date]前负责修复[thing]，费用由其承担。' },
    { id: 'neighbour-pay', text: PAY },
    { id: 'neighbour-peace', text: '双方今后互谅互让，不得再因本纠纷发生争执；一方施工、种植应提前告知对方。' },
  ],
  traffic: [
    { id: 'traffic-sum', text: '各方确认：[payee]因本次交通事故造成的各项损失共计[amount]元。' },
    { id: 'traffic-pay', text: PAY },
    { id: 'traffic-insurer', text: '保险公司于[date]前在保险限额内以[manner]方式向[payee]支付[amount]元。' },
    { id: 'traffic-done', text: '上述款项付清后，[payee]不再就本次事故向[who]主张其他费用。' },
  ],
  labour: [
    { id: 'labour-sum', text: '双方确认：[who]尚欠[payee]劳动报酬[amount]元。' },
    { id: 'labour-pay', text: PAY },
    { id: 'labour-instalments', text: INSTALMENTS },
    { id: 'labour-default', text: DEFAULT },
  ],
  family: [
    { id: 'family-support', text: '[who]自[date]起每月[times]日前以[manner]方式向[payee]支付赡养费（抚养费）[amount]元。' },
    { id: 'family-visit', text: '[who]每月可探望[times]次，[payee]应予协助。' },
    { id: 'family-medical', text: '医疗、教育等费用凭票据由双方各承担一半，于费用发生后一个月内结清。' },
    { id: 'family-property', text: '[thing]归[who]所有，[who]于[date]前向[payee]支付补偿款[amount]元。' },
  ],
  land: [
    { id: 'land-bounds', text: '双方确认：[thing]以现场共同指认的界线为准，任何一方不得越界耕种、建设。' },
    { id: 'land-return', text: '[who]于[date]前将[thing]交还[payee]。' },
    { id: 'land-rent', text: '[who]自[date]起每年[date2]前向[payee]支付土地流转费[amount]元。' },
    { id: 'land-pay', text: PAY },
  ],
}

/** Clauses every agreement may end with. */
export const COMMON: readonly Clause[] = [
  { id: 'common-done', text: '双方就本纠纷再无其他争议。' },
  { id: 'common-withdraw', text: '协议签订后，申请人（原告）撤回申请（起诉）。' },
  { id: 'common-confirm', text: '双方同意自协议生效之日起三十日内共同向人民法院申请司法确认。' },
  { id: 'common-costs', text: '本案诉讼费用[amount]元，由[who]负担。' },
]

/** The blanks of a clause, in order, each once. */
export function blanksOf(text: string): Blank[] {
  return [...new Set([...text.matchAll(/\[(\w+)\]/g)].map((match) => match[1] as Blank))]
}

/** The clause with its blanks filled in; what is left empty becomes a line to fill in by hand. */
export function filled(text: string, values: Partial<Record<Blank, string>>): string {
  return text.replace(/\[(\w+)\]/g, (_, name: string) => values[name as Blank]?.trim() || '＿＿＿＿')
}

/** Whether a text still has lines to fill in. */
export function hasGaps(text: string): boolean {
  return text.includes('＿')
}

/** Guesses the cause from the words on the door. */
export function causeOf(heading: string): Cause {
  const table: [RegExp, Cause][] = [
    [/相邻|邻里|排除妨害|采光|通行/, 'neighbour'], [/交通事故|道路/, 'traffic'], [/劳务|劳动|工资|报酬/, 'labour'],
    [/离婚|赡养|抚养|继承|婚约|分家/, 'family'], [/土地|承包|宅基地|林地|流转/, 'land'],
  ]
  return table.find(([words]) => words.test(heading))?.[1] ?? 'loan'
}

function partyLine(role: string, name: string): string {
  return `${role}：${name}`
}

/** The beginning of a sheet: parties and matter. `role` names a role. */
export function beginning(view: View, title: string, role: (person: Person['role']) => string): string {
  const everybody = [{ role: view.me.role, name: view.me.name }, ...view.people.map(({ role, name }) => ({ role, name }))]
  const of = (roles: Person['role'][]): string[] => everybody.filter((person) => roles.includes(person.role)).map((person) => partyLine(role(person.role), person.name))
  return [
    title,
    `编号：${view.heading.case_number}`,
    ...of(['plaintiff', 'defendant', 'third_party', 'legal_representative', 'agent']),
    ...of(['presiding_judge', 'chair_mediator', 'mediator']),
    `纠纷事由：${view.heading.cause}`,
    '',
  ].join('\n')
}

/** A text with one more numbered clause at its end. */
export function withClause(text: string, clause: string): string {
  const numbers = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十']
  const so = text.split('\n').filter((line) => /^[一二三四五六七八九十]+、/.test(line)).length
  const number = numbers[so] ?? `${so + 1}`
  return `${text.replace(/\s+$/, '')}\n${number}、${clause}`
}
