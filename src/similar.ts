import { kinshipWith, relatives, tagNames } from './candidates/kinship.ts'
import type { Kinship } from './core/kinship.ts'
import type { Track } from './core/track.ts'
import type { Engine } from './engine.ts'
import { hasAudio, trackAt } from './library/catalog.ts'
import type { MayTell } from './library/find-track.ts'
import { readPlaylists } from './library/playlists.ts'
import { songKey } from './library/songs.ts'
import { kinshipFacts } from './mix/kinship-words.ts'
import { affinity } from './rank/affinity.ts'

const OF_AN_ARTIST = 3

/** A track that is like another, and why. */
export interface SimilarTrack {
  readonly track: Track
  /** What they share, in log-odds of the scale that a radio ranks by; comparable within one answer. */
  readonly affinity: number
  /** Mean squared difference of their sound in standard deviations; absent when one of them has no audio features. */
  readonly sound?: number
  readonly sameArtist: boolean
  readonly sharedTags: readonly string[]
  /** Playlists that hold both: those that catalogs tell, and the listener's own. */
  readonly publicPlaylists: number
  readonly ownPlaylists: number
  /** Facts in words, the most telling first; one at least. */
  readonly why: readonly string[]
}

/** The tracks most like one; plain JSON. */
export interface Similar {
  readonly track: Track
  readonly similar: readonly SimilarTrack[]
  /** What the answer could not be made of. */
  readonly notes: readonly string[]
}

/**
 * The up to `n` tracks most like a row of the catalog by sound, artist, tags and playlists, one version of each song, the most like
 * first. Needs no model and no plays.
 * @param listener whose own playlists count beside those of catalogs
 * @param mayTell rows that it does not hold for are not there
 */
export async function similarTracks(
  engine: Engine,
  row: number,
  n: number,
  listener?: number,
  mayTell: MayTell = () => true,
): Promise<Similar> {
  const { library } = engine
  const { catalog, audio, index } = await engine.shelves()
  const owners = listener === undefined ? [0] : [0, listener]
  const playlists = await readPlaylists(library.store, catalog, owners)
  const sources = { catalog, audio, index, playlists }
  const kinship = kinshipWith([row], sources)
  const ranked = relatives([row], sources)
    .filter(mayTell)
    .map((other) => {
      const kin = kinship(other)
      return { row: other, kin, affinity: affinity(kin) }
    })
    .sort((a, b) => b.affinity - a.affinity || a.row - b.row)

  const track = trackAt(catalog, row)
  const tags = tagNames(catalog, row)
  const songs = new Set([songKey(catalog, row)])
  const similar: SimilarTrack[] = []
  for (const { row: other, kin, affinity: value } of artistsInTurn(
    ranked,
    (one) => catalog.artist[one.row]!,
  )) {
    if (similar.length >= n) break
    const sharedTags = tagNames(catalog, other).filter((tag) => tags.includes(tag))
    const why = kinshipFacts({
      kinship: kin,
      artist: catalog.artists.at(catalog.artist[other]!),
      seed: { title: '', artist: '' },
      likeArtist: kin.likeArtist === undefined ? '' : catalog.artists.at(kin.likeArtist),
      tags: sharedTags,
      from: { title: 'it', kind: 'track' },
    }).map(({ text }) => text)
    const song = songKey(catalog, other)
    if (why.length === 0 || songs.has(song)) continue
    songs.add(song)
    similar.push({ track: trackAt(catalog, other), affinity: value, ...sharedOf(kin), sharedTags, why })
  }
  return { track, similar, notes: notesOn(hasAudio(catalog, row), similar.length, n) }
}

/** The same in their order, but what is beyond three of an artist behind all others: a list of one artist says little. */
function artistsInTurn<T>(items: readonly T[], artistOf: (item: T) => number): readonly T[] {
  const counts = new Map<number, number>()
  const [first, later]: [T[], T[]] = [[], []]
  for (const item of items) {
    const count = (counts.get(artistOf(item)) ?? 0) + 1
    counts.set(artistOf(item), count)
    if (count <= OF_AN_ARTIST) first.push(item)
    else later.push(item)
  }
  return [...first, ...later]
}

function sharedOf({ sound, artist, publicPlaylists, ownPlaylists }: Kinship) {
  const counts = { sameArtist: artist > 0, publicPlaylists, ownPlaylists }
  return sound === undefined ? counts : { sound, ...counts }
}

function notesOn(heard: boolean, found: number, n: number): string[] {
  if (found === 0)
    return [
      `Nothing can be said of what is like it: ${heard ? 'nothing in the catalog shares' : 'its sound is not known, and nothing in the catalog shares'} its artist, tags or playlists. A catalog with audio features would help.`,
    ]
  return [
    ...(heard ? [] : ['Its sound is not known: these are by artist, tags and playlists.']),
    ...(found < n ? [`${found} of ${n}: nothing else in the catalog is like it.`] : []),
  ]
}
