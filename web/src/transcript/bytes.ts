// The exact bytes that are signed, and files somebody brings. What is not here: what they say.

import { digestsOf } from '../verify/digests'

/** One line of a frozen text. */
export interface FrozenLine {
  id: string
  kind: 'heading' | 'note' | 'speech'
  label: string
  text: string
}

/** Where the bytes of a version are, or those of somebody's part of it. */
export function exactUrl(hearing: number, version: number, part: number | null): string {
  return `/api/hearings/${hearing}/transcript/${version}${part === null ? '' : `-p${part}`}.json`
}

/** The lines of a frozen text; undefined when the bytes are not those of the digest. */
export function exactLines(bytes: Uint8Array, sha256: string): FrozenLine[] | undefined {
  if (digestsOf(bytes).sha256 !== sha256) return undefined
  return (JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { lines: FrozenLine[] }).lines
}

/** A file as base64. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
