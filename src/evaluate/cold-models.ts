import { type FoldInModel, popularityFoldIn } from '../collaborative/fold-in.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
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

/** A listener who has shown more tracks than this has shown many. */
const FEW = 7

/** One model for those who have shown few tracks and another for those who have shown more. */
export function byShown(few: ColdModel, many: ColdModel): ColdModel {
  if (few === many) return many
  return {
    name: many.name,
    async serve(shown) {
      const { starts, items } = shown.matrix
      const parts = [await few.serve(shown), await many.serve(shown)]
      return {
        async score(users) {
          const out = new Float32Array(users.length * items)
          const isMany = Array.from(users, (user) => starts[user + 1]! - starts[user]! > FEW)
          for (const [part, scorer] of parts.entries()) {
            const rows = [...isMany.keys()].filter((row) => isMany[row] === (part === 1))
            if (rows.length === 0) continue
            const scores = await scorer.score(rows.map((row) => users[row]!))
            for (const [at, row] of rows.entries())
              out.set(scores.subarray(at * items, (at + 1) * items), row * items)
          }
          return out
        },
      }
    },
  }
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
