import type { Familiarity } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { Random } from '../core/random.ts'
import type { Catalog } from '../library/catalog.ts'
import type { Community } from '../library/community.ts'
import type { Playlists } from '../library/playlists.ts'
import type { CatalogIndex } from './catalog-index.ts'

/** A listener as sources see them. */
export interface SourceListener extends DescribedListener {
  /** Rows liked or finished last, newest first, each once. */
  readonly recent: readonly number[]
  /** ln Σ t^−0.5 over the times since each play, in days: high after recent and frequent plays; −∞ when never played. */
  activation(row: number): number
  /** Whether the row is neither known nor excluded, has an artist, without which it cannot be recommended, and may be told to the listener. */
  isNew(row: number): boolean
}

/** What a source may look at. */
export interface SourceRequest {
  readonly listener: SourceListener
  readonly catalog: Catalog
  /** size × 13 scaled audio features, NaN where missing. */
  readonly audio: Float32Array
  /** What can be looked up in this catalog with this audio. */
  readonly index: CatalogIndex
  /** The corner of the taste that the mix is about; absent: all of it. */
  readonly cluster?: number
  /** Rows that the mix is about, instead of about what the listener loves. */
  readonly from?: readonly number[]
  /** Whether the recipe wants a row that the listener knows. */
  wanted(row: number): boolean
  /** The listener's own playlists, and those that catalogs tell. */
  readonly playlists: Playlists
  /** Rows that everybody's taste model has next for the listener, best first, or why it failed; absent in a household. */
  readonly taste?: readonly number[] | Error
  /** What many listeners did; absent in a household. */
  readonly community?: Community
  readonly random: Random
}

/**
 * Proposes tracks for one reason. A source must never rank for others, remove what a filter removes, look at anything
 * but its request, or go through the whole catalog; it may fail, and then the others carry on.
 */
export interface Source {
  readonly name: string
  /** Whether it proposes what the listener knows, or what is new to them. */
  readonly kind: Familiarity
  /** It proposes no more than this. */
  readonly most: number
  /** Whether its proposals hang on neither the moment, the recipe nor chance, so that they stand until the listener changes. */
  readonly lasting?: true
  /** Rows of the catalog, each once, best first by this source's own lights; around `from` where that is given. */
  propose(request: SourceRequest): readonly number[]
}

/**
 * How many rows of a catalog are new to a listener and can be recommended.
 * @param shared row → 1 where anybody may be told of it
 */
export function countNew(
  { known, excluded }: DescribedListener,
  { artist }: Catalog,
  shared: Uint8Array,
): number {
  let heard = 0
  for (const rows of [known, excluded])
    for (const row of rows) if (artist[row] !== 0 && shared[row] === 1) heard++
  return namedIn(shared, artist) - heard
}

const counted = new WeakMap<Uint8Array, number>()

/** How many of these rows have an artist. */
function namedIn(shared: Uint8Array, artist: ArrayLike<number>): number {
  const known = counted.get(shared)
  if (known !== undefined) return known
  const named = shared.reduce((sum, one, row) => sum + (one === 1 && artist[row] !== 0 ? 1 : 0), 0)
  counted.set(shared, named)
  return named
}

/** The `most` keys of the highest score, highest first (ties by row). */
export function best(scores: ReadonlyMap<number, number>, most: number): number[] {
  return [...scores]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, most)
    .map(([row]) => row)
}
