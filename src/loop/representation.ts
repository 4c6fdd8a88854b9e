import type { Random } from '../core/random.ts'
import { artistAffinity } from './affinity.ts'
import { type Coordinates, leadingRows, trackKernel } from './kernel.ts'
import type { LoopCatalog } from './listeners.ts'
import type { LoggedPlay } from './log.ts'
import type { Memory } from './memory.ts'

/** Coordinates of a track, beside a constant and what everybody thinks of it. */
const RANK = 80
/** Coordinates by which it is found out what content does not tell. */
const ROUGH_RANK = 30
/** Numbers of a play that do not hang on the track alone. */
export const MOMENT_FEATURES = ['new', 'plays', 'lately', 'recently', 'genreBefore', 'artistBefore'] as const
/** Days over which a memory of the model fades: how fast a track tires and recovers is learned from them. */
export const MODEL_SPANS = [2, 8] as const

/** What is known of tracks before a listener is: a constant, what everybody thinks of it, and coordinates. */
export interface Representation extends Coordinates {
  /** Numbers of a play: those of the track, then `MOMENT_FEATURES`. */
  readonly width: number
}

/** Finishes and plays that everybody has had of a track before the first is counted. */
const SMOOTHING = { finishes: 2, plays: 6 } as const

/**
 * Learns coordinates of tracks whose inner products are how alike the tracks are: near in sound, of one genre, and by artists whom the same
 * listeners finish more than content would have it.
 * @param logs plays of each listener; those of `judged` give what everybody thinks of a track, without the bias of what was put on
 */
export function learnRepresentation(
  catalog: LoopCatalog,
  logs: readonly (readonly LoggedPlay[])[],
  judged: readonly (readonly LoggedPlay[])[],
  random: Random,
): Representation {
  const rate = ratesOf(judged, catalog.tracks.length)
  const usual = rate.map((of) => Math.log(of / (1 - of)))
  const rough = represented(catalog, usual, ROUGH_RANK, random.fork('rough'))
  return represented(catalog, usual, RANK, random.fork('fine'), artistAffinity(rough, catalog, logs))
}

function represented(
  catalog: LoopCatalog,
  usual: Float64Array,
  rank: number,
  random: Random,
  affinity?: Float64Array,
): Representation {
  const tracks = catalog.tracks.length
  const coordinates = leadingRows(trackKernel(catalog, affinity), tracks, rank, random)
  const size = 2 + rank
  const rows = new Float64Array(tracks * size)
  for (let track = 0; track < tracks; track++) {
    rows.set([1, usual[track]!], track * size)
    rows.set(coordinates.subarray(track * rank, (track + 1) * rank), track * size + 2)
  }
  return { size, rows, width: size + MOMENT_FEATURES.length }
}

function ratesOf(logs: readonly (readonly LoggedPlay[])[], tracks: number): Float64Array {
  const finishes = new Float64Array(tracks).fill(SMOOTHING.finishes)
  const plays = new Float64Array(tracks).fill(SMOOTHING.plays)
  for (const log of logs)
    for (const { track, finished } of log) {
      plays[track]!++
      if (finished) finishes[track]!++
    }
  return finishes.map((count, track) => count / plays[track]!)
}

/** The moment features of a track for a listener: `genreBefore` and `artistBefore` are 0 where no slate has begun. */
export function momentFeatures(
  memory: Memory,
  track: number,
  day: number,
  out: Float64Array,
  at: number,
  genreBefore = 0,
  artistBefore = 0,
): void {
  const plays = memory.plays[track]!
  out[at] = plays === 0 ? 1 : 0
  out[at + 1] = plays === 0 ? 0 : Math.log1p(Math.min(plays, 20))
  out[at + 2] = memory.recent(0, track, day)
  out[at + 3] = memory.recent(1, track, day)
  out[at + 4] = genreBefore / 4
  out[at + 5] = artistBefore
}
