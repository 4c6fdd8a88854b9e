import { nearestSoFar } from './nearest-so-far.ts'
import { finish, type Scan, type Snapshot } from './snapshot.ts'
import type { Allowed, VectorTable } from './vector-index.ts'
import { product } from './vectors.ts'

/** Rows in a step of a scan: a few milliseconds. */
const STEP = 20_000

/**
 * A snapshot in memory that looks at every vector at every search.
 * @param table as `prepare` gives it
 */
export function exactSnapshot({ ids, vectors, dimension }: VectorTable): Snapshot {
  function* scan(query: Float32Array, k: number, allowed: Allowed | undefined): Scan {
    const best = nearestSoFar(k)
    for (let row = 0, at = 0; row < ids.length; row++, at += dimension) {
      const id = ids[row]!
      const score = product(query, vectors, at)
      if (best.beats(score, id) && (!allowed || allowed(id))) best.offer(score, id)
      if (row % STEP === STEP - 1) yield
    }
    return best.sorted()
  }
  return { kind: 'exact', ids, scan, search: (query, k, allowed) => finish(scan(query, k, allowed)) }
}
