import { POOL_LIMIT, type PolicySettings, type ScoredCandidate } from '../core/candidate.ts'
import type { Random } from '../core/random.ts'
import { policyOf } from '../explore/policies.ts'
import { artistGap } from '../mix/draw-rules.ts'
import { type Belief, drawHeads } from './belief.ts'
import { HABIT } from './conditions.ts'
import type { Memory } from './memory.ts'
import { MOMENT_FEATURES, momentFeatures } from './representation.ts'
import type { Setting } from './setting.ts'

/** How many tracks a head may propose. */
const DEEPEST = 120

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
  /** The same for what is believed of single artists and tracks beyond the weights. */
  readonly scatter?: number
  readonly heads?: number
}

/** The contenders, ours first, with the settings that were best on other seeds (docs/decisions/closed-loop.md). */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'deepcuts',
    policy: { name: 'mixture', temperature: 0.1, floor: 0.02 },
    scores: 'heads',
    boldness: 1,
    heads: 32,
  },
  { name: 'greedy', policy: { name: 'greedy' }, scores: 'belief' },
  { name: 'epsilon-greedy', policy: { name: 'epsilon-greedy', epsilon: 0.05 }, scores: 'belief' },
  { name: 'softmax', policy: { name: 'softmax', temperature: 0.2, floor: 0 }, scores: 'belief' },
  { name: 'popularity', policy: { name: 'greedy' }, scores: 'popularity' },
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
    { scores, novelty, heads = 32, boldness = 1, scatter = 0 }: Contender,
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
    if (scores === 'none') return Array.from({ length: tracks }, (_, row) => candidate(row, []))
    if (scores === 'popularity')
      return Array.from({ length: tracks }, (_, row) => candidate(row, [popularity[row]!]))
    const all = scoresOf(setting, belief, memory, day, [belief.mean], [0], random)[0]!
    if (scores === 'belief') return Array.from(all, (score, row) => candidate(row, [score]))
    const weights = drawHeads(belief, heads, boldness, random)
    const byHead = scoresOf(
      setting,
      belief,
      memory,
      day,
      weights,
      weights.map(() => scatter),
      random,
    )
    return proposed(byHead).map((row) =>
      candidate(
        row,
        byHead.map((of) => of[row]!),
      ),
    )
  }
}

/** Log-odds of every track by each of several weights; artists and tracks stray by `times` of their own standard deviations. */
function scoresOf(
  { catalog, representation }: Setting,
  belief: Belief,
  memory: Memory,
  day: number,
  heads: readonly Float64Array[],
  times: readonly number[],
  random: Random,
): Float64Array[] {
  const { rows, size, width } = representation
  const tracks = catalog.tracks.length
  const moments = new Float64Array(tracks * MOMENT_FEATURES.length)
  for (let row = 0; row < tracks; row++)
    momentFeatures(memory, row, day, moments, row * MOMENT_FEATURES.length)
  return heads.map((weights, h) => {
    const out = new Float64Array(tracks)
    const artist = belief.artist.map((mean, a) =>
      times[h] === 0 ? mean : mean + times[h]! * Math.sqrt(belief.artistVariance[a]!) * random.normal(),
    )
    for (let row = 0; row < tracks; row++) {
      let sum = artist[catalog.artist[row]!]! + belief.track[row]!
      if (times[h] !== 0) sum += times[h]! * Math.sqrt(belief.trackVariance[row]!) * random.normal()
      for (let i = 0, at = row * size; i < size; i++, at++) sum += weights[i]! * rows[at]!
      for (let f = size, at = row * MOMENT_FEATURES.length; f < width; f++, at++)
        sum += weights[f]! * moments[at]!
      out[row] = sum
    }
    return out
  })
}

/** What the heads propose in turn, each its best first, until the pool is full: a cut by the mean would leave out what only some believe in. */
function proposed(byHead: readonly Float64Array[]): number[] {
  const chosen = new Set<number>()
  const lists = byHead.map((scores) => top(scores, Math.min(scores.length, DEEPEST)))
  for (let rank = 0; rank < DEEPEST; rank++)
    for (const list of lists) {
      if (chosen.size === POOL_LIMIT) return [...chosen]
      if (rank < list.length) chosen.add(list[rank]!)
    }
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
