// Evidence over HTTP: lists, handing in with progress, changes, and files kept for as long as they
// are looked at. What is not here: what is shown to all (that comes with the view).

import { ApiError } from '../api/http'
import type { ApiRefusal, EvidenceAbout, EvidenceChange, EvidenceItem, EvidenceList, Refusal } from '../protocol'
import type { PDFDocumentProxy } from './document'

/** What the server takes (`signaling/src/evidence/inspect.rs`). */
export const ACCEPT = '.pdf,.png,.jpg,.jpeg,.mp3,.m4a,.wav,.ogg,.mp4,.mov,.webm'
/** Bytes of one file (`model::limits::EVIDENCE_BYTES_MAX`). */
export const BYTES_MAX = 100 * 1024 * 1024
/** Documents kept open: the one shown, and those one goes back to. */
const KEPT = 4

const base = (hearing: number): string => `/api/hearings/${hearing}/evidence`

/** Address of a file. */
export function fileUrl(hearing: number, item: number): string {
  return `${base(hearing)}/${item}/file`
}

function refused(text: string, status: number): ApiError {
  try {
    return new ApiError((JSON.parse(text) as ApiRefusal).why, status)
  } catch {
    return new ApiError(null, status)
  }
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin' }
  if (body) init.body = JSON.stringify(body)
  const response = await fetch(path, init).catch(() => {
    throw new ApiError(null, 0)
  })
  const text = await response.text()
  if (!response.ok) throw refused(text, response.status)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export const list = (hearing: number): Promise<EvidenceList> => call('GET', base(hearing))
export const change = (hearing: number, item: number, what: Partial<EvidenceChange>): Promise<EvidenceItem> => call('PATCH', `${base(hearing)}/${item}`, what)
export const exchange = (hearing: number, item: number): Promise<EvidenceItem> => call('POST', `${base(hearing)}/${item}/exchange`)
export const remove = (hearing: number, item: number): Promise<void> => call('DELETE', `${base(hearing)}/${item}`)

/** Hands in a file; `told` hears the share that is on its way, 0 to 1. */
export function handIn(hearing: number, about: EvidenceAbout, file: File, told: (share: number) => void): { done: Promise<EvidenceItem>; stop: () => void } {
  const request = new XMLHttpRequest()
  const done = new Promise<EvidenceItem>((finish, fail) => {
    request.open('POST', base(hearing))
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) told(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status === 201) finish(JSON.parse(request.responseText) as EvidenceItem)
      else fail(refused(request.responseText, request.status))
    }
    request.onerror = () => fail(new ApiError(null, 0))
    request.onabort = () => fail(new ApiError(null, -1))
    // The order counts: what it is goes before the file.
    const form = new FormData()
    form.append('about', JSON.stringify(about))
    form.append('file', file, file.name)
    request.send(form)
  })
  return { done, stop: () => request.abort() }
}

/** A name for the list from the name of a file. */
export function nameOf(file: { name: string }): string {
  return file.name.replace(/\.[^.]+$/, '').trim().slice(0, 100)
}

/** How a size is told. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

async function bytesOf(hearing: number, item: EvidenceItem): Promise<ArrayBuffer> {
  const response = await fetch(fileUrl(hearing, item.id), { credentials: 'same-origin' }).catch(() => {
    throw new ApiError(null, 0)
  })
  if (!response.ok) throw refused(await response.text(), response.status)
  return response.arrayBuffer()
}

/** Why a file does not come, when the browser only says that it does not. */
export async function whyNot(hearing: number, item: number): Promise<Refusal | null> {
  const response = await fetch(fileUrl(hearing, item), { headers: { Range: 'bytes=0-0' }, credentials: 'same-origin' }).catch(() => undefined)
  return !response || response.ok ? null : refused(await response.text(), response.status).why
}

/** The last few documents, by digest: turning a page back asks nobody. */
const kept = new Map<string, Promise<PDFDocumentProxy>>()

/** A document, read once. */
export function documentOf(hearing: number, item: EvidenceItem): Promise<PDFDocumentProxy> {
  const known = kept.get(item.sha256)
  if (known) {
    kept.delete(item.sha256)
    kept.set(item.sha256, known)
    return known
  }
  const opened = (async () => {
    const [{ read }, bytes] = await Promise.all([import('./document'), bytesOf(hearing, item)])
    return read(bytes)
  })()
  kept.set(item.sha256, opened)
  opened.catch(() => kept.delete(item.sha256))
  for (const [digest, old] of kept) {
    if (kept.size <= KEPT) break
    kept.delete(digest)
    void old.then((document) => document.destroy()).catch(() => undefined)
  }
  return opened
}
