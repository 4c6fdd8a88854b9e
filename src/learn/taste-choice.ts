import type { Random } from '../core/random.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { sampledMean } from '../metrics/sample.ts'

/** What a taste model may be, each more than the one before. */
export const TASTE_LEVELS = ['popularity', 'content', 'ids', 'attention'] as const
export type TasteLevel = (typeof TASTE_LEVELS)[number]

/** How a level did on the left-out listeners. */
export interface TasteTrial {
  readonly level: TasteLevel
  /** NDCG@20 on what they wanted later. */
  readonly ndcg: Estimate
  /** Rounds after which it was best; none of what is not trained. */
  readonly rounds: number
  /** Its NDCG@20 minus that of the best level before it, paired over listeners; absent for the first. */
  readonly gain?: { readonly over: TasteLevel; readonly difference: Estimate }
}

/** How a model of the chosen capacity is trained. */
export interface TastePlan {
  /** Whether tracks have a vector of their own, and the encoder attention. */
  readonly ids: boolean
  readonly attention: boolean
  readonly rounds: number
}

/** Which capacity the data carries, by listeners whom no training saw. Plain data. */
export interface TasteChoice {
  readonly chosen: TasteLevel
  /** Absent where nothing is better than what is popular. */
  readonly plan?: TastePlan
  readonly listeners: { readonly taught: number; readonly leftOut: number }
  readonly trials: readonly TasteTrial[]
  /** Larger ones that were not tried, since of so few listeners a smaller one had not helped; absent where all were. */
  readonly untried?: readonly TasteLevel[]
  /** A linear model beside it, on the same listeners. */
  readonly beside: readonly { readonly name: string; readonly ndcg: Estimate; readonly ahead: Estimate }[]
  /** Where it went on from an earlier one: NDCG@20 after it minus before, paired over left-out listeners, and whether that was kept. */
  readonly refreshed?: { readonly listeners: number; readonly difference: Estimate; readonly kept: boolean }
  /** Why, for a person. */
  readonly sentence: string
}

const MEANING: Readonly<Record<TasteLevel, string>> = {
  popularity: 'what is popular',
  content: 'tracks by their content and a listener by a recency-weighted mean',
  ids: 'a vector of its own for each track that was heard',
  attention: 'attention over the last events',
}

/** Left-out listeners below which nothing can be told. */
export const LEAST_LEFT_OUT = 5

/** The mean of a value a listener with its interval. */
export function estimated(values: Float64Array, random: Random): Estimate {
  return bootstrapInterval({
    groups: values.map((_, at) => at),
    statistic: sampledMean(values),
    next: random.next,
  })
}

/** A trial, and whether it is better than the best before it beyond what chance makes of so many listeners. */
export function tasteTrial(
  level: TasteLevel,
  ndcg: Float64Array,
  rounds: number,
  best: { readonly level: TasteLevel; readonly ndcg: Float64Array } | undefined,
  random: Random,
): { readonly trial: TasteTrial; readonly better: boolean } {
  const difference =
    best &&
    estimated(
      ndcg.map((value, at) => value - best.ndcg[at]!),
      random,
    )
  return {
    trial: {
      level,
      ndcg: estimated(ndcg, random),
      rounds,
      ...(best && difference && { gain: { over: best.level, difference } }),
    },
    better: !difference || difference.ci95[0] > 0,
  }
}

/** What was chosen and why, in a sentence or two. */
export function choiceSentence(choice: Omit<TasteChoice, 'sentence'>): string {
  const { chosen, listeners, trials, untried = [], beside } = choice
  const { taught, leftOut } = listeners
  if (leftOut < LEAST_LEFT_OUT)
    return `Ranks by ${MEANING.popularity}: ${leftOut} listeners could be left out to judge by, and it takes ${LEAST_LEFT_OUT}.`
  const told = trials.map(
    ({ level, ndcg, gain }) =>
      `${level} ${short(ndcg.mean)}${gain ? ` (${signed(gain.difference)} on ${gain.over})` : ''}`,
  )
  const linear = beside.map(
    ({ name, ndcg, ahead }) => `${name} ${short(ndcg.mean)}, from which it is ${signed(ahead)} away`,
  )
  return (
    `Chose ${chosen}: ${MEANING[chosen]}. NDCG@20 on ${leftOut} listeners who were left out: ${told.join(', ')}; a step is taken when its ` +
    `95 % interval is above 0.${untried.length > 0 ? ` Not tried with ${taught} to learn from, since a smaller step did not help: ${untried.join(', ')}.` : ''}${linear.length > 0 ? ` Beside it: ${linear.join('; ')}.` : ''}`
  )
}

function signed({ mean, ci95: [low, high] }: Estimate): string {
  return `${sign(mean)} [${sign(low)}, ${sign(high)}]`
}

const sign = (value: number) => `${value < 0 ? '−' : '+'}${short(Math.abs(value))}`

function short(value: number): string {
  return value.toFixed(3).replace(/^0/, '')
}
