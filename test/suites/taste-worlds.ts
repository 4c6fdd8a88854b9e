import { FINISH, SKIP } from '../../src/core/labels.ts'
import { random } from '../../src/core/random.ts'
import type { TasteData } from '../../src/learn/taste-lesson.ts'
import { untold } from '../../src/learn/taste-ranking.ts'
import type { ItemContent } from '../../src/taste/sequences.ts'
import type { TasteNames } from '../../src/taste/vocabulary.ts'

export interface TasteWorldSettings {
  readonly listeners: number
  readonly events?: number
  readonly genres?: number
  readonly artists?: number
  readonly tracks?: number
  /** How often the next track follows from the one before: the next artist of its genre in a fixed order. */
  readonly habit?: number
  /** Whether sound, artist and tags say which genre a track is of. */
  readonly told?: boolean
  readonly seed?: string
}

export interface TasteWorld extends TasteData {
  /** Item → genre. */
  readonly genre: Int32Array
  /** Listener → the genre they finish; everything else they skip. */
  readonly loves: Int32Array
  readonly artistOf: Int32Array
}

const HOUR = 3_600_000

/**
 * Invents a world: each listener loves one genre, tries others now and then and skips those. Tracks of an artist are together; a genre has
 * its artists in a circle, and with a habit the next track is of the artist who comes next.
 */
export function tasteWorld(settings: TasteWorldSettings): TasteWorld {
  const { listeners, events = 30, genres = 5, artists = 8, tracks = 8, habit = 0, told = true } = settings
  const rng = random(settings.seed ?? 'taste world')
  const items = genres * artists * tracks
  const genre = Int32Array.from({ length: items }, (_, item) => Math.floor(item / (artists * tracks)))
  const artistOf = Int32Array.from({ length: items }, (_, item) => Math.floor(item / tracks))
  const loves = Int32Array.from({ length: listeners }, (_, s) => s % genres)
  const total = listeners * events
  const sequences = {
    items,
    offsets: Int32Array.from({ length: listeners + 1 }, (_, s) => s * events),
    item: new Int32Array(total),
    outcome: new Int8Array(total),
    at: new Float64Array(total),
    playlist: new Uint8Array(listeners),
    owner: Int32Array.from({ length: listeners }, (_, s) => s),
  }
  for (let s = 0; s < listeners; s++) {
    let last = -1
    for (let k = 0; k < events; k++) {
      const of = rng.next() < 0.75 ? loves[s]! : rng.int(genres)
      const follows = last >= 0 && genre[last] === of && rng.next() < habit
      const within = follows ? ((artistOf[last]! % artists) + 1) % artists : rng.int(artists)
      const item = (of * artists + within) * tracks + rng.int(tracks)
      const event = s * events + k
      sequences.item[event] = item
      sequences.outcome[event] = of === loves[s] ? FINISH : SKIP
      sequences.at[event] = Date.UTC(2024, 0, 1) + (s + k) * HOUR
      last = item
    }
  }
  const content = told ? contentOf(genre, artistOf, rng) : untold(items)
  return { sequences, content, names: namesOf(items, genres * artists), genre, loves, artistOf }
}

function contentOf(genre: Int32Array, artistOf: Int32Array, rng: ReturnType<typeof random>): ItemContent {
  const items = genre.length
  return {
    items,
    audio: Float32Array.from({ length: items * 13 }, (_, at) => {
      const item = Math.floor(at / 13)
      return (genre[item] === at % 13 ? 1.5 : 0) + 0.7 * rng.normal()
    }),
    artist: artistOf.map((artist) => artist + 1),
    genres: new Int32Array(items),
    genreSets: [[]],
    year: Float32Array.from({ length: items }, () => 1990 + rng.int(30)),
    popularity: new Float32Array(items).fill(Number.NaN),
  }
}

function namesOf(items: number, artists: number): TasteNames {
  return {
    items: Array.from({ length: items }, (_, item) => `track ${item}`),
    artists: ['', ...Array.from({ length: artists }, (_, artist) => `artist ${artist}`)],
  }
}
