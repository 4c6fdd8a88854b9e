import { VALUE } from '../core/value.ts'
import { type Conditions, HABIT } from './conditions.ts'
import type { LoopCatalog } from './listeners.ts'
import { emptyFill, fillWith, type Moment, sated } from './moment.ts'

/** What a finish, a skip and a like are worth, as published, of the labels that exist here. */
const WORTH = Math.abs(VALUE.finish) + Math.abs(VALUE.skip) + Math.abs(VALUE.like)

/** What a track is worth in a slot that is reached, when it is finished with this probability: between −⅛ and ⅞. */
export function playValue(finish: number): number {
  return (
    (VALUE.finish * finish + VALUE.skip * (1 - finish) + VALUE.like * likeChance(finish) * finish) / WORTH
  )
}

/** The probability that a track that was finished is liked out loud. */
function likeChance(finish: number): number {
  return HABIT.like.value * finish * finish
}

/** The logistic function. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** The probability that the listener goes on after a track of this probability of a finish. */
const goesOn = (finish: number) =>
  1 - HABIT.leaveAfterFinish.value * finish - HABIT.leaveAfterSkip.value * (1 - finish)

/** What a slate is worth slot by slot: the probability that the slot is reached, and of a finish if it is. */
export interface SlotTruth {
  readonly reached: Float64Array
  readonly finish: Float64Array
  /** Expected value of each slot, before it is known whether it is reached. */
  readonly worth: Float64Array
  /** Expected value of the whole sitting, their sum. */
  readonly value: number
}

/**
 * The expected value of a slate, exactly: Σ_k P(slot k is reached) · value of its track there. Slots are reached by not leaving before, and
 * leaving is likelier after a skip; a track has lost what the tracks before it in the slate have worn out.
 */
export function slateTruth(
  catalog: LoopCatalog,
  moment: Moment,
  slate: ArrayLike<number>,
  conditions: Conditions,
  mood = 0,
): SlotTruth {
  const fill = emptyFill(catalog)
  const reached = new Float64Array(slate.length)
  const finish = new Float64Array(slate.length)
  const worth = new Float64Array(slate.length)
  let stays = 1
  let value = 0
  for (let k = 0; k < slate.length; k++) {
    const track = slate[k]!
    const p = sigmoid(moment[track]! - sated(catalog, fill, track, conditions) - mood)
    reached[k] = stays
    finish[k] = p
    worth[k] = stays * playValue(p)
    value += worth[k]!
    stays *= goesOn(p)
    fillWith(catalog, fill, track)
  }
  return { reached, finish, worth, value }
}

/** The value of slates of a moment in an average mood, as `slateTruth` has it, for those who compare many. */
export function slateValue(
  catalog: LoopCatalog,
  moment: Moment,
  conditions: Conditions,
): (slate: readonly number[]) => number {
  const fill = emptyFill(catalog)
  return (slate) => {
    let stays = 1
    let value = 0
    for (let k = 0; k < slate.length; k++) {
      const p = sigmoid(moment[slate[k]!]! - sated(catalog, fill, slate[k]!, conditions))
      value += stays * playValue(p)
      stays *= goesOn(p)
      fillWith(catalog, fill, slate[k]!)
    }
    for (let k = 0; k < slate.length; k++) fillWith(catalog, fill, slate[k]!, -1)
    return value
  }
}

/** One track that was heard. */
export interface Heard {
  readonly track: number
  readonly finished: boolean
  /** Tracks of the genre and of the artist before it in the sitting. */
  readonly genreBefore: number
  readonly artistBefore: number
}

/** The chances of one sitting, the same whatever is shown: three numbers a slot in [0, 1). */
export type Chances = Float64Array

/** Lets a listener play a slate until they leave. */
export function listenTo(
  catalog: LoopCatalog,
  slate: ArrayLike<number>,
  { finish }: SlotTruth,
  chances: Chances,
): Heard[] {
  const fill = emptyFill(catalog)
  const heard: Heard[] = []
  for (let k = 0; k < slate.length; k++) {
    const track = slate[k]!
    const finished = chances[2 * k]! < finish[k]!
    heard.push({
      track,
      finished,
      genreBefore: fill.genre[catalog.genre[track]!]!,
      artistBefore: fill.artist[catalog.artist[track]!]!,
    })
    fillWith(catalog, fill, track)
    const leaves = finished ? HABIT.leaveAfterFinish.value : HABIT.leaveAfterSkip.value
    if (chances[2 * k + 1]! < leaves) break
  }
  return heard
}
