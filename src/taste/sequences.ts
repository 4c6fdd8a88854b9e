/**
 * What many listeners heard, in order, as columns over items 0…items − 1. A playlist is a listener of its own kind: what was
 * added, in the order it was added. Sequences without order have no times, and a model must not read one into them.
 */
export interface Sequences {
  readonly items: number
  /** sequences + 1 offsets: sequence s is events offsets[s]…offsets[s + 1] − 1, oldest first. */
  readonly offsets: Int32Array
  readonly item: Int32Array
  /** FINISH, SKIP or UNKNOWN of core/labels.ts. */
  readonly outcome: Int8Array
  /** Moment an event began (never its end: that tells the outcome), ms since the epoch; NaN where nobody knows. */
  readonly at: Float64Array
  /** Sequence → 1 for a playlist, 0 for a listener. */
  readonly playlist: Uint8Array
  /**
   * Sequence → whose it is: a log and the playlists of one listener are of one owner. A playlist that a catalog tells is an owner of its
   * own, since nobody's listening is behind it.
   */
  readonly owner: Int32Array
}

/** What is known of items without anybody having heard them; item 0…items − 1. */
export interface ItemContent {
  readonly items: number
  /** items × 13 audio features as the model scales them, NaN where missing. */
  readonly audio: Float32Array
  /** Item → artist; 0 is nobody. */
  readonly artist: Int32Array
  /** Item → set of genres and tags; 0 is none. */
  readonly genres: Int32Array
  /** Set → its genres and tags. */
  readonly genreSets: readonly (readonly string[])[]
  /** Release year and popularity 0…100, NaN where missing. */
  readonly year: Float32Array
  readonly popularity: Float32Array
}
