import { expect, test } from 'vitest'
import { digestsOf } from '../verify/digests'
import { base64Of, exactLines, exactUrl } from './bytes'

test('a text with another digest is not shown', () => {
  const text = JSON.stringify({ lines: [{ id: 'a-1', kind: 'speech', label: '被告（𬭚某）', text: '没有异议' }] })
  const bytes = new TextEncoder().encode(text)
  expect(exactLines(bytes, digestsOf(bytes).sha256)?.[0]?.label).toBe('被告（𬭚某）')
  const other = new TextEncoder().encode(text.replace('没有', '有'))
  expect(exactLines(other, digestsOf(bytes).sha256)).toBeUndefined()
})

test('a part has its own place', () => {
  expect(exactUrl(17, 2, null)).toBe('/api/hearings/17/transcript/2.json')
  expect(exactUrl(17, 2, 13)).toBe('/api/hearings/17/transcript/2-p13.json')
})

test('any byte comes through', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256)
  expect(Uint8Array.from(atob(await base64Of(new Blob([bytes]))), (c) => c.charCodeAt(0))).toEqual(bytes)
})
