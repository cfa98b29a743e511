// Documents as files: what there is, and taking one out with the reason when that fails.

import type { PaperFormat, PaperList, Refusal } from '../protocol'

/** The server said no, or nothing. */
export class PaperError extends Error {
  constructor(readonly why: Refusal | null) {
    super(why ?? 'no answer')
  }
}

async function ask(path: string): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin' }).catch(() => undefined)
  if (response?.ok) return response
  const said = (await response?.json().catch(() => undefined)) as { why?: Refusal } | undefined
  throw new PaperError(said?.why ?? null)
}

/** What can be taken out below a path. */
export async function papersOf(base: string): Promise<PaperList> {
  return (await (await ask(base)).json()) as PaperList
}

/** The file's name as the server gives it, Chinese where it can be (RFC 6266). */
export function nameOf(disposition: string | null, otherwise: string): string {
  const long = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? '')?.[1]
  try {
    return long === undefined ? otherwise : decodeURIComponent(long)
  } catch {
    return otherwise
  }
}

/** Fetches a document and saves it; a page cannot say why a plain link failed. */
export async function takePaper(base: string, name: string, format: PaperFormat): Promise<void> {
  const file = `${name}.${format}`
  const response = await ask(`${base}/${file}`)
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = nameOf(response.headers.get('content-disposition'), file)
  link.click()
  URL.revokeObjectURL(address)
}
