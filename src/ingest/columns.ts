import { AUDIO_FEATURES, type AudioFeature } from '../core/track.ts'

/** What a column of a track table says. */
export type Role =
  | AudioFeature
  | 'spotify'
  | 'isrc'
  | 'mbid'
  | 'title'
  | 'artist'
  | 'artistIds'
  | 'album'
  | 'released'
  | 'popularity'
  | 'genres'
  | 'playlist'
  | 'playlistId'
  | 'addedAt'
  | 'seconds'

/** Names under which tables give each role, best first, as `columnKey` folds them. */
const ALIASES: Readonly<Record<Exclude<Role, AudioFeature>, readonly string[]>> = {
  spotify: [
    'track_uri',
    'spotify_track_uri',
    'spotify_uri',
    'uri',
    'spotify_track_id',
    'spotify_id',
    'track_id',
    'track_url',
    'spotify_url',
    'track_href',
    'id',
  ],
  isrc: ['isrc', 'track_isrc', 'isrc_code'],
  mbid: ['recording_mbid', 'mbid', 'musicbrainz_recordingid', 'musicbrainz_recording_id', 'musicbrainz_id'],
  title: ['track_name', 'song_title', 'track_title', 'song_name', 'title', 'name', 'song', 'track'],
  artist: [
    'track_artist',
    'artist_name',
    'artist',
    'artist_name_s',
    'artist_names',
    'artists',
    'track_artists',
  ],
  artistIds: ['artist_uri_s', 'artist_uris', 'artist_ids', 'artist_id_s'],
  album: ['track_album_name', 'album_name', 'album', 'album_title', 'release_name'],
  released: [
    'track_album_release_date',
    'album_release_date',
    'release_date',
    'year',
    'release_year',
    'released_year',
  ],
  popularity: ['track_popularity', 'popularity'],
  genres: [
    'genres',
    'genre',
    'track_genre',
    'artist_genres',
    'album_genres',
    'playlist_genre',
    'playlist_subgenre',
    'subgenre',
    'tags',
  ],
  playlist: ['playlist_name', 'playlist'],
  playlistId: ['playlist_id', 'playlist_uri'],
  addedAt: ['added_at', 'added', 'date_added'],
  seconds: ['length_s', 'duration_s', 'duration_seconds', 'length_seconds'],
}

const FEATURE_ALIASES: Readonly<Partial<Record<AudioFeature, readonly string[]>>> = {
  duration_ms: ['duration_ms', 'track_duration_ms', 'length_ms'],
}

/** Role → indexes of its columns; several for genres alone. */
export type Columns = ReadonlyMap<Role, readonly number[]>

/** Tells what the columns of a table say, by their names. An unnamed column says nothing. */
export function columnsOf(header: readonly string[]): Columns {
  const keys = header.map(columnKey)
  const columns = new Map<Role, readonly number[]>()
  const entries: [Role, readonly string[]][] = [
    ...(Object.entries(ALIASES) as [Role, readonly string[]][]),
    ...AUDIO_FEATURES.map((name): [Role, readonly string[]] => [name, FEATURE_ALIASES[name] ?? [name]]),
  ]
  for (const [role, aliases] of entries) {
    const found = aliases.map((alias) => keys.indexOf(alias)).filter((index) => index >= 0)
    if (found.length > 0) columns.set(role, role === 'genres' ? found : found.slice(0, 1))
  }
  return columns
}

/** Whether any column tells which track a row is about. */
export function namesTracks(columns: Columns): boolean {
  return (['spotify', 'isrc', 'mbid', 'title'] as const).some((role) => columns.has(role))
}

/** Which of the 13 audio features the table has; a length in seconds is one in milliseconds too. */
export function audioFeaturesIn(columns: Columns): AudioFeature[] {
  return AUDIO_FEATURES.filter(
    (name) => columns.has(name) || (name === 'duration_ms' && columns.has('seconds')),
  )
}

/** Whether a table says anything about its tracks beyond their names. */
export function saysSomething(columns: Columns): boolean {
  const roles: readonly Role[] = ['genres', 'popularity', 'released', 'playlist']
  return audioFeaturesIn(columns).length > 0 || roles.some((role) => columns.has(role))
}

/** How spellings of a column name meet: lower case, everything but letters and digits as one underscore. */
export function columnKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '')
}
