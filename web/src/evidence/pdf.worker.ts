// The worker that reads documents, off the page's own thread.
import './old'
import 'pdfjs-dist/legacy/build/pdf.worker.mjs'
