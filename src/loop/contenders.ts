import { POOL_LIMIT, type PolicySettings, type ScoredCandidate } from '../core/candidate.ts'
import type { Random } from '../core/random.ts'
import { policyOf } from '../explore/policies.ts'
import { artistGap } from '../mix/draw-rules.ts'
import { type Belief, drawHeads } from './belief.ts'
import { HABIT } from './conditions.ts'
import type { Memory } from './memory.ts'
import { MOMENT_FEATURES, momentFeatures } from './representation.ts'
import type { Setting } from './setting.ts'

/** What a contender knows when it draws a list. */
export interface Known {
  readonly belief: Belief
  readonly memory: Memory
  readonly day: number
  readonly random: Random
}

/** A policy of the closed loop: by what tracks are scored, and how a list is drawn from the scores. */
export interface Contender {
  readonly name: string
  readonly policy: PolicySettings
  /** `belief`: one head, what is expected; `heads`: draws from what is believed; `popularity`: everybody's finishes; `none`. */
  readonly scores: 'belief' | 'heads' | 'popularity' | 'none'
  /** Share of slots for tracks never heard; absent: no quota. */
  readonly novelty?: number
  /** How many standard deviations of the belief the heads stray; 1 is the belief itself. */
  readonly boldness?: number
  /** Whether a head never thinks less of a track than is expected of it (optimistic Bayesian sampling, May et al. 2012). */
  readonly optimistic?: boolean
  /** Share of the heads that stray; the others are what is expected. */
  readonly straying?: number
  readonly heads?: number
}

/** The contenders, ours first, with the settings that were best on other seeds (docs/decisions/closed-loop.md). */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'deepcuts',
    policy: { name: 'mixture', temperature: 0.05, floor: 0 },
    scores: 'heads',
    heads: 32,
    boldness: 0.7,
    straying: 0.25,
    optimistic: true,
  },
  { name: 'greedy', policy: { name: 'greedy' }, scores: 'belief' },
  { name: 'epsilon-greedy', policy: { name: 'epsilon-greedy', epsilon: 0.05 }, scores: 'belief' },
  { name: 'softmax', policy: { name: 'softmax', temperature: 0.1, floor: 0 }, scores: 'belief' },
  {
    name: 'linear-thompson',
    policy: { name: 'linear-thompson', temperature: 0.05, floor: 0, samples: 8 },
    scores: 'heads',
    heads: 8,
    boldness: 1,
  },
  { name: 'popularity', policy: { name: 'softmax', temperature: 0.5, floor: 0 }, scores: 'popularity' },
  { name: 'uniform', policy: { name: 'uniform' }, scores: 'none' },
]

/** The contender of a name. @throws RangeError when there is none */
export function contenderOf(name: string): Contender {
  const contender = CONTENDERS.find((one) => one.name === name)
  if (!contender) throw new RangeError(`There is no policy ${name}.`)
  return contender
}

/** The slate of a contender, rows of the catalog. */
export function slateOf(contender: Contender, setting: Setting, known: Known): number[] {
  const { catalog } = setting
  const n = HABIT.slots.value
  const candidates = candidatesOf(contender, setting, known)
  const rules = {
    novelty: contender.novelty ?? 1,
    artistGap: artistGap(candidates, n),
    flow: () => 0,
  }
  const slate = policyOf(contender.policy).draw(candidates, rules, n, known.random)
  return slate.tracks.map(({ candidate }) => candidate.row)

  function candidatesOf(
    { scores, novelty, heads = 32, boldness = 1, optimistic = false, straying = 1 }: Contender,
    { popularity }: Setting,
    { belief, memory, day, random }: Known,
  ): ScoredCandidate[] {
    const tracks = catalog.tracks.length
    const candidate = (row: number, of: readonly number[]): ScoredCandidate => ({
      row,
      sources: ['all'],
      trackId: row + 1,
      artist: catalog.artist[row]!,
      familiarity: novelty === undefined || memory.plays[row] === 0 ? 'new' : 'familiar',
      likability: 0,
      scores: of,
    })
    // A pool holds fewer tracks than the catalog: without scores to cut it by, chance does.
    if (scores === 'none')
      return random
        .shuffle(Array.from({ length: tracks }, (_, row) => row))
        .slice(0, POOL_LIMIT)
        .map((row) => candidate(row, []))
    if (scores === 'popularity')
      return Array.from({ length: tracks }, (_, row) => candidate(row, [popularity[row]!]))
    const [expected, ...byHead] = [
      scoresOf(setting, belief, memory, day, [belief.mean])[0]!,
      ...(scores === 'heads'
        ? scoresOf(
            setting,
            belief,
            memory,
            day,
            drawHeads(belief, Math.round(straying * heads), boldness, random),
          )
        : []),
    ] as [Float64Array, ...Float64Array[]]
    if (scores === 'belief') return Array.from(expected, (score, row) => candidate(row, [score]))
    if (optimistic)
      for (const of of byHead)
        for (let row = 0; row < tracks; row++) of[row] = Math.max(of[row]!, expected[row]!)
    const pool = proposed(expected, byHead)
    while (byHead.length < heads) byHead.push(expected)
    return pool.map((row) =>
      candidate(
        row,
        byHead.map((of) => of[row]!),
      ),
    )
  }
}

