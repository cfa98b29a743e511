// The server's clock on this page, and how moments are written. Times are UTC ms.

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

/** `09:05:03` of the local day. */
export function clockText(at: number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `09:05` of the local day. */
export function minuteText(at: number): string {
  return clockText(at).slice(0, 5)
}

/** `2026-03-09` in local time; sorts and groups. */
export function dayKey(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
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
