import type { PlaylistScorer } from '../collaborative/playlist-model.ts'
import { breathe } from '../core/breathe.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import type { ContinuationCase, ContinuationTask } from './continuation-task.ts'

/** Z-scores of a case over what may be recommended, −∞ elsewhere; all 0 where they are all the same. In place. */
function standardised(scores: Float32Array, candidate: Uint8Array, taken: ReadonlySet<number>): Float32Array {
  const allowed = (track: number) => candidate[track] === 1 && !taken.has(track)
  let [sum, squares, count] = [0, 0, 0]
  for (let track = 0; track < scores.length; track++) {
    if (!allowed(track)) {
      scores[track] = Number.NEGATIVE_INFINITY
      continue
    }
    sum += scores[track]!
    squares += scores[track]! ** 2
    count++
  }
  const mean = sum / count
  const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 0))
  const scale = deviation > 1e-12 * Math.abs(mean) ? 1 / deviation : 0
  for (let track = 0; track < scores.length; track++)
    if (scores[track] !== Number.NEGATIVE_INFINITY) scores[track] = (scores[track]! - mean) * scale
  return scores
}

/** Gives the z-scores of every case by each scorer to `look`; see `standardised`. */
export async function eachCase(
  scorers: readonly PlaylistScorer[],
  { cases, candidate }: ContinuationTask,
  look: (one: ContinuationCase, scores: readonly Float32Array[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const one of cases) {
    await breathe(signal)
    const scores: Float32Array[] = []
    for (const scorer of scorers)
      scores.push(standardised(await scorer.score(one.query), candidate, one.taken))
    look(one, scores)
  }
}

const K = 100

/** What settings are chosen by, of one case: the mean of NDCG@100 over all candidates and over the warm ones, as far as there is something wanted. */
export function validationNdcg(
  scores: Float32Array,
  wanted: ReadonlySet<number>,
  warm: (track: number) => boolean,
): number {
  const all = ndcgAtK(topK(scores, K), wanted, K)
  const known = new Set([...wanted].filter(warm))
  if (known.size === 0 || known.size === wanted.size) return all
  const only = scores.map((score, track) => (warm(track) ? score : Number.NEGATIVE_INFINITY))
  return (all + ndcgAtK(topK(only, K), known, K)) / 2
}

/** Mean of `validationNdcg` of a scorer over the cases of a task. */
export async function continuationNdcg(
  task: ContinuationTask,
  scorer: PlaylistScorer,
  signal?: AbortSignal,
): Promise<number> {
  let sum = 0
  await eachCase(
    [scorer],
    task,
    ({ wanted }, [scores]) => {
      sum += validationNdcg(scores!, wanted, (track) => task.warm[track] === 1)
    },
    signal,
  )
  return sum / task.cases.length
}
