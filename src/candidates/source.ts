import type { DescribedListener } from '../core/described-listener.ts'
import type { Random } from '../core/random.ts'
import type { Catalog } from '../library/catalog.ts'

/** What a source may look at. */
export interface SourceRequest {
  readonly listener: DescribedListener
  readonly catalog: Catalog
  /** size × 13 scaled audio features, NaN where missing. */
  readonly audio: Float32Array
  /** The corner of the taste that the mix is about; absent: all of it. */
  readonly cluster?: number
  /** Rows with an artist that the listener does not know. */
  readonly unheard: readonly number[]
  readonly random: Random
}

/**
 * The rows of a catalog that are new to a listener: neither known nor excluded. Rows without an artist cannot be
 * recommended and are left out.
 */
export function unheardRows(listener: DescribedListener, catalog: Catalog): number[] {
  const heard = new Set([...listener.known, ...listener.excluded])
  const rows: number[] = []
  for (let row = 0; row < catalog.size; row++)
    if (!heard.has(row) && catalog.artist[row] !== 0) rows.push(row)
  return rows
}

/**
 * Proposes tracks for one reason. A source must never rank for others, remove what a filter removes, or look at anything
 * but its request; it may fail, and then the others carry on.
 */
export interface Source {
  readonly name: string
  /** Rows of the catalog, best first by this source's own lights. */
  propose(request: SourceRequest): readonly number[]
}
