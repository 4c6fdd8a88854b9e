import type { Random } from '../core/random.ts'
import { WORLD_SOUND } from '../world/catalog.ts'
import type { LoopCatalog } from './listeners.ts'
import type { LoggedPlay } from './log.ts'
import type { Memory } from './memory.ts'

/** Learned coordinates of a track, beside a constant, what everybody thinks of it, and its sound. */
const RANK = 26
/** Numbers of a play that do not hang on the track alone. */
export const MOMENT_FEATURES = ['new', 'plays', 'lately', 'recently', 'genreBefore', 'artistBefore'] as const
/** Days over which a memory of the model fades: how fast a track tires and recovers is learned from them. */
export const MODEL_SPANS = [2, 8] as const

/** What is known of tracks before a listener is: a constant, what everybody thinks of it, and learned coordinates. */
export interface Representation {
  /** Numbers of a track. */
  readonly size: number
  /** tracks × size. */
  readonly rows: Float64Array
  /** Numbers of a play: those of the track, then `MOMENT_FEATURES`. */
  readonly width: number
}

/** Rounds of the subspace iteration; the directions that matter stand after a few. */
const ROUNDS = 6
const SMOOTH = { width: 1, genre: 0.4, other: 0.1, itself: 1 } as const
/** Finishes and plays that everybody has had of a track before the first is counted. */
const SMOOTHING = { finishes: 2, plays: 6 } as const

/**
 * Learns coordinates of tracks from the plays of many listeners: the leading right singular vectors of listeners × tracks (subspace
 * iteration, Halko et al. 2011), each entry the finishes of a track beyond what everybody does with it.
 * @param logs plays of each listener; those of `judged` give what everybody thinks of a track, without the bias of what was put on
 */
export function learnRepresentation(
  catalog: LoopCatalog,
  logs: readonly (readonly LoggedPlay[])[],
  judged: readonly (readonly LoggedPlay[])[],
  random: Random,
): Representation {
  const tracks = catalog.tracks.length
  const rate = ratesOf(judged, tracks)
  const entries = entriesOf(logs, rate)
  const basis = Float64Array.from({ length: tracks * RANK }, () => random.normal())
  const smoother = smootherOf(catalog)
  orthonormalise(basis, tracks)
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(tracks * RANK)
    const row = new Float64Array(RANK)
    for (const { track, value } of entries) {
      row.fill(0)
      for (let e = 0; e < track.length; e++)
        for (let r = 0, at = track[e]! * RANK; r < RANK; r++, at++) row[r]! += value[e]! * basis[at]!
      for (let e = 0; e < track.length; e++)
        for (let r = 0, at = track[e]! * RANK; r < RANK; r++, at++) next[at]! += value[e]! * row[r]!
    }
    basis.set(smoothed(smoother, smoothed(smoother, next)))
    orthonormalise(basis, tracks)
  }
  basis.set(smoothed(smoother, basis))
  orthonormalise(basis, tracks)
  const size = 2 + WORLD_SOUND.length + RANK
  const rows = new Float64Array(tracks * size)
  const scale = Math.sqrt(tracks)
  for (let track = 0; track < tracks; track++) {
    const { sound, facts } = catalog.tracks[track]!
    rows.set([1, Math.log(rate[track]! / (1 - rate[track]!))], track * size)
    if (facts.audio) rows.set(sound, track * size + 2)
    for (let r = 0; r < RANK; r++)
      rows[track * size + 2 + WORLD_SOUND.length + r] = scale * basis[track * RANK + r]!
  }
  return { size, rows, width: size + MOMENT_FEATURES.length }
}

/** How alike tracks are by what a catalog says of them, tracks × tracks, rows of sum 1. */
function smootherOf({ tracks }: LoopCatalog): Float64Array {
  const n = tracks.length
  const weights = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) {
      const [a, b] = [tracks[i]!, tracks[j]!]
      let distance = 0
      if (a.facts.audio && b.facts.audio)
        for (let d = 0; d < WORLD_SOUND.length; d++) distance += (a.sound[d]! - b.sound[d]!) ** 2
      else distance = 2 * WORLD_SOUND.length
      const near = Math.exp(-distance / WORLD_SOUND.length / (2 * SMOOTH.width ** 2))
      const kin = a.artist === b.artist ? 1 : a.genre === b.genre ? SMOOTH.genre : SMOOTH.other
      const weight = near * kin + (i === j ? SMOOTH.itself : 0)
      weights[i * n + j] = weight
      sum += weight
    }
    for (let j = 0; j < n; j++) weights[i * n + j]! /= sum
  }
  return weights
}

function smoothed(smoother: Float64Array, matrix: Float64Array): Float64Array {
  const n = matrix.length / RANK
  const out = new Float64Array(matrix.length)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const weight = smoother[i * n + j]!
      if (weight < 1e-4) continue
      for (let r = 0; r < RANK; r++) out[i * RANK + r]! += weight * matrix[j * RANK + r]!
    }
  return out
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

/** A listener's tracks, and how much more of each play was finished than usual; all listeners count alike. */
function entriesOf(logs: readonly (readonly LoggedPlay[])[], rate: Float64Array) {
  return logs.map((log) => {
    const sums = new Map<number, number>()
    for (const { track, finished } of log)
      sums.set(track, (sums.get(track) ?? 0) + (finished ? 1 : 0) - rate[track]!)
    const value = Float64Array.from(sums.values(), (sum) => Math.sign(sum) * Math.sqrt(Math.abs(sum)))
    const norm = Math.hypot(...value) || 1
    return { track: Int32Array.from(sums.keys()), value: value.map((of) => of / norm) }
  })
}

/** Gram–Schmidt over the columns of a matrix of `RANK` columns. */
function orthonormalise(matrix: Float64Array, rows: number): void {
  for (let c = 0; c < RANK; c++) {
    for (let other = 0; other < c; other++) {
      let dot = 0
      for (let i = 0; i < rows; i++) dot += matrix[i * RANK + c]! * matrix[i * RANK + other]!
      for (let i = 0; i < rows; i++) matrix[i * RANK + c]! -= dot * matrix[i * RANK + other]!
    }
    let norm = 0
    for (let i = 0; i < rows; i++) norm += matrix[i * RANK + c]! ** 2
    norm = Math.sqrt(norm) || 1
    for (let i = 0; i < rows; i++) matrix[i * RANK + c]! /= norm
  }
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
