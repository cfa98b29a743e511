import { describe, expect, it } from 'vitest'
import { nameOf } from './papers'

describe('the name of a document', () => {
  it('is the Chinese one where the server gives it', () => {
    const disposition = "attachment; filename=\"agreement.pdf\"; filename*=UTF-8''%E8%B0%83%E8%A7%A3-h17.pdf"
    expect(nameOf(disposition, 'x.pdf')).toBe('调解-h17.pdf')
  })

  it('is the plain one where there is none or it cannot be read', () => {
    expect(nameOf(null, 'x.pdf')).toBe('x.pdf')
    expect(nameOf("attachment; filename*=UTF-8''%E8%B", 'x.pdf')).toBe('x.pdf')
  })
})
