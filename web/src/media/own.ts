// A stream around one local track, for the person's own picture.

import { computed } from 'vue'
import type { ComputedRef } from 'vue'

/** A stream with the given track, or null. */
export function streamOf(track: () => MediaStreamTrack | null): ComputedRef<MediaStream | null> {
  return computed(() => {
    const own = track()
    return own ? new MediaStream([own]) : null
  })
}
