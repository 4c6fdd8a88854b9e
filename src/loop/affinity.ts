import type { Coordinates } from './kernel.ts'
import type { LoopCatalog } from './listeners.ts'
import type { LoggedPlay } from './log.ts'
import { sigmoid } from './sitting.ts'

/** Variance of a listener's weights before anything is known of them, in squared log-odds. */
const LOOSE = { coordinate: 4, usual: 0.1 } as const
/** Information on a pair of artists that counts as much as what nothing is known of. */
const DOUBT = 20
/** How much two artists of a genre can be more alike, or less, than the catalog tells; chosen on seeds 101 and 102. */
const MOST = 0.2

/**
 * How much more or less alike two artists of a genre are than the catalog tells, artists × artists, 0 for artists of two genres: whether listeners
 * who finish one beyond their taste for its sound finish the other beyond it, and whether the same third artists go with both.
 * @param rough coordinates of what the catalog tells
 * @param logs plays of each listener
 */
export function artistAffinity(
  rough: Coordinates,
  { artist, artists }: Pick<LoopCatalog, 'artist' | 'artists'>,
  logs: readonly (readonly LoggedPlay[])[],
): Float64Array {
  const n = artists.length
  const kin = artists.map(({ genre }, a) =>
    [...artists.keys()].filter((b) => b !== a && artists[b]!.genre === genre),
  )
  const together = new Float64Array(n * n)
  const information = new Float64Array(n * n)
  for (const plays of logs) {
    const beyond = new Map<number, { finishes: number; information: number }>()
    const expected = expectedFinishes(rough, plays)
    plays.forEach(({ track, finished }, i) => {
      const of = beyond.get(artist[track]!) ?? { finishes: 0, information: 0 }
      of.finishes += (finished ? 1 : 0) - expected[i]!
      of.information += expected[i]! * (1 - expected[i]!)
      beyond.set(artist[track]!, of)
    })
    for (const [a, one] of beyond)
      for (const [b, other] of beyond) {
        together[a * n + b]! += one.finishes * other.finishes
        information[a * n + b]! += one.information * other.information
      }
  }
  const direct = beyondUsual(together, information, kin)
  const affinity = new Float64Array(n * n)
  kin.forEach((of, a) => {
    for (const b of of)
      affinity[a * n + b] =
        (MOST / 2) * (Math.tanh((direct[a * n + b]! + direct[b * n + a]!) / 2) + cosine(direct, n, a, b, of))
  })
  return affinity
}

/** What pairs of a genre share beyond what its pairs usually do, in units of its spread. */
function beyondUsual(
  together: Float64Array,
  information: Float64Array,
  kin: readonly (readonly number[])[],
): Float64Array {
  const n = kin.length
  const out = new Float64Array(n * n)
  let squares = 0
  let pairs = 0
  kin.forEach((of, a) => {
    let sum = 0
    for (const b of of) {
      const at = a * n + b
      out[at] = together[at]! / (information[at]! + DOUBT)
      sum += out[at]!
    }
    for (const b of of) {
      out[a * n + b]! -= sum / of.length
      squares += out[a * n + b]! ** 2
    }
    pairs += of.length
  })
  const spread = Math.sqrt(squares / Math.max(1, pairs)) || 1
  return out.map((value) => value / spread)
}

/** The cosine of what two artists share with the others of their genre. */
function cosine(direct: Float64Array, n: number, a: number, b: number, others: readonly number[]): number {
  let [dot, one, other] = [0, 0, 0]
  for (const c of others) {
    if (c === b) continue
    const [x, y] = [direct[a * n + c]!, direct[b * n + c]!]
    dot += x * y
    one += x * x
    other += y * y
  }
  return dot / (Math.sqrt(one * other) || 1)
}

/** The probability of a finish of each play by a listener's taste for sounds and genres, learned from all of their plays (as `learn` of beliefs). */
function expectedFinishes({ rows, size }: Coordinates, plays: readonly LoggedPlay[]): Float64Array {
  const mean = new Float64Array(size)
  mean[1] = 1
  const covariance = new Float64Array(size * size)
  for (let i = 0; i < size; i++) covariance[i * size + i] = i === 1 ? LOOSE.usual : LOOSE.coordinate
  const spread = new Float64Array(size)
  for (const { track, finished } of plays) {
    const at = track * size
    let logOdds = 0
    let variance = 0
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let j = 0, c = i * size; j < size; j++, c++) sum += covariance[c]! * rows[at + j]!
      spread[i] = sum
      logOdds += mean[i]! * rows[at + i]!
      variance += sum * rows[at + i]!
    }
    const p = sigmoid(logOdds / Math.sqrt(1 + (Math.PI * variance) / 8))
    const curvature = p * (1 - p)
    const move = ((finished ? 1 : 0) - p) / (1 + curvature * variance)
    const shrink = curvature / (1 + curvature * variance)
    for (let i = 0; i < size; i++) {
      mean[i]! += spread[i]! * move
      const by = spread[i]! * shrink
      for (let j = 0, c = i * size; j < size; j++, c++) covariance[c]! -= by * spread[j]!
    }
  }
  return Float64Array.from(plays, ({ track }) => {
    let logOdds = 0
    for (let i = 0, at = track * size; i < size; i++, at++) logOdds += mean[i]! * rows[at]!
    return sigmoid(logOdds)
  })
}
