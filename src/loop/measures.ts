import type { Course } from './run.ts'
import type { Setting } from './setting.ts'

/** What a policy made of one world. */
export interface Outcome {
  /** Value of all sittings as a share of what the oracle gets. */
  readonly satisfaction: number
  /** The same for listeners who began without a history. */
  readonly newListeners: number
  /** Value that the oracle gets beyond the policy, a listener. */
  readonly regret: number
  /** Share of the value that comes from tracks first heard in the loop. */
  readonly discoveryShare: number
  /** Share of a listener's plays that their ten most played artists have, on average. */
  readonly artistConcentration: number
  /** Share of the catalog that anybody heard. */
  readonly coverage: number
  /** Sittings until a new listener's last five brought 80 % of what the oracle gets; those who never come there count all sittings. */
  readonly sittingsToTaste: number
  /** Share of new listeners who come there. */
  readonly tasteFound: number
}

/** The names of the measures. */
export const MEASURES = [
  'satisfaction',
  'newListeners',
  'regret',
  'discoveryShare',
  'artistConcentration',
  'coverage',
  'sittingsToTaste',
  'tasteFound',
] as const satisfies readonly (keyof Outcome)[]

/** When a taste counts as found. */
const TASTE_FOUND = { share: 0.8, sittings: 5 } as const
/** How many artists the concentration is about. */
const TOP_ARTISTS = 10

/** Judges the courses of a policy beside those of the oracle for the same listeners. */
export function judgeCourses(
  setting: Setting,
  courses: readonly Course[],
  oracle: readonly Course[],
): Outcome {
  const isNew = (i: number) => setting.fates[i]!.listener.isNew
  const listeners = courses.map((_, i) => i)
  const fresh = listeners.filter(isNew)
  const value = (of: readonly Course[], who: readonly number[]) => sum(who.map((i) => sum(of[i]!.value)))
  const found = fresh.map((i) => sittingsToTaste(courses[i]!.value, oracle[i]!.value))
  const sittings = courses[0]?.value.length ?? 0
  return {
    satisfaction: value(courses, listeners) / value(oracle, listeners),
    newListeners: value(courses, fresh) / value(oracle, fresh),
    regret: (value(oracle, listeners) - value(courses, listeners)) / listeners.length,
    discoveryShare: sum(courses.map(({ discovered }) => sum(discovered))) / value(courses, listeners),
    artistConcentration: mean(courses.map(({ plays }) => topShare(plays, setting.catalog.artist))),
    coverage: heardByAnybody(courses) / setting.catalog.tracks.length,
    sittingsToTaste: mean(found.map((at) => at ?? sittings)),
    tasteFound: mean(found.map((at) => (at === undefined ? 0 : 1))),
  }
}

/** The first sitting by which the last five brought 80 % of what they brought the oracle, from 5; undefined if none did. */
export function sittingsToTaste(value: Float64Array, oracle: Float64Array): number | undefined {
  const { share, sittings } = TASTE_FOUND
  let [own, best] = [0, 0]
  for (let s = 0; s < value.length; s++) {
    own += value[s]! - (value[s - sittings] ?? 0)
    best += oracle[s]! - (oracle[s - sittings] ?? 0)
    if (s + 1 >= sittings && own >= share * best) return s + 1
  }
  return undefined
}

/** The value of every sitting as a share of the oracle's, over all listeners, summed up to that sitting. */
export function cumulativeShares(courses: readonly Course[], oracle: readonly Course[]): number[] {
  const sittings = courses[0]?.value.length ?? 0
  let [own, best] = [0, 0]
  return Array.from({ length: sittings }, (_, s) => {
    own += sum(courses.map(({ value }) => value[s]!))
    best += sum(oracle.map(({ value }) => value[s]!))
    return own / best
  })
}

function topShare(plays: Uint16Array, artist: Int32Array): number {
  const counts = new Map<number, number>()
  plays.forEach((count, row) => {
    if (count > 0) counts.set(artist[row]!, (counts.get(artist[row]!) ?? 0) + count)
  })
  const sorted = [...counts.values()].sort((a, b) => b - a)
  return sum(sorted.slice(0, TOP_ARTISTS)) / sum(sorted)
}

function heardByAnybody(courses: readonly Course[]): number {
  const heard = new Set<number>()
  for (const { plays } of courses)
    plays.forEach((count, row) => {
      if (count > 0) heard.add(row)
    })
  return heard.size
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

const mean = (values: readonly number[]) => sum(values) / values.length
