import type { NearestSoFar } from './nearest-so-far.ts'
import type { Allowed } from './vector-index.ts'
import { type PreparedTable, product } from './vectors.ts'

/** Changes as plain arrays: they can be saved, and sent to another thread. */
export interface ChangesData {
  readonly ids: Int32Array
  readonly vectors: Float32Array
  readonly removed: Int32Array
}

/** What was put and removed since a snapshot was made. Small: every search looks at all of it. */
export interface Changes {
  /** Vectors that were put. */
  readonly size: number
  /** Ids that were put or removed. */
  readonly changed: number
  /** Whether an id was put or removed, so that the snapshot must be silent about it. */
  has(id: number): boolean
  /** The ids that were put or removed. */
  ids(): Iterable<number>
  put(table: PreparedTable): void
  remove(id: number): void
  offer(best: NearestSoFar, query: Float32Array, allowed: Allowed | undefined): void
  data(): ChangesData
}

/** No changes yet. */
export function noChanges(dimension: number): Changes {
  /** Vectors that were put; nothing for an id that was removed. */
  const byId = new Map<number, Float32Array | undefined>()
  let size = 0
  const self: Changes = {
    get size() {
      return size
    },
    get changed() {
      return byId.size
    },
    has: (id) => byId.has(id),
    ids: () => byId.keys(),
    put({ ids, vectors }) {
      ids.forEach((id, row) => {
        if (!byId.get(id)) size++
        byId.set(id, vectors.slice(row * dimension, (row + 1) * dimension))
      })
    },
    remove(id) {
      if (byId.get(id)) size--
      byId.set(id, undefined)
    },
    offer(best, query, allowed) {
      for (const [id, vector] of byId) {
        if (!vector) continue
        const score = product(query, vector, 0)
        if (best.beats(score, id) && (!allowed || allowed(id))) best.offer(score, id)
      }
    },
    data() {
      const put = [...byId].filter((one): one is [number, Float32Array] => one[1] !== undefined)
      const vectors = new Float32Array(put.length * dimension)
      put.forEach(([, vector], row) => {
        vectors.set(vector, row * dimension)
      })
      return {
        ids: Int32Array.from(put, ([id]) => id),
        vectors,
        removed: Int32Array.from([...byId].filter(([, vector]) => !vector).map(([id]) => id)),
      }
    },
  }
  return self
}

/** Changes from their arrays. */
export function changesOf({ ids, vectors, removed }: ChangesData, dimension: number): Changes {
  const changes = noChanges(dimension)
  changes.put({ ids, vectors, dimension, metric: 'dot' })
  removed.forEach(changes.remove)
  return changes
}
