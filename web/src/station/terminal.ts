// Whether this browser is a station's terminal. The pass itself is a cookie no script can read; this
// only remembers that there is one, so that the page knows where to go back to.

const KEY = 'assize.station'

/** Whether this terminal was enrolled. */
export function atStation(): boolean {
  return localStorage.getItem(KEY) === 'yes'
}

/** Remembers that it was. */
export function markStation(): void {
  localStorage.setItem(KEY, 'yes')
}

/** Where somebody without an account goes when a sitting is over here. */
export function homeHere(): string {
  return atStation() ? '/station' : '/'
}
