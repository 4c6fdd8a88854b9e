import { random } from '../core/random.ts'
import { SOUND } from '../features/taste.ts'
import type { TasteSpace } from '../features/taste-clusters.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'

const WORDS = 12
const OWN = 6
const CORNERS = 6
/** How much each part counts beside the track's own sound; chosen by looking at maps. */
const ARTIST_SOUND = 0.9
const COMPANY = 0.35
const GENRE = 0.8
const NAME = 0.22
const CORNER = 1.2

/** What a track is like, as a point in which near means alike. */
export interface Content {
  readonly width: number
  /** rows.length × width, row-major; a part that is not known is 0, the middle of all tracks. */
  readonly points: Float32Array
  /** Artist of each row; 0 is nobody. */
  readonly artist: Int32Array
}

/**
 * The content of catalog rows: their sound, the mean sound of their artist, the words of their genres and a direction of the
 * artist's own (both by random indexing, Kanerva et al. 2000), the company that the artist keeps in the listener's sittings, and the
 * corner of the taste that it is closest to.
 * A track whose sound is not known lies where its artist does.
 * @param audio size × 13 scaled audio features, NaN where missing
 * @param corner of each of the rows, 0 to 5
 */
export function contentOf(
  catalog: Catalog,
  audio: Float32Array,
  space: TasteSpace,
  rows: ArrayLike<number>,
  corner: ArrayLike<number>,
): Content {
  const sound = SOUND.length
  const company = space.pointOf(0).length - sound
  const width = 2 * sound + company + WORDS + OWN + CORNERS
  const points = new Float32Array(rows.length * width)
  const artistSound = meanByArtist(catalog, audio)
  const genreOf = directionsOf(WORDS, (set) => wordsOf(catalog.genreSets.at(set)))
  const nameOf = directionsOf(OWN, (artist) => [String(artist)])
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const artist = catalog.artist[row]!
    const taste = space.pointOf(row)
    let at = i * width
    const put = (value: number, weight: number) => {
      points[at++] = Number.isNaN(value) ? 0 : value * weight
    }
    for (let k = 0; k < sound; k++) {
      const own = taste[k]!
      put(Number.isNaN(own) ? artistSound[artist * sound + k]! : own, 1)
    }
    for (let k = 0; k < sound; k++) put(artistSound[artist * sound + k]!, ARTIST_SOUND)
    for (let k = 0; k < company; k++) put(taste[sound + k]!, COMPANY)
    for (const value of genreOf(catalog.genres[row]!)) put(value, GENRE)
    // Nobody is no artist whom tracks could have in common.
    for (const value of nameOf(artist)) put(artist === 0 ? Number.NaN : value, NAME)
    for (let c = 0; c < CORNERS; c++) put(c === corner[i] ? 1 : 0, CORNER)
  }
  return { width, points, artist: Int32Array.from(rows, (row) => catalog.artist[row]!) }
}

/** artists × 9 mean scaled sound, NaN where none of an artist's tracks has the feature. */
function meanByArtist(catalog: Catalog, audio: Float32Array): Float32Array {
  const width = SOUND.length
  const sums = new Float64Array(catalog.artists.size * width)
  const counts = new Uint32Array(sums.length)
  for (let row = 0; row < catalog.size; row++) {
    const artist = catalog.artist[row]!
    if (artist === 0) continue
    SOUND.forEach((f, k) => {
      const value = audio[row * AUDIO_STRIDE + f]!
      if (Number.isNaN(value)) return
      sums[artist * width + k] = sums[artist * width + k]! + value
      counts[artist * width + k] = counts[artist * width + k]! + 1
    })
  }
  return Float32Array.from(sums, (sum, i) => sum / counts[i]!)
}

/** Key → the mean of its words' random directions, each of ±1; zeros without words. */
function directionsOf(width: number, words: (key: number) => readonly string[]) {
  const kept = new Map<number, Float32Array>()
  return (key: number): Float32Array => {
    const known = kept.get(key)
    if (known) return known
    const said = words(key)
    const sum = new Float32Array(width)
    for (const word of said) {
      const direction = random(`word/${word}`)
      for (let k = 0; k < width; k++)
        sum[k] = sum[k]! + (direction.next() < 0.5 ? -1 : 1) / Math.sqrt(said.length)
    }
    kept.set(key, sum)
    return sum
  }
}

function wordsOf(genres: string): string[] {
  return [
    ...new Set(
      genres
        .toLowerCase()
        .split(/[^\p{L}\p{N}&]+/u)
        .filter((word) => word !== ''),
    ),
  ]
}
