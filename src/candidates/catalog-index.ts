import { SOUND } from '../features/taste.ts'
import { AUDIO_STRIDE, type Catalog, hasAudio } from '../library/catalog.ts'
import { songKey } from '../library/songs.ts'
import { type ArtistLikeness, artistLikeness } from './artist-likeness.ts'
import { type SoundTree, soundTree } from './sound-tree.ts'
import { type Tags, tagsOf } from './tags.ts'

/** Rows that are kept as close to a row. */
const CLOSE_ROWS = 64
/** For so many rows what is close to them is remembered. */
const REMEMBERED = 60_000

/**
 * What sources look up in a catalog, so that no request goes through all of it. Each part is worked out when it is first asked for,
 * and kept: none of it is about a listener.
 */
export interface CatalogIndex {
  readonly tags: Tags
  /** One number for all versions of a song. */
  songOf(row: number): number
  /** The rows of an artist, most popular first; none for nobody. */
  ofArtist(artist: number): Int32Array
  /** Rows with an artist and a known popularity above 0, most popular first. */
  popular(): Int32Array
  /** The up to 64 other rows with an artist that are closest in sound, closest first; none for a row without audio. */
  soundsLike(row: number): Int32Array
  /** Artists that are like an artist by sound and tags, most alike first. */
  artistsLike(artist: number): readonly ArtistLikeness[]
}

/** @param audio size × 13 scaled audio features, NaN where missing */
export function catalogIndex(catalog: Catalog, audio: Float32Array): CatalogIndex {
  const tags = once(() => tagsOf(catalog))
  const byArtist = once(() => rowsByArtist(catalog))
  const popular = once(() => {
    const { popularity, artist } = catalog
    const rows = Array.from(popularity.keys()).filter((row) => popularity[row]! > 0 && artist[row] !== 0)
    return Int32Array.from(rows.sort((a, b) => popularity[b]! - popularity[a]! || a - b))
  })
  const sound = once(() => soundOf(catalog, audio))
  const near = remembered(REMEMBERED, (row: number) => {
    if (!hasAudio(catalog, row)) return new Int32Array()
    const { tree, rows } = sound()
    const found = tree.nearest(soundPoint(audio, row), CLOSE_ROWS + 1)
    return Int32Array.from(found, (i) => rows[i]!)
      .filter((other) => other !== row)
      .subarray(0, CLOSE_ROWS)
  })
  const likeness = once(() => artistLikeness({ catalog, audio, ofArtist: byArtist(), tags: tags() }))
  const songs = new Map<string, number>()
  /** One more than the number of the row's song; 0 where nobody asked yet. */
  const songOfRow = new Int32Array(catalog.size)
  return {
    songOf(row) {
      if (songOfRow[row] === 0) {
        const key = songKey(catalog, row)
        if (!songs.has(key)) songs.set(key, songs.size)
        songOfRow[row] = songs.get(key)! + 1
      }
      return songOfRow[row]! - 1
    },
    get tags() {
      return tags()
    },
    ofArtist: (artist) => byArtist()(artist),
    popular,
    soundsLike: near,
    artistsLike: (artist) => likeness()(artist),
  }
}

/** A row's sound, 0 (the mean) where a feature is missing. */
function soundPoint(audio: Float32Array, row: number): Float32Array {
  const point = new Float32Array(SOUND.length)
  for (let k = 0; k < SOUND.length; k++) {
    const value = audio[row * AUDIO_STRIDE + SOUND[k]!]!
    point[k] = Number.isNaN(value) ? 0 : value
  }
  return point
}

function soundOf(catalog: Catalog, audio: Float32Array): { tree: SoundTree; rows: Int32Array } {
  const rows = Int32Array.from(
    Array.from(catalog.artist.keys()).filter((row) => catalog.artist[row] !== 0 && hasAudio(catalog, row)),
  )
  const points = new Float32Array(rows.length * SOUND.length)
  rows.forEach((row, i) => {
    points.set(soundPoint(audio, row), i * SOUND.length)
  })
  return { tree: soundTree(points, SOUND.length), rows }
}

function rowsByArtist({ artist, artists, popularity }: Catalog): (artist: number) => Int32Array {
  const starts = new Int32Array(artists.size + 1)
  for (const one of artist) starts[one + 1]!++
  for (let one = 0; one < artists.size; one++) starts[one + 1]! += starts[one]!
  const next = starts.slice(0, artists.size)
  const rows = new Int32Array(artist.length)
  artist.forEach((one, row) => {
    rows[next[one]!++] = row
  })
  const known = (row: number) => popularity[row]! || 0
  for (let one = 1; one < artists.size; one++)
    if (starts[one + 1]! - starts[one]! > 1)
      rows.subarray(starts[one]!, starts[one + 1]!).sort((a, b) => known(b) - known(a) || a - b)
  return (one) => (one > 0 ? rows.subarray(starts[one]!, starts[one + 1]!) : rows.subarray(0, 0))
}

/** Worked out when first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Remembers the `most` answers that were worked out last. */
export function remembered<T>(most: number, make: (key: number) => T): (key: number) => T {
  const kept = new Map<number, T>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(key)
    kept.set(key, made)
    if (kept.size > most) kept.delete(kept.keys().next().value!)
    return made
  }
}
