// Documents as the PDF library reads them: no script of a document is ever run, fonts and character
// maps come from this server. What is not here: where they are drawn.

import './old'
import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import PdfWorker from './pdf.worker?worker'

const maps = import.meta.glob('/node_modules/pdfjs-dist/cmaps/*.bcmap', { eager: true, query: '?url', import: 'default' }) as Record<string, string>
const fonts = import.meta.glob(['/node_modules/pdfjs-dist/standard_fonts/*.pfb', '/node_modules/pdfjs-dist/standard_fonts/*.ttf'], { eager: true, query: '?url', import: 'default' }) as Record<string, string>

async function bytesOf(url: string | undefined): Promise<Uint8Array> {
  if (!url) throw new Error('no such font or character map')
  const response = await fetch(url)
  if (!response.ok) throw new Error(`status ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

class Maps {
  async fetch({ name }: { name: string }): Promise<object> {
    return { cMapData: await bytesOf(maps[`/node_modules/pdfjs-dist/cmaps/${name}.bcmap`]), isCompressed: true }
  }
}

class Fonts {
  fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    return bytesOf(fonts[`/node_modules/pdfjs-dist/standard_fonts/${filename}`])
  }
}

let worker: pdfjs.PDFWorker | undefined

/** Reads a document that came whole. */
export async function read(bytes: ArrayBuffer): Promise<PDFDocumentProxy> {
  worker ??= pdfjs.PDFWorker.fromPort({ port: new PdfWorker() } as never)
  const task = pdfjs.getDocument({
    data: new Uint8Array(bytes),
    worker: worker as pdfjs.PDFWorker,
    isEvalSupported: false,
    enableXfa: false,
    stopAtErrors: false,
    useSystemFonts: true,
    useWorkerFetch: false,
    CMapReaderFactory: Maps,
    StandardFontDataFactory: Fonts,
    maxImageSize: 80_000_000,
  } as never)
  return task.promise
}

export type { PDFDocumentProxy }
