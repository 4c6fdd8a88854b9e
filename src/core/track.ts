/**
 * The 13 audio features under their usual names, in the one order every vector of this project uses.
 * Scales: FORMATS of the Spotify tables: unit interval for most, `loudness` in dB (−60…0), `tempo` in BPM,
 * `key` −1…11, `mode` 0/1, `time_signature` 3…7, `duration_ms` in milliseconds.
 */
export const AUDIO_FEATURES = [
  'danceability',
  'energy',
  'key',
  'loudness',
  'mode',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'liveness',
  'valence',
  'tempo',
  'duration_ms',
  'time_signature',
] as const

/** The audio features in which "sounds alike" is measured: the continuous ones. */
export const SOUND_FEATURES = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'liveness',
  'valence',
  'tempo',
] as const satisfies readonly (typeof AUDIO_FEATURES)[number][]

export type AudioFeature = (typeof AUDIO_FEATURES)[number]

/** Lowest and highest value of each feature: beyond them, a number is no measurement. */
export const FEATURE_RANGES: Readonly<Record<AudioFeature, readonly [number, number]>> = {
  danceability: [0, 1],
  energy: [0, 1],
  key: [-1, 11],
  loudness: [-70, 10],
  mode: [0, 1],
  speechiness: [0, 1],
  acousticness: [0, 1],
  instrumentalness: [0, 1],
  liveness: [0, 1],
  valence: [0, 1],
  tempo: [1, 400],
  duration_ms: [1, 86_400_000],
  time_signature: [1, 7],
}

/** Features that are whole numbers. */
export const WHOLE_FEATURES: ReadonlySet<AudioFeature> = new Set(['key', 'mode', 'time_signature'])

/** Audio features of one recording; an absent key is a missing value, never a zero. */
export type AudioFeatures = Partial<Record<AudioFeature, number>>

/** Who names a recording: a service id, a standard code, or its normalised artist and title. */
export type IdentifierScheme = 'spotify' | 'isrc' | 'mbid' | 'name' | 'title'

/** What a file says about which recording a row is about. At least one of `spotify`, `isrc`, `mbid`, `title` is set. */
export interface TrackRef {
  /** The 22 base-62 characters of `spotify:track:…`. */
  readonly spotify?: string
  readonly isrc?: string
  readonly mbid?: string
  readonly title?: string
  /** The main artist; files that list several give the first. */
  readonly artist?: string
  readonly album?: string
}

/** What a catalog says about a recording beyond its names. `source` names the scale of `audio` ('spotify', 'acousticbrainz'). */
export interface TrackFacts {
  readonly source: string
  readonly audio?: AudioFeatures
  readonly year?: number
  /** 0…100. */
  readonly popularity?: number
  readonly genres?: readonly string[]
}

/** A recording as a person sees it. `id` is stable inside one store. */
export interface Track {
  readonly id: number
  readonly title: string
  readonly artist: string
  readonly album: string
  readonly durationMs?: number
  readonly spotify?: string
  readonly isrc?: string
  readonly mbid?: string
}

/**
 * The key under which two files' names of one recording meet: Unicode-folded, case-folded, white space and quotes
 * unified, nothing else. Versions ("Live", "Remix", "Remastered") stay different recordings: a wrong merge is worse than two rows.
 */
export function nameKey(artist: string, title: string): string {
  return `${fold(artist)}\u001f${fold(title)}`
}

/** Printable ASCII with single spaces and no backtick: only its case can fold. */
const PLAIN = /^[!-_a-~]+(?: [!-_a-~]+)*$/

/** Folds a name for comparison: NFKC, lower case, one kind of quote and dash, single spaces. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return (
    text
      // Before NFKC, which makes a space and an accent of "´".
      .replace(/[’‘`´]/g, "'")
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[“”]/g, '"')
      .replace(/[‐‑‒–—]/g, '-')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

const SPOTIFY_TRACK =
  /^(?:spotify:track:|https?:\/\/(?:open\.spotify\.com\/(?:intl-[\w-]+\/)?track|api\.spotify\.com\/v1\/tracks)\/)?([0-9A-Za-z]{22})(?:[?#].*)?$/

/** The 22 characters of a Spotify track, from a URI, a link or the bare id; undefined for anything else (local files, episodes). */
export function spotifyId(text: string): string | undefined {
  return SPOTIFY_TRACK.exec(text)?.[1]
}
