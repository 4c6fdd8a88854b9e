/**
 * The tables, as data: column → type. Null-free: a missing number is NaN (float columns), a missing text '',
 * a missing flag −1 (int8). Integers are never missing; 0 means "none" in a reference.
 */
export const TABLES = {
  /** Facts about the store itself. */
  meta: { key: 'text', value: 'text' },
  listeners: { id: 'int32', name: 'text', timeZone: 'text', createdAt: 'float64' },
  /** What was imported when. `undoneAt` is NaN while the import stands. */
  imports: {
    id: 'int32',
    listener: 'int32',
    name: 'text',
    sha256: 'text',
    format: 'text',
    at: 'float64',
    undoneAt: 'float64',
    report: 'text',
  },
  /** Every id or name that a recording was called by, interned. Which of them are one recording is derived from the claims. */
  identifiers: { id: 'int32', scheme: 'text', value: 'text' },
  /** Identifiers that a person took out of a wrong merge: names never merge them again. */
  splits: { identifier: 'int32' },
  /** Pairs of identifiers that a person said are one recording. */
  merges: { identifier: 'int32', other: 'int32' },
  /** What one import says about one identifier, a track being the fold of those; import 0: names kept for a saying. */
  claims: {
    import: 'int32',
    identifier: 'int32',
    isrc: 'text',
    mbid: 'text',
    title: 'text',
    artist: 'text',
    album: 'text',
    source: 'text',
    genres: 'text',
    year: 'float32',
    popularity: 'float32',
    danceability: 'float32',
    energy: 'float32',
    key: 'float32',
    loudness: 'float32',
    mode: 'float32',
    speechiness: 'float32',
    acousticness: 'float32',
    instrumentalness: 'float32',
    liveness: 'float32',
    valence: 'float32',
    tempo: 'float32',
    duration_ms: 'float32',
    time_signature: 'float32',
  },
  /** Every play of every import, duplicates too: `hidden` = 1 marks those that another import already tells. */
  plays: {
    id: 'int32',
    import: 'int32',
    listener: 'int32',
    identifier: 'int32',
    endedAt: 'float64',
    msPlayed: 'float64',
    reasonStart: 'text',
    reasonEnd: 'text',
    skipped: 'int8',
    shuffle: 'int8',
    offline: 'int8',
    device: 'text',
    /** 1 when the time is exact to the second, 0 when only to the minute. */
    exact: 'int8',
    hidden: 'int8',
  },
  /** `at` NaN: undated. `until` NaN: for good. `undone` = 1: taken back. A saying by hand has a row for each identifier. */
  feedback: {
    id: 'int32',
    import: 'int32',
    listener: 'int32',
    kind: 'text',
    identifier: 'int32',
    artist: 'text',
    at: 'float64',
    until: 'float64',
    undone: 'int8',
  },
  /** Tracks of the listener's own playlists, and of catalogs that tell playlists (listener 0). */
  playlistItems: {
    import: 'int32',
    listener: 'int32',
    playlist: 'text',
    identifier: 'int32',
    addedAt: 'float64',
  },
  /** What a listener does not want counted as taste. `value` is JSON, by kind. */
  exclusions: { id: 'int32', listener: 'int32', kind: 'text', value: 'text', at: 'float64' },
  /** One row a slate that was shown: what could have been shown, what was, how likely. `body` is JSON. */
  exposures: {
    draw: 'text',
    listener: 'int32',
    recipe: 'text',
    /** How the slate came to be: 'day', 'again', 'seeded' or 'adjusted'. */
    occasion: 'text',
    at: 'float64',
    model: 'int32',
    body: 'text',
  },
  /** Mixes of a day that were drawn and not shown yet: rows as the log of exposures will have them, and the listener's date. */
  preparedMixes: {
    draw: 'text',
    listener: 'int32',
    recipe: 'text',
    occasion: 'text',
    at: 'float64',
    model: 'int32',
    body: 'text',
    day: 'text',
  },
  /**
   * Model versions; their files are in the folder `models/<version>`. `served`: 0 for one that never came to serve or was
   * rolled back, else a number that grows with every change of the serving version: a listener's largest serves.
   */
  models: { version: 'int32', listener: 'int32', at: 'float64', served: 'int32', manifest: 'text' },
  /** What lets a program ask the server; of a key only a digest is kept. `listener` 0: of no one in particular. NaN: not used, not revoked. */
  apiKeys: {
    id: 'int32',
    name: 'text',
    scope: 'text',
    listener: 'int32',
    sha256: 'text',
    createdAt: 'float64',
    usedAt: 'float64',
    revokedAt: 'float64',
  },
  /** Requests that named themselves, so that one sent again is not done again: digests of the name and of what was asked. */
  requests: { key: 'text', sha256: 'text', import: 'int32', at: 'float64' },
  /** Who may sign in. `password` is what scrypt made of it, '' before it was set. `removedAt` NaN: it stands; else nothing is kept but the number. */
  accounts: {
    id: 'int32',
    name: 'text',
    listener: 'int32',
    admin: 'int8',
    password: 'text',
    createdAt: 'float64',
    removedAt: 'float64',
  },
  /** Who is signed in; of the cookie only a digest is kept. */
  sessions: { sha256: 'text', account: 'int32', createdAt: 'float64', seenAt: 'float64' },
  /** One-time links that are open, only digests of them; `account` 0: the set-up. */
  links: { sha256: 'text', purpose: 'text', account: 'int32', expiresAt: 'float64' },
  /** What administrators did: numbers and words, no names. Rows are only ever added. */
  audit: { id: 'int32', at: 'float64', who: 'text', action: 'text', about: 'text' },
  /**
   * What lets a player speak for a listener by a protocol of others. `sha256` where the secret is compared alone, `sealed` where the protocol needs
   * it; '' for the other, and of a token that was revoked. NaN: not used, not revoked.
   */
  protocolTokens: {
    id: 'int32',
    listener: 'int32',
    name: 'text',
    protocol: 'text',
    sha256: 'text',
    sealed: 'text',
    createdAt: 'float64',
    usedAt: 'float64',
    revokedAt: 'float64',
  },
  /** What a listener's players called the artists of MusicBrainz ids. */
  artistIds: { listener: 'int32', mbid: 'text', artist: 'text' },
} as const satisfies Record<string, Record<string, ColumnType>>

export type ColumnType = 'int8' | 'int32' | 'float32' | 'float64' | 'text'
export type TableName = keyof typeof TABLES
export type ColumnName<T extends TableName> = Extract<keyof (typeof TABLES)[T], string>

interface ArrayOf {
  int8: Int8Array
  int32: Int32Array
  float32: Float32Array
  float64: Float64Array
  text: string[]
}

type TypeOf<T extends TableName, C extends ColumnName<T>> = (typeof TABLES)[T][C] extends ColumnType
  ? (typeof TABLES)[T][C]
  : never

export type ColumnValues<T extends TableName, C extends ColumnName<T>> = {
  readonly [K in C]: ArrayOf[TypeOf<T, K>]
}
