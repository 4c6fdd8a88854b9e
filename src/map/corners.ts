import type { DescribedListener } from '../core/described-listener.ts'
import { SOUND_FEATURES } from '../core/track.ts'
import { SOUND } from '../features/taste.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'
import { LIKED, NEW, type ShownTracks, shortName } from './points.ts'

const NAMED_ARTISTS = 2
const LISTED = 5
/** A corner is called after a genre that this much more of it has than of all, and that this share of it has. */
const GENRE_LIFT = 1.3
const GENRE_SHARE = 0.2
/** Sound is told where a corner lies this many standard deviations from the middle. */
const TELLING = 0.3

/** What more and less of a feature is called. */
const SOUND_WORDS: Readonly<Record<(typeof SOUND_FEATURES)[number], readonly [more: string, less: string]>> =
  {
    danceability: ['danceable', 'not for dancing'],
    energy: ['energetic', 'calm'],
    loudness: ['loud', 'quiet'],
    speechiness: ['wordy', 'few words'],
    acousticness: ['acoustic', 'electric'],
    instrumentalness: ['instrumental', 'sung'],
    liveness: ['live', 'studio'],
    valence: ['cheerful', 'sombre'],
    tempo: ['fast', 'slow'],
  }

/** A track in a list of names. */
export interface NamedTrack {
  readonly title: string
  readonly artist: string
  /** 0…1. */
  readonly likability?: number
}

/** A corner of the taste, or of the catalog where nothing has been played. */
export interface Corner {
  /** After its artists or its genre, else its sound. */
  readonly name: string
  /** How it differs in sound, in words; '' where it does not or is not known. */
  readonly sound: string
  readonly tracks: number
  readonly heard: number
  readonly liked: number
  /** Mean over its new tracks, 0…1; none without a model or new tracks. */
  readonly likability?: number
  /** Loved most, strongest first. */
  readonly loved: readonly NamedTrack[]
  /** New, and most likely finished first. */
  readonly fresh: readonly NamedTrack[]
}

export interface CornersInput extends ShownTracks {
  readonly catalog: Catalog
  /** size × 13 scaled audio features. */
  readonly audio: Float32Array
  readonly state: Pick<DescribedListener, 'loved'>
}

/** The corners of a map with their names and what is in them, in the order of their numbers. */
export function cornersOf(input: CornersInput): Corner[] {
  const { rows, corner, kinds, likability, catalog, state } = input
  const count = rows.length === 0 ? 0 : corner.reduce((most, c) => Math.max(most, c), 0) + 1
  const at = new Map(rows.map((row, i) => [row, i]))
  const named = (i: number): NamedTrack => ({
    title: shortName(catalog.titles.at(rows[i]!)),
    artist: shortName(catalog.artists.at(catalog.artist[rows[i]!]!)),
    ...(likability && { likability: likability[i]! }),
  })
  const members = Array.from({ length: count }, (): number[] => [])
  corner.forEach((c, i) => {
    members[c]!.push(i)
  })
  const names = new Set<string>()
  // What is loved stands out against all that is loved; where nothing is, against all tracks.
  const among = state.loved.length > 0 ? state.loved.map(({ row }) => row) : rows
  return members.map((all, c) => {
    const loved = state.loved.filter((track) => track.cluster === c && at.has(track.row))
    const fresh = all.filter((i) => kinds[i] === NEW)
    const typical = loved.length > 0 ? loved.map(({ row }) => row) : all.map((i) => rows[i]!)
    const sound = soundOf(input.audio, typical, among)
    const likely = likability
      ? fresh
          .filter((i) => catalog.titles.at(rows[i]!) !== '')
          .sort((a, b) => likability[b]! - likability[a]!)
      : []
    const wanted = nameOf(catalog, loved, typical, rows) || sound || `corner ${c + 1}`
    const name = names.has(wanted) ? `${wanted} (${c + 1})` : wanted
    names.add(name)
    return {
      name,
      sound,
      tracks: all.length,
      heard: all.length - fresh.length,
      liked: all.filter((i) => kinds[i] === LIKED).length,
      ...(likability &&
        fresh.length > 0 && {
          likability: fresh.reduce((sum, i) => sum + likability[i]!, 0) / fresh.length,
        }),
      loved: loved.slice(0, LISTED).map(({ row }) => named(at.get(row)!)),
      fresh: likely.slice(0, LISTED).map(named),
    }
  })
}

/** The artists loved most; before them the genre that stands out, alone where nothing is loved. */
function nameOf(
  catalog: Catalog,
  loved: DescribedListener['loved'],
  typical: readonly number[],
  rows: readonly number[],
): string {
  const weights = new Map<number, number>()
  for (const { row, weight } of loved) {
    const artist = catalog.artist[row]!
    if (artist !== 0) weights.set(artist, (weights.get(artist) ?? 0) + weight)
  }
  const artists = [...weights]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, NAMED_ARTISTS)
    .map(([artist]) => shortName(catalog.artists.at(artist)))
    .join(', ')
  const genre = standingOut(genreShares(catalog, typical), genreShares(catalog, rows))
  return [genre, artists].filter((part) => part !== '').join(': ')
}

function genreShares(catalog: Catalog, rows: readonly number[]): Map<string, number> {
  const shares = new Map<string, number>()
  for (const row of rows)
    for (const genre of catalog.genreSets.at(catalog.genres[row]!).split('; '))
      if (genre !== '') shares.set(genre, (shares.get(genre) ?? 0) + 1 / rows.length)
  return shares
}

function standingOut(here: Map<string, number>, all: Map<string, number>): string {
  const [best] = [...here]
    .filter(([genre, share]) => share >= GENRE_SHARE && share >= GENRE_LIFT * (all.get(genre) ?? 0))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return best ? shortName(best[0]) : ''
}

function soundOf(audio: Float32Array, typical: readonly number[], rows: readonly number[]): string {
  const [here, all] = [meanSound(audio, typical), meanSound(audio, rows)]
  return SOUND_FEATURES.map((feature, k) => ({ feature, by: here[k]! - all[k]! }))
    .filter(({ by }) => Math.abs(by) >= TELLING)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, 2)
    .map(({ feature, by }) => SOUND_WORDS[feature][by > 0 ? 0 : 1])
    .join(', ')
}

/** NaN where no row has the feature. */
function meanSound(audio: Float32Array, rows: readonly number[]): number[] {
  return SOUND.map((f) => {
    let [sum, n] = [0, 0]
    for (const row of rows) {
      const value = audio[row * AUDIO_STRIDE + f]!
      if (Number.isNaN(value)) continue
      sum += value
      n++
    }
    return sum / n
  })
}
