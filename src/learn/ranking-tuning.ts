import type { RankingModel, RankingScorer } from '../collaborative/ranking-model.ts'
import type { RankingFamily, Settings } from '../collaborative/ranking-models.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { eachUser } from './ranking-lists.ts'
import type { HeldOutItems } from './ranking-split.ts'

/** The best settings of a family on what was held out. */
export interface Tuned {
  readonly model: RankingModel
  readonly settings: Settings
  /** Fitted without what was held out. */
  readonly scorer: RankingScorer
  /** NDCG@20 on what was held out. */
  readonly ndcg: number
  /** How many settings were fitted. */
  readonly trials: number
}

export interface TuningOptions {
  /** Settings that each family may try. */
  readonly budget: number
  readonly random: Random
  readonly progress: Progress
  readonly signal?: AbortSignal | undefined
}

/**
 * Searches the settings of a family one axis after the other, one value up or down at a time, until no step is better or the budget is
 * spent; what is too dear to search with is the last trial. Each trial has the same randomness.
 */
export async function tuneRanking(
  family: RankingFamily,
  { training, held }: HeldOutItems,
  { budget, random, progress, signal }: TuningOptions,
): Promise<Tuned> {
  const users = [...held.keys()]
  const names = Object.keys(family.axes)
  const tried = new Set<string>()
  let best: Tuned | undefined
  const searched = family.finish ? Math.max(budget - 1, 1) : budget
  const attempt = async (settings: Settings, most = searched): Promise<boolean> => {
    const key = JSON.stringify(settings, Object.keys(settings).sort())
    if (tried.size >= most || tried.has(key)) return false
    progress.at(tried.size, best && `NDCG@20 ${best.ndcg.toFixed(3)}`)
    tried.add(key)
    const model = family.make(settings)
    const scorer = await model.fit(training, { random: random.fork(family.name), signal })
    let sum = 0
    await eachUser(
      [scorer],
      training,
      users,
      (user, [scores]) => {
        sum += ndcgAtK(topK(scores!, 20), held.get(user)!, 20)
      },
      signal,
    )
    const ndcg = sum / users.length
    const better = !best || ndcg > best.ndcg
    if (better) best = { model, settings, scorer, ndcg, trials: 0 }
    return better
  }
  progress.stage(`Tuning ${family.name}`, budget)
  await attempt(family.start)
  for (let moved = true; moved && tried.size < searched; ) {
    moved = false
    for (const name of names)
      for (const direction of [1, -1]) {
        const values = family.axes[name]!
        // On along an axis for as long as it pays.
        for (;;) {
          const next = values[values.indexOf(best!.settings[name]!) + direction]
          if (next === undefined || !(await attempt({ ...best!.settings, [name]: next }))) break
          moved = true
        }
      }
  }
  if (family.finish) await attempt({ ...best!.settings, ...family.finish }, budget)
  progress.at(tried.size, `NDCG@20 ${best!.ndcg.toFixed(3)}`)
  progress.done()
  return { ...best!, trials: tried.size }
}
