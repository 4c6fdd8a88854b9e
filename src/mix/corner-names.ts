import type { LovedTrackRow } from '../core/described-listener.ts'
import { oneLine } from './one-line.ts'

/** What a catalog tells of a track that a corner can be named by. */
export interface TrackCharacter {
  /** '' for nobody. */
  readonly artist: string
  /** Genres and tags, each once. */
  readonly tags: readonly string[]
  /** Features of sound in standard deviations of the catalog; absent or NaN where unknown. */
  readonly sound: Readonly<Partial<Record<NamedSound, number>>>
}

/** Sounds that have a word, for less and for more of it than in the rest of the taste. */
const SOUND_WORDS = {
  energy: ['calm songs', 'lively songs'],
  acousticness: [undefined, 'acoustic songs'],
  instrumentalness: [undefined, 'instrumentals'],
  valence: ['sombre songs', 'cheerful songs'],
  danceability: [undefined, 'songs to dance to'],
} as const

export type NamedSound = keyof typeof SOUND_WORDS

const NAMED_SOUNDS = Object.keys(SOUND_WORDS) as readonly NamedSound[]

/** At most so many artists stand for a corner. */
const ARTISTS = 2
/** A tag names a corner when this share of its tagged love has it. */
const COMMON_TAG = 1 / 3
/** A sound names a corner when its mean lies this many standard deviations off that of the whole taste. */
const CLEAR_SOUND = 0.5
/** Names are cut behind this many characters. */
const LONGEST = 32

/** Worked out once for the loved tracks of a listener as they stand. */
const kept = new WeakMap<readonly LovedTrackRow[], readonly string[]>()

/**
 * What each corner of a taste is called: the artists that stand for it most, each of whom names one corner alone, and its most telling tag
 * or, where it has none of its own, its sound in words: "Radiohead, Portishead and trip hop". '' where nothing can be said. The same loved tracks give the same names.
 * @param corners how many corners there are; names come in their order
 */
export function cornerNames(
  loved: readonly LovedTrackRow[],
  corners: number,
  characterOf: (row: number) => TrackCharacter,
): readonly string[] {
  const known = kept.get(loved)
  if (known) return known
  const names = namesOf(loved, corners, characterOf)
  kept.set(loved, names)
  return names
}

function namesOf(
  loved: readonly LovedTrackRow[],
  corners: number,
  characterOf: (row: number) => TrackCharacter,
): string[] {
  const tracks = loved.map(({ row, weight, cluster }) => ({ weight, cluster, ...characterOf(row) }))
  const artists = sums(tracks, corners, ({ artist }) => (artist === '' ? [] : [artist]))
  const tags = sums(tracks, corners, (track) => track.tags)
  const tagged = sums(tracks, corners, (track) => (track.tags.length > 0 ? [''] : [])).get('')
  const telling = Array.from({ length: corners }, (_, corner) => tagOf(tags, tagged, corner))
  return telling.map((tag, corner) => {
    const names = artistsOf(artists, corner).map((name) => oneLine(name, LONGEST))
    const isShared = telling.filter((other) => other === tag).length > 1
    const kind = isShared ? (soundOf(tracks, corner) ?? tag) : (tag ?? soundOf(tracks, corner))
    return listed(kind === undefined ? names : [...names, oneLine(kind, LONGEST)])
  })
}

interface Weighed extends TrackCharacter {
  readonly weight: number
  readonly cluster: number
}

/** Name → how much love it has in each corner. */
type Sums = ReadonlyMap<string, Float64Array>

function sums(
  tracks: readonly Weighed[],
  corners: number,
  wordsOf: (track: Weighed) => readonly string[],
): Sums {
  const found = new Map<string, Float64Array>()
  for (const track of tracks)
    for (const name of wordsOf(track)) {
      const of = found.get(name) ?? new Float64Array(corners)
      found.set(name, of)
      of[track.cluster]! += track.weight
    }
  return found
}

/** The artists with the most love in a corner, among those who have more there than in any other. */
function artistsOf(artists: Sums, corner: number): string[] {
  return [...artists]
    .filter(([, love]) => love[corner]! > 0 && love.indexOf(Math.max(...love)) === corner)
    .sort(([a, one], [b, other]) => other[corner]! - one[corner]! || (a < b ? -1 : 1))
    .slice(0, ARTISTS)
    .map(([name]) => name)
}

/**
 * The tag that sets a corner apart most, share · ln(share / share in the whole taste), of those that many of its tracks have; where none does, the most common.
 */
function tagOf(tags: Sums, tagged: Float64Array | undefined, corner: number): string | undefined {
  if (!tagged) return undefined
  const everywhere = total(tagged)
  const [best] = [...tags]
    .map(([tag, love]) => {
      const share = love[corner]! / tagged[corner]!
      return { tag, share, telling: share * Math.log((share * everywhere) / total(love)) }
    })
    .filter(({ share }) => share >= COMMON_TAG)
    .sort((a, b) => b.telling - a.telling || b.share - a.share || (a.tag < b.tag ? -1 : 1))
  return best?.tag
}

/** The word for what sets the corner's sound apart most. */
function soundOf(tracks: readonly Weighed[], corner: number): string | undefined {
  let best: string | undefined
  let farthest = CLEAR_SOUND
  for (const feature of NAMED_SOUNDS) {
    const away =
      mean(
        tracks.filter(({ cluster }) => cluster === corner),
        feature,
      ) - mean(tracks, feature)
    const word = SOUND_WORDS[feature][away < 0 ? 0 : 1]
    if (word === undefined || !(Math.abs(away) > farthest)) continue
    best = word
    farthest = Math.abs(away)
  }
  return best
}

function mean(tracks: readonly Weighed[], feature: NamedSound): number {
  let [sum, weights] = [0, 0]
  for (const { weight, sound } of tracks) {
    const value = sound[feature] ?? Number.NaN
    if (Number.isNaN(value)) continue
    sum += weight * value
    weights += weight
  }
  return sum / weights
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
