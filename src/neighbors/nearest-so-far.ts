import type { Neighbors } from './vector-index.ts'

/** The k best (id, score) seen so far: a binary heap with the worst of them on top. */
export interface NearestSoFar {
  readonly size: number
  readonly full: boolean
  /** Whether this one would be kept. */
  beats(score: number, id: number): boolean
  /** Keeps it if it is among the k best. */
  offer(score: number, id: number): void
  /** The best, nearest first, equal scores by id. */
  sorted(): Neighbors
}

/**
 * An empty one for the k best. Scores are compared in single precision, as they are given out.
 * @param k how many to keep, an integer ≥ 0
 */
export function nearestSoFar(k: number): NearestSoFar {
  const ids: number[] = []
  const scores: number[] = []
  const worse = (a: number, b: number) =>
    scores[a]! < scores[b]! || (scores[a] === scores[b] && ids[a]! > ids[b]!)
  const swap = (a: number, b: number) => {
    const id = ids[a]!
    const score = scores[a]!
    ids[a] = ids[b]!
    scores[a] = scores[b]!
    ids[b] = id
    scores[b] = score
  }
  const up = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!worse(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const down = () => {
    for (let at = 0; ; ) {
      let worst = 2 * at + 1
      if (worst >= ids.length) return
      if (worst + 1 < ids.length && worse(worst + 1, worst)) worst++
      if (!worse(worst, at)) return
      swap(at, worst)
      at = worst
    }
  }
  const better = (score: number, id: number) => score > scores[0]! || (score === scores[0] && id < ids[0]!)
  const self: NearestSoFar = {
    get size() {
      return ids.length
    },
    get full() {
      return ids.length === k
    },
    beats: (score, id) => ids.length < k || (k > 0 && better(Math.fround(score), id)),
    offer(score, id) {
      const rounded = Math.fround(score)
      if (ids.length < k) {
        ids.push(id)
        scores.push(rounded)
        up(ids.length - 1)
      } else if (k > 0 && better(rounded, id)) {
        ids[0] = id
        scores[0] = rounded
        down()
      }
    },
    sorted() {
      const order = ids.map((_, i) => i).sort((a, b) => (worse(a, b) ? 1 : -1))
      return {
        ids: Int32Array.from(order, (i) => ids[i]!),
        scores: Float32Array.from(order, (i) => scores[i]!),
      }
    },
  }
  return self
}
