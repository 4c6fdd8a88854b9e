import { FINISH, SKIP } from '../core/labels.ts'
import { grown } from './slots.ts'

/** How quickly the recent rate forgets: the weight of the outcome before the last. */
const RECENT = 0.7

/** Finish and skip counts of many things (tracks, artists, hours), with smoothed log-odds. */
export interface Rates {
  readonly plays: Int32Array
  readonly finishes: Int32Array
  readonly skips: Int32Array
  /** Last known outcome: 1 finish, −1 skip, 0 none known. */
  readonly last: Int8Array
  /** Log-odds of a finish of thing `i`, drawn towards `prior` (log-odds) by as many outcomes as `strength`. */
  rate(i: number, prior: number, strength: number): number
  /** The same over the last few outcomes. */
  recent(i: number, prior: number, strength: number): number
  add(i: number, outcome: number): void
  /** The same counts, to be counted on apart. */
  copy(): Rates
}

/** Empty counts of `size` things; they grow with what is added. */
export function rates(size: number): Rates {
  return ratesOf({
    plays: new Int32Array(size),
    finishes: new Int32Array(size),
    skips: new Int32Array(size),
    last: new Int8Array(size),
    recentFinishes: new Float32Array(size),
    recentSkips: new Float32Array(size),
  })
}

interface Counts extends Pick<Rates, 'plays' | 'finishes' | 'skips' | 'last'> {
  readonly recentFinishes: Float32Array
  readonly recentSkips: Float32Array
}

function ratesOf(from: Counts): Rates {
  let { plays, finishes, skips, last, recentFinishes, recentSkips } = from
  const grow = (i: number) => {
    plays = grown(plays, i)
    finishes = grown(finishes, i)
    skips = grown(skips, i)
    last = grown(last, i)
    recentFinishes = grown(recentFinishes, i)
    recentSkips = grown(recentSkips, i)
  }
  return {
    get plays() {
      return plays
    },
    get finishes() {
      return finishes
    },
    get skips() {
      return skips
    },
    get last() {
      return last
    },
    rate: (i, prior, strength) => smoothed(finishes[i]!, skips[i]!, prior, strength),
    recent: (i, prior, strength) => smoothed(recentFinishes[i]!, recentSkips[i]!, prior, strength),
    add(i, outcome) {
      if (i >= plays.length) grow(i)
      plays[i] = plays[i]! + 1
      if (outcome !== FINISH && outcome !== SKIP) return
      recentFinishes[i] = recentFinishes[i]! * RECENT
      recentSkips[i] = recentSkips[i]! * RECENT
      if (outcome === FINISH) {
        finishes[i] = finishes[i]! + 1
        recentFinishes[i] = recentFinishes[i]! + 1
        last[i] = 1
      } else {
        skips[i] = skips[i]! + 1
        recentSkips[i] = recentSkips[i]! + 1
        last[i] = -1
      }
    },
    copy: () =>
      ratesOf({
        plays: plays.slice(),
        finishes: finishes.slice(),
        skips: skips.slice(),
        last: last.slice(),
        recentFinishes: recentFinishes.slice(),
        recentSkips: recentSkips.slice(),
      }),
  }
}

/** The rate of one thing. */
export interface Counter {
  /** Log-odds of a finish, drawn towards `prior` (log-odds) by `strength` outcomes. */
  rate(prior: number, strength: number): number
  add(outcome: number): void
  copy(): Counter
}

/** One rate; with `decay` < 1 it forgets: an outcome counts `decay` times as much after the next one. */
export function counter(decay = 1, from = { finishes: 0, skips: 0 }): Counter {
  let { finishes, skips } = from
  return {
    rate: (prior, strength) => smoothed(finishes, skips, prior, strength),
    add(outcome) {
      if (outcome !== FINISH && outcome !== SKIP) return
      finishes = finishes * decay + (outcome === FINISH ? 1 : 0)
      skips = skips * decay + (outcome === SKIP ? 1 : 0)
    },
    copy: () => counter(decay, { finishes, skips }),
  }
}

function smoothed(finishes: number, skips: number, prior: number, strength: number): number {
  const p = 1 / (1 + Math.exp(-prior))
  const share = (finishes + strength * p) / (finishes + skips + strength)
  const bounded = Math.min(Math.max(share, 1e-4), 1 - 1e-4)
  return Math.log(bounded / (1 - bounded))
}
