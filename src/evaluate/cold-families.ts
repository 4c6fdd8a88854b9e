import {
  easeFoldIn,
  encoderFoldIn,
  type FoldInModel,
  implicitAlsFoldIn,
  itemKnnFoldIn,
  popularityFoldIn,
} from '../collaborative/fold-in.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import type { ColdData } from './cold-data.ts'
import { coldNdcg, learnCold } from './cold-models.ts'
import { type ColdSplit, shownRows } from './cold-split.ts'

/** A model with the settings for listeners who have shown few tracks, and for those who have shown more; they may be the same. */
export interface ColdChoice {
  readonly few: FoldInModel
  readonly many: FoldInModel
}

const ALS = { width: 64, epochs: 10, frequency: 0.75, weighting: 'log' } as const
const ENCODER = {
  width: 64,
  temperature: 0.2,
  popularity: 0.3,
  epochs: 60,
  learningRate: 0.05,
  weighting: 'log',
  members: 1,
} as const
const LARGEST_INVERTED = 10_000
/** users × items up to which every user's softmax over all items is computed in each epoch. */
const MOST_CELLS = 5e8

/** The linear models with the settings that each may have, at most six a model. */
function coldFamilies({ users, items }: { readonly users: number; readonly items: number }): FoldInModel[][] {
  const ease = [
    [100, 0],
    [300, 0],
    [100, 0.5],
    [100, 0.7],
    [300, 0.5],
    [300, 0.7],
  ] as const
  const ials = [
    [0.1, 0.01],
    [0.1, 0.03],
    [0.03, 0.03],
    [0.03, 0.06],
    [0.01, 0.03],
    [0.01, 0.06],
  ] as const
  return [
    [popularityFoldIn()],
    [3, 10, 30, 100].map((shrink) => itemKnnFoldIn({ k: 1000, shrink })),
    ...(Math.min(users, items) > LARGEST_INVERTED
      ? []
      : [ease.map(([lambda, dropout]) => easeFoldIn({ lambda, dropout }))]),
    ials.map(([background, lambda]) => implicitAlsFoldIn({ ...ALS, background, lambda })),
    ...(users * items > MOST_CELLS
      ? []
      : [[0.4, 0.6].map((dropout) => encoderFoldIn({ ...ENCODER, dropout }))]),
  ]
}

/** How many tracks new listeners show whose lists choose the settings for few and for more. */
const JUDGED = { few: [1, 5], many: [10, undefined] } as const

/** Of each family the settings with the best NDCG@20 on new listeners of a split who show few tracks, and on those who show more. */
export async function tuneCold(
  data: ColdData,
  split: ColdSplit,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ColdChoice[]> {
  const { asked } = split
  const few = JUDGED.few.map((n) => shownRows(data, asked, n))
  const many = JUDGED.many.map((n) => shownRows(data, asked, n))
  const chosen: ColdChoice[] = []
  for (const family of coldFamilies(split.taught.matrix)) {
    const best = { few: { ndcg: -1, model: family[0]! }, many: { ndcg: -1, model: family[0]! } }
    progress.stage(`Tuning ${family[0]!.name}`, family.length)
    for (const [at, model] of family.entries()) {
      const [learned] = await learnCold([model], split, random, signal)
      for (const [place, parts] of [
        [best.few, few],
        [best.many, many],
      ] as const) {
        let ndcg = 0
        for (const shown of parts) ndcg += average(await coldNdcg(await learned!.serve(shown), shown, asked))
        if (ndcg > place.ndcg) Object.assign(place, { ndcg, model })
      }
      progress.at(at + 1)
    }
    chosen.push({ few: best.few.model, many: best.many.model })
  }
  progress.done()
  return chosen
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
