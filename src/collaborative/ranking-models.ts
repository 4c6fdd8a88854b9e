import { type CosineEncoderSettings, cosineEncoder } from './cosine-encoder.ts'
import { type EaseSettings, ease } from './ease.ts'
import { type GraphFilterSettings, graphFilter } from './graph-filter.ts'
import { type ImplicitAlsSettings, implicitAls } from './implicit-als.ts'
import type { Interactions } from './interactions.ts'
import { type ItemKnnSettings, itemKnn } from './item-knn.ts'
import { type LightGraphSettings, lightGraph } from './light-graph.ts'
import { type PopularitySettings, popularity } from './popularity.ts'
import { type RandomWalkSettings, randomWalk } from './random-walk.ts'
import type { RankingModel } from './ranking-model.ts'

export type Settings = Readonly<Record<string, number | string>>

/** A kind of model with the settings it may have. */
export interface RankingFamily {
  readonly name: string
  /** For each setting its values in order; a search moves one value at a time. */
  readonly axes: Readonly<Record<string, readonly (number | string)[]>>
  readonly start: Settings
  /** Settings too dear to search with: with the best of the others they are tried last. */
  readonly finish?: Settings
  make(settings: Settings): RankingModel
  /** Why it cannot learn from such a matrix, as a sentence; undefined where it can. */
  aside?(matrix: Interactions): string | undefined
}

function family<Own extends { readonly [Name in keyof Own]: number | string }>(
  make: (settings: Own) => RankingModel,
  start: Own,
  axes: { readonly [Name in keyof Own]?: readonly Own[Name][] },
  {
    aside,
    finish,
  }: { aside?: RankingFamily['aside']; finish?: { readonly [Name in keyof Own]?: Own[Name] } } = {},
): RankingFamily {
  const { name } = make(start)
  return {
    name,
    axes: axes as RankingFamily['axes'],
    start,
    // Settings come from `start` and `axes` alone.
    make: (settings) => make(settings as unknown as Own),
    ...(aside && { aside }),
    ...(finish && { finish: finish as Settings }),
  }
}

const WEIGHTINGS = ['presence', 'log'] as const
const NEAREST = [10, 20, 50, 100, 200, 500, 1000]
/** The side of the largest matrix that is inverted: 8 bytes a cell, some four times at once. */
const MOST_INVERTED = 10_000
/** users × items up to which every user's softmax over all items is computed in each epoch. */
const MOST_CELLS = 5e8

const rankingAll =
  (name: string) =>
  ({ users, items }: Interactions): string | undefined =>
    users * items > MOST_CELLS
      ? `${name} is left out: ${users} users times ${items} items are more than ${MOST_CELLS}, and each epoch ranks them all.`
      : undefined

/** Every family, the simplest first. The axes that matter most come first: a search may end before the last. */
export function rankingFamilies({ timed }: { readonly timed: boolean }): RankingFamily[] {
  return [
    family<PopularitySettings>(
      popularity,
      { halfLifeDays: 'none' },
      {
        halfLifeDays: timed ? [1, 3, 7, 14, 30, 90, 365, 'none'] : ['none'],
      },
    ),
    family<ItemKnnSettings>(
      itemKnn,
      { k: 100, shrink: 10, weighting: 'log' },
      { k: NEAREST, shrink: [0, 1, 3, 10, 30, 100, 300], weighting: WEIGHTINGS },
    ),
    family<EaseSettings>(
      ease,
      { lambda: 100, weighting: 'log' },
      { lambda: [1, 3, 10, 30, 60, 100, 180, 300, 600, 1000, 3000], weighting: WEIGHTINGS },
      {
        aside: ({ users, items }) =>
          Math.min(users, items) > MOST_INVERTED
            ? `ease is left out: it would invert a matrix of ${Math.min(users, items)} rows; up to ${MOST_INVERTED} are.`
            : undefined,
      },
    ),
    family<ImplicitAlsSettings>(
      implicitAls,
      { width: 64, epochs: 10, background: 0.1, lambda: 0.03, frequency: 0.75, weighting: 'log' },
      {
        lambda: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.06, 0.1, 0.3, 1],
        background: [0.003, 0.01, 0.03, 0.1, 0.3, 1],
        width: [16, 32, 64, 128],
        weighting: WEIGHTINGS,
        frequency: [0, 0.5, 0.75, 1],
      },
    ),
    family<RandomWalkSettings>(
      randomWalk,
      { k: 200, alpha: 0.6, beta: 0.3, weighting: 'log' },
      {
        beta: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8],
        alpha: [0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2],
        k: NEAREST,
        weighting: WEIGHTINGS,
      },
    ),
    family<GraphFilterSettings>(
      graphFilter,
      { alpha: 0.6, power: 0.6, filter: 'linear', weighting: 'log' },
      {
        alpha: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
        power: [0.4, 0.5, 0.6, 0.7, 0.8, 1],
        weighting: WEIGHTINGS,
        filter: ['linear', 'square'],
      },
    ),
    family<LightGraphSettings>(
      lightGraph,
      {
        width: 64,
        layers: 2,
        temperature: 0.2,
        epochs: 60,
        learningRate: 0.04,
        weighting: 'log',
        edges: 'presence',
        members: 1,
        length: 0.2,
      },
      {
        temperature: [0.07, 0.1, 0.15, 0.2, 0.25, 0.3],
        length: [0, 0.1, 0.2, 0.3, 0.5],
        layers: [0, 1, 2, 3],
        edges: WEIGHTINGS,
        weighting: WEIGHTINGS,
      },
      {
        finish: { width: 128, epochs: 100, members: 3 },
        aside: rankingAll('light-graph'),
      },
    ),
    family<CosineEncoderSettings>(
      cosineEncoder,
      {
        width: 64,
        temperature: 0.2,
        dropout: 0.4,
        popularity: 0.3,
        epochs: 60,
        learningRate: 0.05,
        weighting: 'log',
        members: 1,
      },
      {
        temperature: [0.07, 0.1, 0.15, 0.2, 0.25, 0.3],
        dropout: [0, 0.2, 0.4, 0.6, 0.8],
        popularity: [0, 0.3, 0.6, 1],
        weighting: WEIGHTINGS,
      },
      {
        finish: { width: 128, epochs: 100, members: 3 },
        aside: rankingAll('encoder'),
      },
    ),
  ]
}
