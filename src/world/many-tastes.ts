import type { Random } from '../core/random.ts'
import { WORLD_SOUND, type WorldArtist, type WorldTrack } from './catalog.ts'
import { TASTE } from './taste.ts'

/** What the true likability of many listeners has beside `TASTE`, each with its reason. */
export const SCENES = {
  perGenre: {
    value: 4,
    why: 'artists of a genre fall into this many scenes, which no catalog tells: only those who listen to both',
  },
  sameScene: { value: 1, why: 'a taste is for the scene at its centre' },
  sameGenre: {
    value: 0.72,
    why: 'another scene of the genre is liked less: what content alone would never say',
  },
  elsewhere: { value: 0.4, why: 'the same sound in another genre' },
} as const

/** One region that a listener likes: a sound within a scene. */
interface ManyTaste {
  readonly genre: number
  readonly scene: number
  /** Standardised sound of the centre, as `WorldTrack.sound`. */
  readonly centre: Float64Array
  /** Strength at the first and at the last play, 0…1. */
  readonly strength: readonly [first: number, last: number]
}

/** One of many listeners: all that decides what they finish. Liking of single artists and tracks is worked out of `salt`. */
export interface ManyListener {
  readonly index: number
  readonly name: string
  readonly tastes: readonly ManyTaste[]
  readonly salt: number
  /** Share of plays that look for something unheard, 0…1. */
  readonly novelty: number
  /** Log-odds on a first hearing. */
  readonly openness: number
  /** UTC hour around which sittings begin. */
  readonly peakHour: number
}

/** What a listener did with a track before a play. */
export interface Familiarity {
  readonly plays: number
  /** Plays so far, each weighted exp(−days since / `TASTE.fatigueDays`). */
  readonly recentPlays: number
}

/** A track that was never heard. */
export const UNHEARD: Familiarity = { plays: 0, recentPlays: 0 }

/** Artist → scene, 0…genres × `SCENES.perGenre` − 1. */
export function scenesOf(random: Random, artists: readonly WorldArtist[]): Int32Array {
  return Int32Array.from(
    artists,
    ({ genre }) => genre * SCENES.perGenre.value + random.int(SCENES.perGenre.value),
  )
}

/** Draws listener `index`: one to four tastes around real tracks, the popular more often. Pure in its arguments. */
export function drawManyListener(
  random: Random,
  index: number,
  tracks: readonly WorldTrack[],
  scene: Int32Array,
  popular: () => number,
): ManyListener {
  const tastes: ManyTaste[] = []
  const wanted = 1 + random.int(4)
  for (let tries = 0; tastes.length < wanted && tries < 40; tries++) {
    const track = tracks[random.next() < 0.5 ? popular() : random.int(tracks.length)]!
    if (tastes.some((taste) => taste.scene === scene[track.artist])) continue
    const first = tastes.length === 0 ? 1 : 0.45 + 0.5 * random.next()
    const last = Math.min(1, Math.max(0.35, first + 0.35 * random.normal()))
    tastes.push({
      genre: track.genre,
      scene: scene[track.artist]!,
      centre: track.sound,
      strength: [first, last],
    })
  }
  return {
    index,
    name: `listener ${index + 1}`,
    tastes,
    salt: random.int(2 ** 31),
    novelty: 0.15 + 0.35 * random.next(),
    openness: 0.3 * random.normal() - 0.1,
    peakHour: random.int(24),
  }
}

/** How well a track fits one taste, 0…1: exp(−mean squared distance of sound / 2 width²), less outside its scene and genre. */
export function closeness(taste: ManyTaste, track: WorldTrack, scene: number): number {
  let distance = 0
  for (let d = 0; d < WORLD_SOUND.length; d++) distance += (track.sound[d]! - taste.centre[d]!) ** 2
  const near = Math.exp(-distance / WORLD_SOUND.length / (2 * TASTE.width.value ** 2))
  if (taste.scene === scene) return near * SCENES.sameScene.value
  return near * (taste.genre === track.genre ? SCENES.sameGenre.value : SCENES.elsewhere.value)
}

/** The strength of a taste when `share` (0…1) of the listener's time has passed. */
export function strengthOf({ strength }: ManyTaste, share: number): number {
  return strength[0] + Math.min(1, Math.max(0, share)) * (strength[1] - strength[0])
}

/**
 * The true likability: the probability that a listener finishes a track, the logistic function of a sum of `TASTE` weights as in the
 * world of few listeners, without the hour.
 * @param row of the track, and `scene` of its artist
 * @param share of the listener's time that has passed, 0…1, for drift
 * @param impatience of the sitting in log-odds; 0 is the average sitting
 */
export function trueLikability(
  listener: ManyListener,
  track: WorldTrack,
  row: number,
  scene: number,
  { plays, recentPlays }: Familiarity,
  share: number,
  impatience = 0,
): number {
  let match = 0
  for (const taste of listener.tastes)
    match = Math.max(match, strengthOf(taste, share) * closeness(taste, track, scene))
  const logOdds =
    TASTE.base.value +
    TASTE.match.value * match +
    track.quality +
    TASTE.artist.value * hashedNormal(listener.salt, track.artist, 1) +
    TASTE.quirk.value * hashedNormal(listener.salt, row, 2) +
    (plays === 0 ? listener.openness : TASTE.familiarity.value * Math.log1p(Math.min(plays, 20))) -
    TASTE.fatigue.value * Math.max(0, recentPlays - 1) -
    impatience
  return 1 / (1 + Math.exp(-logOdds))
}

/** A standard normal that belongs to three numbers (Box–Muller over two hashes): a table of listeners × tracks that nobody has to keep. */
function hashedNormal(a: number, b: number, c: number): number {
  const u = (mix(a, b, c) + 0.5) / 2 ** 32
  const v = mix(b ^ 0x5bd1e995, c, a) / 2 ** 32
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}

/** The finaliser of MurmurHash3 (Appleby 2011) over three numbers; 0…2³² − 1. */
function mix(a: number, b: number, c: number): number {
  let h = Math.imul(a | 0, 0xcc9e2d51) ^ Math.imul(b + 0x1b873593, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
