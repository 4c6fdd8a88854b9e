/** What makes two vectors near: the cosine of their angle, or their inner product. Larger is nearer. */
export type Metric = 'cosine' | 'dot'

/** Vectors by id: row i of `vectors` (ids.length × dimension, one row after the other) belongs to ids[i], a number from 0 to 2³¹ − 1. */
export interface VectorTable {
  readonly ids: Int32Array
  readonly vectors: Float32Array
  readonly dimension: number
}

/** Ids with their scores, nearest first; among equal scores the smaller id comes first. */
export interface Neighbors {
  readonly ids: Int32Array
  readonly scores: Float32Array
}

/** Says whether an id may be in a result. */
export type Allowed = (id: number) => boolean

/**
 * Finds the vectors nearest to one. It never changes what it was given, never gives an id that was removed or is not
 * allowed, and never gives fewer than k while there are k.
 */
export interface VectorIndex {
  readonly kind: 'exact' | 'hnsw'
  readonly metric: Metric
  readonly dimension: number
  /** Vectors in it. */
  readonly size: number
  /** Ids put or removed since the snapshot: every search pays for them, so build anew when they are more than some thousands. */
  readonly changed: number
  /**
   * The k nearest of the allowed ids, or all of them when they are fewer. Where hardly anything is allowed, all vectors are looked at.
   * @throws VECTOR_UNUSABLE
   */
  search(query: Float32Array, k: number, allowed?: Allowed): Neighbors
  /** As `search`, but every vector is looked at; lets waiting events in meanwhile. */
  searchExactly(query: Float32Array, k: number, signal?: AbortSignal): Promise<Neighbors>
  /**
   * Adds vectors; those of ids that are in it already are replaced. All of them are kept, or none.
   * @throws VECTOR_UNUSABLE
   */
  put(table: VectorTable): void
  /** Takes ids out. Those that are not in it change nothing. */
  remove(ids: Iterable<number>): void
}

/** What an index must have been made for. `fingerprint` is the caller's: the version of the model and the revision of the catalog, say. */
export interface IndexIdentity {
  readonly fingerprint: string
  readonly metric: Metric
  readonly dimension: number
}
