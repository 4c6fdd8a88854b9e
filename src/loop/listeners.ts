import type { Random } from '../core/random.ts'
import { makeCatalog, WORLD_GENRES, type WorldArtist, type WorldTrack } from '../world/catalog.ts'
import { closeness, scenesOf } from '../world/many-tastes.ts'
import { TASTE } from '../world/taste.ts'
import { type Conditions, HABIT } from './conditions.ts'

/** The catalog of a closed loop, in columns. */
export interface LoopCatalog {
  readonly tracks: readonly WorldTrack[]
  readonly artists: readonly WorldArtist[]
  readonly artist: Int32Array
  readonly genre: Int32Array
  readonly scene: Int32Array
  /** Genre → its tracks. */
  readonly ofGenre: readonly (readonly number[])[]
}

/** Everything that decides what a listener of a closed loop likes. */
export interface LoopListener {
  readonly isNew: boolean
  /** The track at the centre of each corner. */
  readonly centres: readonly number[]
  /** How well each track fits each corner, corners × tracks, 0…1. */
  readonly closeness: readonly Float64Array[]
  /** How strong each corner is at the first sitting; the norm never changes. */
  readonly strengths: Float64Array
  /** Which corners the history has shown. */
  readonly shown: readonly boolean[]
  /** By track, log-odds: what does not hang on corners, plays or the moment. */
  readonly base: Float64Array
  /** Log-odds on a first hearing. */
  readonly openness: number
}

/** The catalog of a world. @param year the year that releases do not pass */
export function loopCatalog(random: Random, size: number, year: number): LoopCatalog {
  const { tracks, artists } = makeCatalog(random.fork('catalog'), size, Math.ceil(size / 10), year)
  const sceneOfArtist = scenesOf(random.fork('scenes'), artists)
  return {
    tracks,
    artists,
    artist: Int32Array.from(tracks, ({ artist }) => artist),
    genre: Int32Array.from(tracks, ({ genre }) => genre),
    scene: Int32Array.from(tracks, ({ artist }) => sceneOfArtist[artist]!),
    ofGenre: WORLD_GENRES.map((_, of) => [...tracks.keys()].filter((row) => tracks[row]!.genre === of)),
  }
}

/**
 * Draws a listener: corners around real tracks of different genres, the first the strongest. The share `hidden` of the corners, rounded
 * by chance, is what their history will not show; of a new listener it shows none.
 */
export function drawLoopListener(
  random: Random,
  catalog: LoopCatalog,
  { corners, hidden, own }: Conditions,
  isNew: boolean,
): LoopListener {
  const { tracks, artists, artist, genre, scene } = catalog
  const centres: number[] = []
  while (centres.length < corners) {
    const row = random.int(tracks.length)
    if (!centres.some((other) => genre[other] === genre[row])) centres.push(row)
  }
  const strengths = Float64Array.from(centres, (_, i) => (i === 0 ? 1 : 0.65 + 0.35 * random.next()))
  const order = random.shuffle(centres.map((_, i) => i))
  const hiding = Math.min(corners - 1, Math.floor(hidden * corners + random.next()))
  const shown = centres.map((_, i) => !isNew && order.indexOf(i) >= hiding)
  const likedArtist = Float64Array.from(artists, () => own * random.normal())
  return {
    isNew,
    centres,
    closeness: centres.map((row) => {
      const taste = {
        genre: genre[row]!,
        scene: scene[row]!,
        centre: tracks[row]!.sound,
        strength: [1, 1],
      } as const
      return Float64Array.from(tracks, (track, i) => closeness(taste, track, scene[i]!))
    }),
    strengths,
    shown,
    base: Float64Array.from(
      tracks,
      ({ quality }, i) =>
        TASTE.base.value + quality + likedArtist[artist[i]!]! + HABIT.quirk.value * own * random.normal(),
    ),
    openness: 0.3 * random.normal() - 0.1,
  }
}

/** The strengths of the corners a sitting later: turned by a small random angle, their norm as it was, none below 0. */
export function drifted(strengths: Float64Array, angle: number, random: Random): Float64Array {
  const norm = Math.hypot(...strengths)
  const step = (angle * norm) / Math.sqrt(Math.max(1, strengths.length - 1))
  const moved = strengths.map((strength) => Math.abs(strength + step * random.normal()))
  const now = Math.hypot(...moved)
  return moved.map((strength) => (strength * norm) / now)
}
