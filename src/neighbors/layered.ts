import { type Changes, type ChangesData, changesOf, noChanges } from './changes.ts'
import { nearestSoFar } from './nearest-so-far.ts'
import { finishGently, type Snapshot } from './snapshot.ts'
import type { Allowed, IndexIdentity, Neighbors, VectorIndex } from './vector-index.ts'
import { includes, prepare, prepareQuery } from './vectors.ts'

/** An index whose snapshot can be replaced. */
export interface Layered extends VectorIndex {
  changes(): ChangesData
  /** Remembers what is changed while a newer snapshot is made. */
  expect(): Expected
}

interface Expected {
  /** Puts the newer snapshot below what was changed meanwhile. */
  replace(snapshot: Snapshot): void
  /** It did not come. */
  forget(): void
}

/** A snapshot, with what was changed since it was made above it. */
export function layered(
  snapshot: Snapshot,
  { metric, dimension }: Pick<IndexIdentity, 'metric' | 'dimension'>,
  initial?: ChangesData,
): Layered {
  let base = snapshot
  let changes = initial ? changesOf(initial, dimension) : noChanges(dimension)
  let later: Changes | undefined
  const countHidden = () => [...changes.ids()].filter((id) => includes(base.ids, id)).length
  let hidden = countHidden()

  const ready = (query: Float32Array, k: number) => {
    if (!Number.isInteger(k) || k < 0) throw new RangeError(`k is ${k}, but it must be an integer from 0 on.`)
    return prepareQuery(query, metric, dimension)
  }
  const meet = (id: number) => {
    if (!changes.has(id) && includes(base.ids, id)) hidden++
  }

  return {
    get kind() {
      return base.kind
    },
    metric,
    dimension,
    get size() {
      return base.ids.length - hidden + changes.size
    },
    get changed() {
      return changes.changed
    },
    search(query, k, allowed) {
      const prepared = ready(query, k)
      if (k === 0) return nearestSoFar(0).sorted()
      const below = base.search(prepared, k, hidden === 0 ? allowed : besides(changes, allowed))
      return merged(below, changes, prepared, k, allowed)
    },
    async searchExactly(query, k, signal) {
      const prepared = ready(query, k)
      const frozen = changesOf(changes.data(), dimension)
      const below = await finishGently(base.scan(prepared, k, besides(frozen, undefined)), signal)
      return merged(below, frozen, prepared, k, undefined)
    },
    put(table) {
      const prepared = prepare(table, metric, dimension)
      prepared.ids.forEach(meet)
      changes.put(prepared)
      later?.put(prepared)
    },
    remove(ids) {
      for (const id of ids) {
        if ((id | 0) !== id) continue
        meet(id)
        if (changes.has(id) || includes(base.ids, id)) changes.remove(id)
        later?.remove(id)
      }
    },
    changes: () => changes.data(),
    expect() {
      if (later) throw new Error('This index is being built anew already.')
      const meanwhile = noChanges(dimension)
      later = meanwhile
      return {
        replace(newer) {
          base = newer
          changes = meanwhile
          later = undefined
          hidden = countHidden()
        },
        forget() {
          later = undefined
        },
      }
    },
  }
}

/** What the snapshot may still say. */
function besides(changes: Changes, allowed: Allowed | undefined): Allowed {
  return (id) => !changes.has(id) && (!allowed || allowed(id))
}

function merged(
  below: Neighbors,
  changes: Changes,
  query: Float32Array,
  k: number,
  allowed: Allowed | undefined,
): Neighbors {
  if (changes.size === 0) return below
  const best = nearestSoFar(k)
  below.ids.forEach((id, i) => {
    best.offer(below.scores[i]!, id)
  })
  changes.offer(best, query, allowed)
  return best.sorted()
}
