// How large each picture line is drawn on this page, told to the server so that nothing is sent
// that is not seen. Which element shows which line is the components' business.

import type { LinePurpose, Tile } from '../protocol'

/** The server takes tiles at most this often (`limits::TILES_EVERY_MIN`), ms. */
export const TILES_EVERY_MS = 250

/** What the book needs from the world. */
export interface TilesWorld {
  after(ms: number, what: () => void): () => void
  now(): number
}

/** One element that shows a line. */
export interface Shown {
  purpose: LinePurpose | null
  /** Device pixels. */
  width: number
  height: number
  /** Whether it is on the screen and not scrolled away. */
  visible: boolean
}

/** Keeps what is drawn where, and tells it whole when it changed. */
export class TileBook {
  private shown = new Map<object, Shown>()
  private hidden = false
  private told: string | undefined
  private toldAt = Number.NEGATIVE_INFINITY
  private cancel: (() => void) | undefined

  constructor(
    private readonly tell: (tiles: Tile[]) => boolean,
    private readonly world: TilesWorld = browserWorld,
  ) {}

  /** An element shows this now. */
  set(element: object, shown: Shown): void {
    this.shown.set(element, shown)
    this.changed()
  }

  /** An element is gone. */
  remove(element: object): void {
    this.shown.delete(element)
    this.changed()
  }

  /** Whether the whole page is out of sight. */
  hide(hidden: boolean): void {
    this.hidden = hidden
    this.changed()
  }

  /** The server forgot what it was told, or may have. */
  again(): void {
    this.told = undefined
    this.changed()
  }

  /** What is drawn now: each line once, at its largest. */
  tiles(): Tile[] {
    const tiles = new Map<string, Tile>()
    if (this.hidden) return []
    for (const { purpose, width, height, visible } of this.shown.values()) {
      const [w, h] = [pixels(width), pixels(height)]
      if (!purpose || !visible || w === 0 || h === 0) continue
      const key = lineKey(purpose)
      const before = tiles.get(key)
      tiles.set(key, { purpose, width: Math.max(w, before?.width ?? 0), height: Math.max(h, before?.height ?? 0) })
    }
    return [...tiles].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, tile]) => tile)
  }

  // A layout settles in several steps: what came of it is told once, a little later.
  private changed(): void {
    if (this.cancel) return
    const wait = Math.max(TILES_EVERY_MS / 5, this.toldAt + TILES_EVERY_MS - this.world.now())
    this.cancel = this.world.after(wait, () => {
      this.cancel = undefined
      const tiles = this.tiles()
      const text = JSON.stringify(tiles)
      if (text === this.told || !this.tell(tiles)) return
      this.told = text
      this.toldAt = this.world.now()
    })
  }
}

/** A line in one word. */
export function lineKey(purpose: LinePurpose): string {
  switch (purpose.for) {
    case 'publish':
      return `publish/${purpose.kind}`
    case 'seat':
      return `seat/${purpose.slot}/${purpose.medium}`
    case 'screen':
      return `screen/${purpose.slot}`
    case 'stage':
      return `stage/${purpose.medium}`
  }
}

function pixels(length: number): number {
  return Number.isFinite(length) ? Math.min(65_535, Math.max(0, Math.round(length))) : 0
}

const browserWorld: TilesWorld = {
  after: (ms, what) => {
    const timer = setTimeout(what, ms)
    return () => clearTimeout(timer)
  },
  now: Date.now,
}

/**
 * Follows the size and visibility of an element that shows a line, until the returned function is
 * called. `purpose` is asked each time, because who sits in which slot changes; call `look` then.
 */
export function watchTile(
  book: TileBook,
  element: HTMLElement,
  purpose: () => LinePurpose | null,
): { look(): void; stop(): void } {
  let visible = true
  const look = (): void => {
    const ratio = window.devicePixelRatio || 1
    const { clientWidth, clientHeight } = element
    book.set(element, { purpose: purpose(), width: clientWidth * ratio, height: clientHeight * ratio, visible })
  }
  const sizes = 'ResizeObserver' in window ? new ResizeObserver(look) : undefined
  const views = 'IntersectionObserver' in window
    ? new IntersectionObserver((entries) => {
      visible = entries[entries.length - 1]?.isIntersecting ?? true
      look()
    })
    : undefined
  sizes?.observe(element)
  views?.observe(element)
  window.addEventListener('resize', look)
  look()
  return {
    look,
    stop() {
      sizes?.disconnect()
      views?.disconnect()
      window.removeEventListener('resize', look)
      book.remove(element)
    },
  }
}