/** Heads that are scored at once: their sums fit into registers. */
const ABREAST = 4

/** Log-odds of every track by each of several weights, a multiple of four of them or one. */
function scoresOf(
  { catalog, representation }: Setting,
  belief: Belief,
  memory: Memory,
  day: number,
  heads: readonly Float64Array[],
): Float64Array[] {
  const { rows, size, width } = representation
  const tracks = catalog.tracks.length
  const added = MOMENT_FEATURES.length
  const features = new Float64Array(width)
  const out = heads.map(() => new Float64Array(tracks))
  const ends = Float64Array.from(
    { length: tracks },
    (_, row) => belief.artist[catalog.artist[row]!]! + belief.track[row]!,
  )
  const moments = new Float64Array(tracks * added)
  for (let row = 0; row < tracks; row++) momentFeatures(memory, row, day, moments, row * added)
  for (let from = 0; from < heads.length; from += ABREAST) {
    const [a, b, c, d] = [0, 1, 2, 3].map((h) => heads[from + h] ?? heads[0]!) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    for (let row = 0; row < tracks; row++) {
      for (let i = 0, at = row * size; i < size; i++, at++) features[i] = rows[at]!
      for (let f = 0, at = row * added; f < added; f++, at++) features[size + f] = moments[at]!
      let [p, q, r, s] = [0, 0, 0, 0]
      for (let i = 0; i < width; i++) {
        const x = features[i]!
        p += x * a[i]!
        q += x * b[i]!
        r += x * c[i]!
        s += x * d[i]!
      }
      const end = ends[row]!
      out[from]![row] = p + end
      if (from + 3 < heads.length) {
        out[from + 1]![row] = q + end
        out[from + 2]![row] = r + end
        out[from + 3]![row] = s + end
      }
    }
  }
  return out
}

/**
 * A pool of half what is expected to be best, and half what the heads propose in turn, each its best first: a cut by the mean would leave out
 * what only some believe in, and one of heads that agree would hold few artists.
 */
function proposed(expected: Float64Array, byHead: readonly Float64Array[]): number[] {
  const best = top(expected, POOL_LIMIT)
  const chosen = new Set(best.slice(0, POOL_LIMIT / 2))
  const depth = Math.ceil(POOL_LIMIT / 2 / byHead.length)
  for (const scores of byHead) for (const row of top(scores, depth)) chosen.add(row)
  for (const row of best) if (chosen.size < POOL_LIMIT) chosen.add(row)
  return [...chosen]
}

/** The rows of the highest scores. */
function top(scores: Float64Array, count: number): number[] {
  const kept: number[] = []
  let lowest = -Infinity
  for (let row = 0; row < scores.length; row++) {
    if (kept.length === count && scores[row]! <= lowest) continue
    let at = kept.length
    while (at > 0 && scores[kept[at - 1]!]! < scores[row]!) at--
    kept.splice(at, 0, row)
    if (kept.length > count) kept.pop()
    lowest = scores[kept.at(-1)!]!
  }
  return kept
}
