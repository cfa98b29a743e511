// The server's clock on this page, and how moments are written: in Beijing time, everywhere, as on
// notices and in the record. Times are UTC ms.

/** Keeps the distance between this device's clock and the server's. */
export class ServerClock {
  private offset = 0

  /** A message said that the server's clock stood at `server` when it was `here` on this device. */
  heard(server: number, here: number): void {
    this.offset = server - here
  }

  /** The server's time when this device says `here`. */
  at(here: number): number {
    return here + this.offset
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Beijing time is eight hours before UTC, all year, wherever the device stands and whatever zone it is set to. */
const ZONE = 'Asia/Shanghai'
const AHEAD_MS = 8 * 3_600_000
export const DAY_MS = 86_400_000

/** `2026-03-09T09:05:03.000Z` of Beijing; out of range gives what sorts first. */
function written(at: number): string {
  const date = new Date(at + AHEAD_MS)
  return Number.isNaN(date.getTime()) ? '0000-00-00T00:00:00.000Z' : date.toISOString()
}

/** `09:05:03` of Beijing's day. */
export function clockText(at: number): string {
  return written(at).slice(11, 19)
}

/** `09:05` of Beijing's day. */
export function minuteText(at: number): string {
  return written(at).slice(11, 16)
}

/** `2026-03-09` in Beijing; sorts and groups. */
export function dayKey(at: number): string {
  return written(at).slice(0, 10)
}

/** `2026-03-09 09:05` in Beijing. */
export function momentText(at: number): string {
  return `${dayKey(at)} ${minuteText(at)}`
}

/** A day with its weekday as people of this language say it. */
export function dayText(at: number, language: string): string {
  return new Date(at).toLocaleDateString(language, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long', timeZone: ZONE })
}

/** The moment a field for day or day and time means (`2026-03-09`, `2026-03-09T09:05`), in Beijing; NaN if none. */
export function momentOf(text: string): number {
  const [day, time = '00:00'] = text.split('T')
  return Date.parse(`${day ?? ''}T${time.length === 5 ? `${time}:00` : time}Z`) - AHEAD_MS
}

/** This moment, or the same time on the Monday after if its day in Beijing is of a weekend. */
export function nextWeekday(at: number): number {
  const day = new Date(at + AHEAD_MS).getUTCDay()
  return at + (day === 6 ? 2 : day === 0 ? 1 : 0) * DAY_MS
}

/** What a field for day and time shows of a moment. */
export function fieldText(at: number): string {
  return written(at).slice(0, 16)
}

/** A length of time as `1:02:03` or `2:03`. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** A number of bytes in a form people read. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? 'B'}`
}

/** Bits per second in a form people read. */
export function rateText(bps: number): string {
  return bps >= 1_000_000 ? `${(bps / 1_000_000).toFixed(2)} Mb/s` : `${Math.round(bps / 1000)} kb/s`
}
