import type { Random } from '../core/random.ts'
import { auc } from '../metrics/binary.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'

/** Plays of listeners whom no part saw, each as it was foreseen from before its sitting. */
export interface BlendPlays {
  /** Play → whose. */
  readonly person: ArrayLike<number>
  /** 1 = finish, 0 = skip. */
  readonly label: ArrayLike<number>
  /** What the likability model ranks by, in log-odds. */
  readonly likability: Float64Array
  /** What may be added, in standard deviations within the listener. */
  readonly more: Readonly<Record<string, Float64Array>>
}

/** What is added to the log-odds of a track, by part, and what shows that it should be. Plain data. */
export interface BlendChoice {
  /** Part → log-odds a standard deviation; all 0 unless the blend is better. */
  readonly weights: Readonly<Record<string, number>>
  /** Listeners with both outcomes among these plays, and their plays. */
  readonly listeners: number
  readonly plays: number
  /** AUC within listeners of the likability alone, of each part alone, and as `blend` of their blend, its weights always found on others. */
  readonly auc: Readonly<Record<string, number>>
  /** AUC of the blend minus that of the likability alone, paired over listeners; absent where there are too few. */
  readonly gain?: Estimate
}

/** Listeners below which nothing can be told. */
const LEAST = 5
const FOLDS = 5
/** Log-odds that a standard deviation may add; with the largest the order is nearly that of the part alone. */
const WEIGHTS = [0, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3]

/**
 * Weights by which what plays were foreseen to be is ranked best within listeners. They are tried on listeners who did not choose them, in five
 * parts; unless the paired 95 % interval of the gain (bootstrap by listener) is above 0 there, all are 0.
 */
export function chooseBlend({ person, label, likability, more }: BlendPlays, random: Random): BlendChoice {
  const parts = Object.keys(more)
  const people = peopleIn(person, label)
  const none = Object.fromEntries(parts.map((part) => [part, 0]))
  const plays = people.reduce((sum, { rows }) => sum + rows.length, 0)
  if (people.length < LEAST) return { weights: none, listeners: people.length, plays, auc: {} }
  const valued = (score: (row: number) => number) =>
    people.map(({ rows, labels }) => auc(rows.map(score), labels))
  const tried = combinations(parts.length).map((weights) => ({
    weights,
    aucs: valued((row) =>
      parts.reduce((sum, part, at) => sum + weights[at]! * more[part]![row]!, likability[row]!),
    ),
  }))
  const average = (aucs: readonly number[], wanted: (at: number) => boolean) => {
    let [sum, total] = [0, 0]
    for (const [at, { size }] of people.entries()) {
      if (!wanted(at)) continue
      sum += size * aucs[at]!
      total += size
    }
    return sum / total
  }
  /** The smallest weights of those that are best: the combinations ascend. */
  const bestOn = (wanted: (at: number) => boolean) =>
    tried.reduce((best, one) => (average(one.aucs, wanted) > average(best.aucs, wanted) + 1e-9 ? one : best))
  const chosen = Array.from({ length: FOLDS }, (_, fold) => bestOn((at) => at % FOLDS !== fold))
  const blended = people.map((_, at) => chosen[at % FOLDS]!.aucs[at]!)
  const alone = tried[0]!.aucs
  const all = () => true
  const gain = bootstrapInterval({
    groups: people.map((_, at) => at),
    statistic: (times) => {
      let [sum, total] = [0, 0]
      for (const [at, { size }] of people.entries()) {
        sum += times[at]! * size * (blended[at]! - alone[at]!)
        total += times[at]! * size
      }
      return sum / total
    },
    next: random.next,
  })
  const { weights } = bestOn(all)
  return {
    weights: gain.ci95[0] > 0 ? Object.fromEntries(parts.map((part, at) => [part, weights[at]!])) : none,
    listeners: people.length,
    plays,
    auc: {
      likability: average(alone, all),
      ...Object.fromEntries(
        parts.map((part) => [
          part,
          average(
            valued((row) => more[part]![row]!),
            all,
          ),
        ]),
      ),
      blend: average(blended, all),
    },
    gain,
  }
}

interface Person {
  readonly rows: readonly number[]
  readonly labels: readonly number[]
  /** How much their AUC says: n₊n₋/n. */
  readonly size: number
}

/** Who has plays of both outcomes. */
function peopleIn(person: ArrayLike<number>, label: ArrayLike<number>): Person[] {
  const rows = new Map<number, number[]>()
  for (let row = 0; row < person.length; row++) {
    const own = rows.get(person[row]!)
    if (own) own.push(row)
    else rows.set(person[row]!, [row])
  }
  return [...rows.values()].flatMap((own) => {
    const labels = own.map((row) => label[row]!)
    const finished = labels.reduce((sum, one) => sum + one, 0)
    const size = (finished * (own.length - finished)) / own.length
    return size > 0 ? [{ rows: own, labels, size }] : []
  })
}

/** All weights of so many parts, the smallest first. */
function combinations(parts: number): number[][] {
  let all: number[][] = [[]]
  for (let part = 0; part < parts; part++)
    all = all.flatMap((before) => WEIGHTS.map((weight) => [...before, weight]))
  const sum = (weights: readonly number[]) => weights.reduce((a, b) => a + b, 0)
  return all.sort((a, b) => sum(a) - sum(b))
}
