// Both languages say the same things, with the same blanks, and refusals match the Rust source.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { REFUSAL_TEXT } from '../protocol'
import { en } from './en'
import { zh } from './zh'

function flat(words: object, at = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') found.set(at + key, value)
    else for (const [inner, text] of flat(value as object, `${at}${key}.`)) found.set(inner, text)
  }
  return found
}

function blanks(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

describe('words', () => {
  const chinese = flat(zh)
  const english = flat(en)

  it('are the same in both languages', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()])
  })

  it('have the same blanks', () => {
    for (const [key, text] of chinese) expect([key, ...blanks(english.get(key) ?? '')]).toEqual([key, ...blanks(text)])
  })

  it('are never empty and never end in a blank', () => {
    for (const [key, text] of [...chinese, ...english]) expect([key, text.trim()]).toEqual([key, text])
  })
})

describe('refusals', () => {
  it('are those of the server, word for word', () => {
    const source = readFileSync(new URL('../../../crates/model/src/refusal.rs', import.meta.url), 'utf8')
    const found = [...source.matchAll(/^ {4}(\w+)\s*=>\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)";/gm)].map((match) => {
      const code = (match[1] ?? '').replace(/(?!^)([A-Z])/g, '_$1').toLowerCase()
      return [code, { zh: match[2], en: match[3] }]
    })
    expect(found.length).toBeGreaterThan(20)
    expect(Object.fromEntries(found)).toEqual(REFUSAL_TEXT)
  })
})
