import type { Random } from '../core/random.ts'
import type { VectorIndex } from './vector-index.ts'

/** What was measured. */
export interface Recall {
  readonly k: number
  /** How many searches were done again, exactly. */
  readonly queries: number
  /** The share of the k truly nearest that the index finds, 0 to 1; 1 without a query. */
  readonly recall: number
}

/** Watches searches as they come, and says now and then how many true neighbours they find. */
export interface RecallMonitor {
  /** Notes a query. Each of those since the last measurement is kept with the same probability. */
  observe(query: Float32Array): void
  /** Recall@k over the queries that were kept, each searched as usual and exactly; then starts anew. */
  measure(signal?: AbortSignal): Promise<Recall>
}

/**
 * A monitor of an index.
 * @param keep queries at most in a measurement (reservoir sampling: Vitter 1985, algorithm R)
 */
export function recallMonitor(
  index: Pick<VectorIndex, 'search' | 'searchExactly'>,
  { k, keep, random }: { readonly k: number; readonly keep: number; readonly random: Random },
): RecallMonitor {
  let kept: Float32Array[] = []
  let seen = 0
  return {
    observe(query) {
      const place = seen < keep ? seen : random.int(seen + 1)
      seen++
      if (place < keep) kept[place] = query.slice()
    },
    async measure(signal) {
      const queries = kept
      kept = []
      seen = 0
      let [found, wanted] = [0, 0]
      for (const query of queries) {
        const truth = new Set((await index.searchExactly(query, k, signal)).ids)
        wanted += truth.size
        for (const id of index.search(query, k).ids) if (truth.has(id)) found++
      }
      return { k, queries: queries.length, recall: wanted === 0 ? 1 : found / wanted }
    },
  }
}
