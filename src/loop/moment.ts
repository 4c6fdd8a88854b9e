import { TASTE } from '../world/taste.ts'
import { type Conditions, HABIT } from './conditions.ts'
import type { LoopCatalog, LoopListener } from './listeners.ts'
import type { Memory } from './memory.ts'

/** The truth of one sitting before its first track, in log-odds a track, without the mood. */
export type Moment = Float64Array

/** The true log-odds of a finish of every track at a moment, nothing played yet in the sitting, in an average mood. */
export function momentOf(
  listener: LoopListener,
  strengths: Float64Array,
  memory: Memory,
  day: number,
  conditions: Pick<Conditions, 'fatigue'>,
): Moment {
  const truth = truthOf(listener, strengths, memory, day, conditions)
  return listener.base.map((_, track) => truth(track))
}

/** The same, a track at a time. */
export function truthOf(
  { base, closeness, openness }: LoopListener,
  strengths: Float64Array,
  memory: Memory,
  day: number,
  { fatigue }: Pick<Conditions, 'fatigue'>,
): (track: number) => number {
  return (track) => {
    const plays = memory.plays[track]!
    return (
      base[track]! +
      TASTE.match.value * matchOf(closeness, strengths, track) +
      (plays === 0
        ? openness
        : HABIT.familiarity.value * Math.log1p(Math.min(plays, 20)) - fatigue * memory.recent(0, track, day))
    )
  }
}

/** How well a track fits the best of the corners, 0…1 and more where a corner is stronger than 1. */
function matchOf(closeness: readonly Float64Array[], strengths: Float64Array, track: number): number {
  let match = 0
  for (let c = 0; c < closeness.length; c++) {
    const fit = strengths[c]! * closeness[c]![track]!
    if (fit > match) match = fit
  }
  return match
}

/** What a sitting has had so far: it wears out genres and artists. */
export interface Fill {
  readonly genre: Uint8Array
  readonly artist: Uint8Array
}

/** A sitting before its first track. */
export function emptyFill({ artists }: Pick<LoopCatalog, 'artists'>): Fill {
  return { genre: new Uint8Array(64), artist: new Uint8Array(artists.length) }
}

/** Log-odds that a track loses by what the sitting has had. */
export function sated(
  { genre, artist }: LoopCatalog,
  fill: Fill,
  track: number,
  { satiation }: Pick<Conditions, 'satiation'>,
): number {
  return satiation * fill.genre[genre[track]!]! + HABIT.artistSatiation.value * fill.artist[artist[track]!]!
}

/** Counts a track of a sitting; −1 takes it out again. */
export function fillWith({ genre, artist }: LoopCatalog, fill: Fill, track: number, by: 1 | -1 = 1): void {
  fill.genre[genre[track]!]! += by
  fill.artist[artist[track]!]! += by
}
