import type { Clock } from '../core/clock.ts'

/** What a listener hears now, as their player told it. */
export interface NowPlaying {
  readonly artist: string
  readonly title: string
  readonly album?: string
  readonly lengthMs?: number
  readonly device: string
}

/** What listeners hear now; in memory alone, and forgotten when the track must be over. */
export interface NowPlayingBoard {
  set(listener: number, playing: NowPlaying): void
  get(listener: number): NowPlaying | undefined
}

/** A track of unknown length is over then; a longer one than the longest is nobody's. */
const USUAL_MS = 10 * 60_000
const LONGEST_MS = 24 * 3_600_000
const MOST_LISTENERS = 10_000

/** An empty board. */
export function nowPlayingBoard(now: Clock): NowPlayingBoard {
  const playing = new Map<number, { readonly what: NowPlaying; readonly until: number }>()
  return {
    set(listener, what) {
      playing.delete(listener)
      playing.set(listener, { what, until: now() + Math.min(what.lengthMs ?? USUAL_MS, LONGEST_MS) })
      if (playing.size > MOST_LISTENERS) playing.delete(playing.keys().next().value!)
    },
    get(listener) {
      const known = playing.get(listener)
      if (known && known.until > now()) return known.what
      playing.delete(listener)
      return undefined
    },
  }
}
