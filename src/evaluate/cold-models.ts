import {
  easeFoldIn,
  type FoldInModel,
  implicitAlsFoldIn,
  itemKnnFoldIn,
  popularityFoldIn,
} from '../collaborative/fold-in.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { findBlend } from '../learn/ranking-blend.ts'
import { eachUser } from '../learn/ranking-lists.ts'
import { tasteScores } from '../learn/taste-left-out.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import type { TasteModel } from '../taste/taste-model.ts'
import type { ColdData, ColdRows } from './cold-data.ts'
import { type Asked, type ColdSplit, shownRows } from './cold-split.ts'

/** A model that was learned, ready for listeners whom it did not see. */
export interface ColdModel {
  readonly name: string
  serve(shown: ColdRows): Promise<RankingScorer>
}

const ALS = {
  width: 64,
  epochs: 10,
  background: 0.1,
  lambda: 0.03,
  frequency: 0.75,
  weighting: 'log',
} as const
const LARGEST_INVERTED = 10_000

/** The linear models with the settings that each may have, four a model. */
export function coldFamilies({
  users,
  items,
}: {
  readonly users: number
  readonly items: number
}): FoldInModel[][] {
  const families = [
    [popularityFoldIn()],
    [3, 10, 30, 100].map((shrink) => itemKnnFoldIn({ k: 200, shrink })),
    [0.003, 0.01, 0.03, 0.1].map((lambda) => implicitAlsFoldIn({ ...ALS, lambda })),
  ]
  if (Math.min(users, items) <= LARGEST_INVERTED)
    families.splice(
      2,
      0,
      [30, 100, 300, 1000].map((lambda) => easeFoldIn({ lambda })),
    )
  return families
}

/** Of each family the settings with the best NDCG@20 on new listeners of a split, over those who show five tracks and all. */
export async function tuneCold(
  data: ColdData,
  split: ColdSplit,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<FoldInModel[]> {
  const families = coldFamilies(split.taught.matrix)
  const parts = [5, undefined].map((n) => shownRows(data, split.asked, n))
  const best: FoldInModel[] = []
  for (const family of families) {
    let most = -1
    progress.stage(`Tuning ${family[0]!.name}`, family.length)
    for (const [at, model] of family.entries()) {
      const [learned] = await learnCold([model], split, random, signal)
      let ndcg = 0
      for (const shown of parts)
        ndcg += average(await coldNdcg(await learned!.serve(shown), shown, split.asked))
      if (ndcg > most) {
        most = ndcg
        best[families.indexOf(family)] = model
      }
      progress.at(at + 1)
    }
  }
  progress.done()
  return best
}

/** Learns models from what a split has to teach. Somebody who has shown nothing gets what is popular. */
export async function learnCold(
  models: readonly FoldInModel[],
  { taught }: ColdSplit,
  random: Random,
  signal?: AbortSignal,
): Promise<ColdModel[]> {
  const { matrix } = taught
  const popular = await (await popularityFoldIn().fit(matrix, { random })).fold(matrix).score([0])
  const learned: ColdModel[] = []
  for (const model of models) {
    const folds = await model.fit(matrix, { random: random.fork(model.name), signal })
    learned.push({
      name: model.name,
      async serve({ matrix: shown }) {
        const scorer = folds.fold(shown)
        return {
          async score(users) {
            const scores = await scorer.score(users)
            for (let row = 0; row < users.length; row++)
              if (shown.starts[users[row]!] === shown.starts[users[row]! + 1])
                scores.set(popular, row * shown.items)
            return scores
          },
        }
      },
    })
  }
  return learned
}

/** The taste model as one of them; the new tracks of the split have no vector of their own in it. */
export async function tasteColdModel(model: TasteModel, { content, names }: ColdData): Promise<ColdModel> {
  const tracks = await model.embedTracks(content, names)
  return {
    name: 'taste',
    async serve({ sequences }) {
      const score = await tasteScores(model, sequences, tracks)
      return {
        async score(users) {
          const out = new Float32Array(users.length * content.items)
          for (let row = 0; row < users.length; row++) out.set(score(users[row]!), row * content.items)
          return out
        },
      }
    },
  }
}

/** NDCG@20 of each new listener over the whole catalog, what was shown left out. */
export async function coldNdcg(
  scorer: RankingScorer,
  { matrix }: ColdRows,
  asked: readonly Asked[],
): Promise<Float64Array> {
  const out = new Float64Array(asked.length)
  await eachUser([scorer], matrix, Array.from(asked.keys()), (row, [scores]) => {
    out[row] = ndcgAtK(topK(scores!, 20), asked[row]!.wanted, 20)
  })
  return out
}

/** The weights of models for listeners who have shown so many tracks. */
export async function coldWeights(
  data: ColdData,
  models: readonly ColdModel[],
  { asked }: ColdSplit,
  n: number | undefined,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const shown = shownRows(data, asked, n)
  const scorers: RankingScorer[] = []
  for (const model of models) scorers.push(await model.serve(shown))
  const held = new Map(asked.map(({ wanted }, row) => [row, wanted]))
  return (await findBlend(scorers, shown.matrix, held, signal)).weights
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
