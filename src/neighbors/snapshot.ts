import { breathe } from '../core/breathe.ts'
import type { Allowed, Neighbors, VectorIndex } from './vector-index.ts'

/** Vectors that never change, as they lie in a file or in memory. Queries are prepared before they come here. */
export interface Snapshot {
  readonly kind: VectorIndex['kind']
  /** Ascending. */
  readonly ids: Int32Array
  search(query: Float32Array, k: number, allowed: Allowed | undefined): Neighbors
  /** Looks at every vector, and stops now and then for others. */
  scan(query: Float32Array, k: number, allowed: Allowed | undefined): Scan
}

/** A search in steps of some milliseconds. */
export type Scan = Generator<void, Neighbors, void>

/** Takes all steps at once. */
export function finish(scan: Scan): Neighbors {
  for (;;) {
    const step = scan.next()
    if (step.done) return step.value
  }
}

/** Takes the steps one by one, and lets waiting events in between. */
export async function finishGently(scan: Scan, signal?: AbortSignal): Promise<Neighbors> {
  for (;;) {
    const step = scan.next()
    if (step.done) return step.value
    await breathe(signal)
  }
}
