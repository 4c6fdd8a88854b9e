import { itemKnnFoldIn } from '../collaborative/fold-in.ts'
import { type Interactions, interactions } from '../collaborative/interactions.ts'
import type { RankingScorer } from '../collaborative/ranking-model.ts'
import { type Random, random } from '../core/random.ts'
import { findBlend } from '../learn/ranking-blend.ts'
import { blended, eachUser } from '../learn/ranking-lists.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { sampledMean } from '../metrics/sample.ts'
import type { TasteModel } from '../taste/taste-model.ts'
import type { ColdData } from './cold-data.ts'
import { type ColdModel, tasteColdModel } from './cold-models.ts'
import { type ColdSplit, shownRows } from './cold-split.ts'

/** A model on tracks that nobody had. */
export interface TrackRow {
  readonly name: string
  /** Where the new tracks compete with every other. */
  readonly metrics: Readonly<Record<string, Estimate>>
  /** Where lists are of new tracks alone. */
  readonly amongNew: Readonly<Record<string, Estimate>>
  readonly weights?: Readonly<Record<string, number>>
}

const K = 20

/**
 * What can rank a track that nobody had: whether the listener has its artist, how many have the artist, which artists go with those the
 * listener has, and its content. Nothing where no artist is known.
 */
export async function trackModels(
  data: ColdData,
  { taught }: ColdSplit,
  taste: TasteModel | undefined,
  signal?: AbortSignal,
): Promise<ColdModel[]> {
  const { artist } = data.content
  if (artist.every((one) => one === 0)) return []
  const artists = artist.reduce((most, one) => Math.max(most, one), 0) + 1
  const byArtist = (matrix: Interactions) => artistsOf(matrix, artist, artists)
  const near = await itemKnnFoldIn({ k: 200, shrink: 10 }).fit(byArtist(taught.matrix), {
    random: random('none'),
    signal,
  })
  const spread = (name: string, score: (matrix: Interactions) => RankingScorer): ColdModel => ({
    name,
    async serve({ matrix }) {
      const scorer = score(byArtist(matrix))
      return { score: async (users) => ofTracks(await scorer.score(users), users.length, artist, artists) }
    },
  })
  const popular = new Float32Array(artists)
  for (const one of byArtist(taught.matrix).item) popular[one]!++
  popular[0] = 0
  const models = [
    spread('artist popularity', () => ({ score: async (users) => repeated(popular, users.length) })),
    spread('same artist', (matrix) => ({ score: async (users) => dense(matrix, users) })),
    spread('artist item-knn', (matrix) => near.fold(matrix)),
  ]
  return taste ? [...models, await tasteColdModel(taste, data)] : models
}

/** The weights of the models of new tracks on a validation split; undefined where there is none that could rank them. */
export async function trackWeights(
  data: ColdData,
  split: ColdSplit,
  taste: TasteModel | undefined,
  signal?: AbortSignal,
): Promise<readonly number[] | undefined> {
  const models = await trackModels(data, split, taste, signal)
  const rows = split.asked.filter(({ wantedNew }) => wantedNew.size > 0)
  if (models.length === 0 || rows.length === 0) return undefined
  const shown = shownRows(data, rows)
  const scorers: RankingScorer[] = []
  for (const model of models)
    scorers.push(onlyNew(await model.serve(shown), split.newTracks, data.content.items))
  const held = new Map(rows.map(({ wantedNew }, row) => [row, wantedNew]))
  return (await findBlend(scorers, shown.matrix, held, signal)).weights
}

/** Scores with every other track as low as the lowest new one, so that lists are of new tracks. */
function onlyNew(scorer: RankingScorer, newTracks: ReadonlySet<number>, items: number): RankingScorer {
  return {
    async score(users) {
      const scores = await scorer.score(users)
      for (let row = 0; row < users.length; row++) {
        let low = Number.POSITIVE_INFINITY
        for (const item of newTracks) low = Math.min(low, scores[row * items + item]!)
        for (let item = 0; item < items; item++) if (!newTracks.has(item)) scores[row * items + item] = low
      }
      return scores
    },
  }
}

/** How well each model, and their blend at the end, ranks the new tracks for the new listeners who had any. */
export async function judgeTracks(
  data: ColdData,
  { asked, newTracks }: ColdSplit,
  models: readonly ColdModel[],
  weights: readonly number[],
  rng: Random,
  signal?: AbortSignal,
): Promise<TrackRow[]> {
  const rows = asked.filter(({ wantedNew }) => wantedNew.size > 0)
  const shown = shownRows(data, rows)
  const scorers: RankingScorer[] = []
  for (const model of models) scorers.push(await model.serve(shown))
  const names = [...models.map(({ name }) => name), 'deepcuts']
  const values = names.map(() => ({
    among: new Float64Array(rows.length),
    all: new Float64Array(rows.length),
  }))
  const judge = async (key: 'among' | 'all', parts: readonly RankingScorer[]) => {
    const look = (row: number, scores: readonly Float32Array[]) => {
      for (const [at, own] of [...scores, blended(scores, weights)].entries()) {
        if (key === 'among')
          for (let item = 0; item < own.length; item++)
            if (!newTracks.has(item)) own[item] = Number.NEGATIVE_INFINITY
        values[at]![key][row] = ndcgAtK(topK(own, K), rows[row]!.wantedNew, K)
      }
    }
    await eachUser(parts, shown.matrix, Array.from(rows.keys()), look, signal)
  }
  await judge('all', scorers)
  await judge(
    'among',
    scorers.map((scorer) => onlyNew(scorer, newTracks, data.content.items)),
  )
  const groups = rows.map((_, row) => row)
  const { next } = rng.fork('tracks')
  const estimated = (own: Float64Array) => bootstrapInterval({ groups, statistic: sampledMean(own), next })
  return names.map((name, at) => ({
    name,
    metrics: { 'ndcg@20': estimated(values[at]!.all) },
    amongNew: { 'ndcg@20': estimated(values[at]!.among) },
    ...(at === models.length && {
      weights: Object.fromEntries(models.map((model, part) => [model.name, weights[part]!])),
    }),
  }))
}

/** Users × artists: the weights of their tracks summed. */
function artistsOf({ users, starts, item, weight }: Interactions, artist: Int32Array, artists: number) {
  const owner = new Uint32Array(item.length)
  for (let user = 0; user < users; user++) owner.fill(user, starts[user], starts[user + 1])
  return interactions({ user: owner, item: Array.from(item, (one) => artist[one]!), weight }, users, artists)
}

/** Scores of artists as scores of their tracks; those of nobody get 0. */
function ofTracks(scores: Float32Array, users: number, artist: Int32Array, artists: number): Float32Array {
  const out = new Float32Array(users * artist.length)
  for (let row = 0; row < users; row++)
    for (let item = 0; item < artist.length; item++)
      if (artist[item]! > 0) out[row * artist.length + item] = scores[row * artists + artist[item]!]!
  return out
}

function dense({ items, starts, item, weight }: Interactions, users: ArrayLike<number>): Float32Array {
  const out = new Float32Array(users.length * items)
  for (let row = 0; row < users.length; row++)
    for (let at = starts[users[row]!]!; at < starts[users[row]! + 1]!; at++)
      out[row * items + item[at]!] = weight[at]!
  return out
}

function repeated(values: Float32Array, times: number): Float32Array {
  const out = new Float32Array(values.length * times)
  for (let row = 0; row < times; row++) out.set(values, row * values.length)
  return out
}
