import { type Familiarity, POLICY_NAMES } from '../core/candidate.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type LoggedSlate as ExposedSlate, readExposureBody } from '../explore/exposure.ts'
import type { Described } from '../off-policy/ridge.ts'
import type { ModelledSlot } from '../off-policy/slate-model.ts'
import { type ReweightedSlate, reweigh, type TargetPolicy, unweighable } from './policy-slates.ts'

/** A slate of the log with what came of it. */
export interface AnsweredSlate {
  /** Who listened, as a number. */
  readonly listener: number
  readonly occasion: string
  readonly model: number
  /** JSON, as logged. */
  readonly body: string
  /** Reward of each slot that was seen; [] for a slate that nobody answered. NaN where its play ended in a way that says nothing. */
  readonly rewards: readonly number[]
}

/** A slate that counts. */
export interface CountedSlate {
  readonly listener: number
  readonly model: number
  readonly rewards: Float64Array
  readonly reweighted: ReweightedSlate
  /** For Cascade-DR. */
  readonly slots: readonly ModelledSlot[]
}

/** The slates that count, and the sentences about those that do not. */
export interface CountedLog {
  readonly slates: readonly CountedSlate[]
  readonly notes: readonly string[]
}

/** Takes the slates of a log one by one. */
export interface SlateCounter {
  add(slate: AnsweredSlate): void
  counted(): CountedLog
}

/** Sorts out the slates that can say something of the target, and reweights them. */
export function slateCounter(target: TargetPolicy): SlateCounter {
  const slates: CountedSlate[] = []
  const leftOut = new Map<string, number>()
  const leave = (why: string) => void leftOut.set(why, (leftOut.get(why) ?? 0) + 1)
  let silent = 0
  const add = ({ listener, occasion, model, body, rewards }: AnsweredSlate): void => {
    if (occasion !== 'day') {
      leave('they were drawn again, by a seed, or with a novelty or by a policy of their own')
      return
    }
    if (rewards.length === 0) {
      leave('nobody played a track of them, which is no negative answer')
      return
    }
    const slate = readable(body, rewards.length)
    if (typeof slate === 'string') {
      leave(slate)
      return
    }
    silent += rewards.filter(Number.isNaN).length
    const known = Float64Array.from(rewards, (reward) => (Number.isNaN(reward) ? 0 : reward))
    const reweighted = reweigh(slate, rewards.length, target)
    slates.push({
      listener,
      model,
      rewards: known,
      reweighted,
      slots: modelledSlots(slate, known, reweighted),
    })
  }
  const counted = (): CountedLog => {
    const versions = new Set(slates.map(({ model }) => model)).size
    return {
      slates,
      notes: [
        ...[...leftOut].map(([why, count]) => `Left out ${countOf(count, 'sitting')}: ${why}.`),
        ...(silent > 0 ? [`${countOf(silent, 'play')} ended in a way that says nothing and count 0.`] : []),
        ...(versions > 1
          ? [`${versions} model versions drew the slates; each is judged by the scores that it was drawn by.`]
          : []),
      ],
    }
  }
  return { add, counted }
}

function countOf(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`
}

/** The slate, or why it does not count, as the part of a sentence. Files may have been written by anybody: whatever fails is the entry's. */
function readable(body: string, seen: number): ExposedSlate | string {
  try {
    const slate = readExposureBody(body)
    const { policy, order, prefixPropensities } = slate
    if (!POLICY_NAMES.includes(policy.name)) return 'a policy drew them that this version does not know'
    if (seen > order.length) return 'more of their slots were seen than they have'
    const rises = prefixPropensities.slice(1, seen).some((p, k) => p > prefixPropensities[k]! * (1 + 1e-9))
    return unweighable(slate, seen) ?? (rises ? 'their logged propensity is above 1 in some slot' : slate)
  } catch (error) {
    return error instanceof DeepcutsError
      ? String(error.details.problem)
      : 'what was logged of them is damaged'
  }
}

/** Columns that a slot is foreseen by: one, its place, whether it is new, its place if so, what the pool's tracks of its type score, and the rewards before. */
export const SLOT_COLUMNS = 7

function modelledSlots(
  slate: ExposedSlate,
  rewards: Float64Array,
  { types }: ReweightedSlate,
): ModelledSlot[] {
  const level = { familiar: meanScore(slate, 'familiar'), new: meanScore(slate, 'new') }
  let before = 0
  return Array.from(rewards, (reward, k) => {
    const mean = k === 0 ? 0 : before / k
    const last = rewards[k - 1] ?? 0
    const described = (kind: Familiarity): Described => ({
      columns: [0, 1, 2, 3, 4, 5, 6],
      values: [1, k / 10, Number(kind === 'new'), (Number(kind === 'new') * k) / 10, level[kind], mean, last],
    })
    before += reward
    return {
      reward,
      shown: described(slate.pattern[k]!),
      options: (['familiar', 'new'] as const).map((kind) => ({
        chance: types[k]![kind],
        described: described(kind),
      })),
    }
  })
}

function meanScore({ pool }: ExposedSlate, kind: Familiarity): number {
  let sum = 0
  let count = 0
  for (const { familiarity, scores } of pool)
    if (familiarity === kind)
      for (const score of scores) {
        sum += score
        count++
      }
  return count === 0 ? 0 : sum / count
}
