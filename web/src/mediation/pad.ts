// A handwritten signature as an SVG path: lines drawn by finger, pen or mouse. No drawing here.

/** Characters a signature may have (`model::limits::SIGNATURE_CHARS_MAX`). */
export const PATH_CHARS_MAX = 16_000
/** The pad's own units across. */
export const PAD_WIDTH = 600
export const PAD_HEIGHT = 200
/** Points nearer than this to the last are left out. */
const STEP = 3

/** The lines of a signature. */
export class Ink {
  private lines: [number, number][][] = []
  private length = 0

  /** A new line begins. Beyond the limit nothing is added. */
  begin(x: number, y: number): void {
    if (this.length > PATH_CHARS_MAX - 32) return
    this.lines.push([])
    this.add(x, y, true)
  }

  /** The line goes on. */
  draw(x: number, y: number): void {
    this.add(x, y, false)
  }

  private add(x: number, y: number, first: boolean): void {
    const line = this.lines[this.lines.length - 1]
    if (!line || this.length > PATH_CHARS_MAX - 32) return
    const point: [number, number] = [inside(x, PAD_WIDTH), inside(y, PAD_HEIGHT)]
    const last = line[line.length - 1]
    if (!first && last && Math.hypot(point[0] - last[0], point[1] - last[1]) < STEP) return
    line.push(point)
    this.length += String(point[0]).length + String(point[1]).length + 2
  }

  clear(): void {
    this.lines = []
    this.length = 0
  }

  /** Whether enough was drawn to be a signature. */
  get isEnough(): boolean {
    return this.lines.reduce((points, line) => points + line.length, 0) >= 8
  }

  /** As an SVG path. */
  get path(): string {
    return this.lines
      .filter((line) => line.length > 0)
      .map((line) => line.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join(''))
      .join('')
  }
}

function inside(value: number, most: number): number {
  return Math.round(Math.min(Math.max(value, 0), most))
}
