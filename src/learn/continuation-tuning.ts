import type { PlaylistModel, PlaylistScorer } from '../collaborative/playlist-model.ts'
import type { PlaylistFamily, PlaylistSettings } from '../collaborative/playlist-models.ts'
import { topK } from '../metrics/ranking.ts'
import { type BlendWeights, searchWeights } from './blend-weights.ts'
import { continuationNdcg, eachCase, validationNdcg } from './continuation-lists.ts'
import type { ContinuationTask } from './continuation-task.ts'

/** The best settings of a family on a task that is not the test. */
export interface TunedContinuation {
  readonly model: PlaylistModel
  readonly settings: PlaylistSettings
  readonly scorer: PlaylistScorer
  /** See `validationNdcg`, on the task. */
  readonly ndcg: number
  /** How many settings were fitted. */
  readonly trials: number
}

/**
 * Searches the settings of a family one axis after the other, one value up or down at a time, until no step is better or the budget is
 * spent, by the mean of `validationNdcg` over the cases of a task.
 */
export async function tuneContinuation(
  family: PlaylistFamily,
  task: ContinuationTask,
  budget: number,
  signal?: AbortSignal,
): Promise<TunedContinuation> {
  const names = Object.keys(family.axes)
  const tried = new Set<string>()
  let best: TunedContinuation | undefined
  const attempt = async (settings: PlaylistSettings): Promise<boolean> => {
    const key = JSON.stringify(names.map((name) => settings[name]))
    if (tried.size >= budget || tried.has(key)) return false
    tried.add(key)
    const model = family.make(settings)
    const scorer = await model.fit(task.past, signal)
    const ndcg = await continuationNdcg(task, scorer, signal)
    const better = !best || ndcg > best.ndcg
    if (better) best = { model, settings, scorer, ndcg, trials: 0 }
    return better
  }
  await attempt(family.start)
  for (let moved = true; moved && tried.size < budget; ) {
    moved = false
    // On along an axis for as long as it pays.
    for (const name of names)
      for (const direction of [1, -1])
        for (;;) {
          const values = family.axes[name]!
          const next = values[values.indexOf(best!.settings[name]!) + direction]
          if (next === undefined || !(await attempt({ ...best!.settings, [name]: next }))) break
          moved = true
        }
  }
  return { ...best!, trials: tried.size }
}

/** Tracks of each part that a blend can bring to the top. */
const EACH = 300

/** The weights of the parts' z-scores with the best mean of `validationNdcg` on a task. */
export async function blendContinuation(
  scorers: readonly PlaylistScorer[],
  task: ContinuationTask,
  signal?: AbortSignal,
): Promise<BlendWeights> {
  const pools: {
    scores: readonly Float32Array[]
    relevant: ReadonlySet<number>
    warm: (at: number) => boolean
  }[] = []
  await eachCase(
    scorers,
    task,
    ({ wanted }, parts) => {
      const tracks = [...new Set(parts.flatMap((part) => [...topK(part, EACH)]))].sort((a, b) => a - b)
      const place = new Map(tracks.map((track, at) => [track, at]))
      pools.push({
        scores: parts.map((part) => Float32Array.from(tracks, (track) => part[track]!)),
        // What no part finds stays relevant, and is never hit.
        relevant: new Set([...wanted].map((track) => place.get(track) ?? -1 - track)),
        warm: (at) => task.warm[at < 0 ? -1 - at : tracks[at]!] === 1,
      })
    },
    signal,
  )
  const ndcg = (weights: readonly number[]) =>
    pools.reduce(
      (sum, { scores, relevant, warm }) => sum + validationNdcg(weightedSum(scores, weights), relevant, warm),
      0,
    ) / pools.length
  return searchWeights(scorers.length, ndcg)
}

/** The weighted sum of the parts' scores, −∞ where they are. */
export function weightedSum(parts: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const out = new Float32Array(parts[0]!.length)
  for (const [part, scores] of parts.entries()) {
    const weight = weights[part]!
    if (weight > 0) for (let at = 0; at < out.length; at++) out[at]! += weight * scores[at]!
  }
  return out
}
