// Geometry of what is shown: fitting a page into its place, and lines in thousandths of the page.
// What is not here: drawing.

import type { Stroke } from '../protocol'

/** Points of one line (`model::limits::STROKE_POINTS_MAX`). */
export const POINTS_MAX = 200

/** The largest size of a page of this shape inside a box, times `zoom`. */
export function fit(page: { width: number; height: number }, box: { width: number; height: number }, zoom: number): { width: number; height: number } {
  if (page.width <= 0 || page.height <= 0 || box.width <= 0 || box.height <= 0) return { width: 0, height: 0 }
  const scale = Math.min(box.width / page.width, box.height / page.height) * zoom
  return { width: Math.floor(page.width * scale), height: Math.floor(page.height * scale) }
}

/** A place on the page in thousandths, kept on the page. */
export function thousandths(x: number, y: number, width: number, height: number): [number, number] {
  const part = (value: number, whole: number): number => Math.min(1000, Math.max(0, Math.round((value / whole) * 1000) || 0))
  return [part(x, width), part(y, height)]
}

/** At most `POINTS_MAX` of the points: first and last always, the rest evenly. */
export function thin(points: [number, number][]): [number, number][] {
  const distinct = points.filter((point, at) => at === 0 || point[0] !== points[at - 1]?.[0] || point[1] !== points[at - 1]?.[1])
  if (distinct.length <= POINTS_MAX) return distinct
  const step = (distinct.length - 1) / (POINTS_MAX - 1)
  return Array.from({ length: POINTS_MAX }, (_, at) => distinct[Math.round(at * step)]!)
}

/** A line as the `points` of an SVG polyline; one point becomes a dot. */
export function polyline(stroke: Pick<Stroke, 'points'>): string {
  const points = stroke.points.length === 1 ? [stroke.points[0]!, stroke.points[0]!] : stroke.points
  return points.map(([x, y]) => `${x},${y}`).join(' ')
}
