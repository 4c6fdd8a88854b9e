import { localTimeIn } from '../core/clock.ts'

/** When trainings start by themselves. */
export interface TrainingRules {
  /** After so many hours, where something new was heard; 0: never for that reason. */
  readonly hours: number
  /** After so many new plays; 0: never for that reason. */
  readonly plays: number
}

/** Somebody who could be trained. */
export interface Learning {
  readonly id: number
  /** Plays that say how they ended. */
  readonly plays: number
  /** Those of them that were not there when the newest version was made; all of them where there is none. */
  readonly fresh: number
  /** When the newest version was made, ms since the epoch; undefined where there is none. */
  readonly trainedAt?: number
}

/** Which trainings are due. It keeps what time has passed by itself, so that a clock that jumps neither starts many nor puts them off. */
export interface Schedule {
  /** The one whose training is due, the longest waiting first; undefined where none is. @param now ms since the epoch */
  due(learning: readonly Learning[], now: number): number | undefined
  /** Notes that a training of somebody began. */
  began(id: number): void
  /** Notes how it ended: one that failed is tried again later and later. */
  ended(id: number, well: boolean): void
}

const HOUR = 3_600_000
/** A share of what is known has to be new for plays alone to be a reason: more of the same moves nothing. */
const NEW_SHARE = 0.02
/** Fewer new plays are no reason, however long ago the last training was. */
const LEAST_NEW = 50
/** Between two trainings of one, however much was heard. */
const REST_MS = HOUR
/** After a failure the rest doubles as often at most: five days. */
const MOST_DOUBLINGS = 7

interface Waited {
  /** Since the last training or try, ms of what passed while this was looked at. */
  age: number
  failures: number
  trainedAt: number | undefined
}

/** A schedule that has seen nothing yet. */
export function trainingSchedule({ hours, plays }: TrainingRules): Schedule {
  const waited = new Map<number, Waited>()
  let last: number | undefined

  const isDue = ({ fresh, plays: known }: Learning, { age, failures }: Waited): boolean => {
    if (age < REST_MS * 2 ** Math.min(failures, MOST_DOUBLINGS)) return false
    const enough = plays > 0 && fresh >= Math.max(plays, LEAST_NEW, NEW_SHARE * known)
    const late = hours > 0 && age >= hours * HOUR && fresh >= LEAST_NEW
    return enough || late
  }
  const waitedOf = ({ id, trainedAt }: Learning, now: number): Waited => {
    const before = waited.get(id)
    if (before && before.trainedAt === trainedAt) return before
    if (before) {
      // It was trained meanwhile, because somebody asked for it.
      waited.set(id, { age: 0, failures: 0, trainedAt })
      return waited.get(id)!
    }
    // A version from the future was made by a clock that was wrong: it is taken for new.
    const age = trainedAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - trainedAt)
    const first = { age, failures: 0, trainedAt }
    waited.set(id, first)
    return first
  }

  return {
    due(learning, now) {
      // A clock that went back: no time has passed.
      const passed = last === undefined ? 0 : Math.max(0, now - last)
      last = now
      for (const one of waited.values()) one.age += passed
      const there = new Set(learning.map(({ id }) => id))
      for (const id of waited.keys()) if (!there.has(id)) waited.delete(id)
      const due = learning.filter((one) => isDue(one, waitedOf(one, now)))
      const ageOf = ({ id }: Learning) => waited.get(id)!.age
      return due.toSorted((a, b) =>
        ageOf(a) === ageOf(b) ? b.fresh - a.fresh : ageOf(b) > ageOf(a) ? 1 : -1,
      )[0]?.id
    },
    began(id) {
      const { failures = 0, trainedAt } = waited.get(id) ?? {}
      waited.set(id, { age: 0, failures, trainedAt })
    },
    ended(id, well) {
      const one = waited.get(id)
      if (one) one.failures = well ? 0 : one.failures + 1
    },
  }
}

/**
 * Whether a day has begun in one of these zones since this was last asked; it is noted. A clock that jumps makes a day begin where the date is
 * another, whichever way.
 * @param dates zone → date, as noted so far
 */
export function dayBegan(zones: readonly string[], dates: Map<string, string>, now: number): boolean {
  let began = false
  for (const zone of new Set(zones)) {
    const { date } = localTimeIn(zone)(now)
    if (dates.get(zone) !== date) began = true
    dates.set(zone, date)
  }
  return began
}
