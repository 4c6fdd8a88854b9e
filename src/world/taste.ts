import type { Random } from '../core/random.ts'
import { WORLD_GENRES, WORLD_SOUND, type WorldArtist, type WorldTrack } from './catalog.ts'

/** The weights of the true finish probability, in log-odds, each with its reason. */
export const TASTE = {
  base: { value: -2.0, why: 'a track far from every taste is skipped about seven times in eight' },
  match: {
    value: 4.8,
    why: 'the centre of a taste is finished nineteen times in twenty before anything else is known',
  },
  width: {
    value: 0.95,
    why: 'a taste is about one standard deviation wide in sound: neighbours in sound matter',
  },
  otherGenre: { value: 0.6, why: 'the same sound in another genre counts a bit more than half' },
  artist: {
    value: 0.5,
    why: 'spread of the liking of artists: what content alone cannot say, one artist at a time',
  },
  quirk: { value: 0.4, why: 'spread of the liking of single tracks: only their own plays tell it' },
  familiarity: { value: 0.22, why: 'per log(1 + plays): what one knows is let play on' },
  fatigue: { value: 0.3, why: 'per play in the last days beyond the first: today’s tenth time is skipped' },
  fatigueDays: { value: 4, why: 'a tiring track is fresh again after about a week' },
  hourMood: {
    value: 0.45,
    why: 'per standard deviation of energy, between the calmest and the liveliest hour',
  },
  impatience: { value: 0.6, why: 'spread between sittings: skips come in runs, as in real exports' },
  driftYears: {
    value: 2,
    why: 'the strengths of the tastes move from their first to their last value in this time',
  },
} as const

/** One region of sound and genre that a listener likes. */
export interface TasteCluster {
  /** The genre at its centre, an index into `WORLD_GENRES`. */
  readonly genre: number
  /** Standardised sound of the centre, as `WorldTrack.sound`. */
  readonly centre: Float64Array
  /** Strength at the start and at the end of the drift, 0…1. */
  readonly strength: readonly [first: number, last: number]
}

/** A listener of the invented world: everything that decides what they finish and what they put on. */
export interface WorldListener {
  readonly index: number
  readonly name: string
  readonly clusters: readonly TasteCluster[]
  /** Log-odds per artist and per track. */
  readonly artists: Float64Array
  readonly quirks: Float64Array
  /** Share of plays that look for something unheard, 0…1. */
  readonly novelty: number
  /** Log-odds on a first hearing; below 0 for those who distrust the new. */
  readonly openness: number
  /** The hour (UTC: listeners of this world live in UTC) at which lively music fits best. */
  readonly livelyHour: number
  /** Relative frequency of sittings starting in each hour. */
  readonly hours: readonly number[]
  readonly sittingsPerDay: number
  readonly playsPerSitting: number
  readonly devices: readonly string[]
}

/** What the probability of a finish depends on beside listener and track. */
export interface Moment {
  /** When the play starts, ms since the epoch, UTC. */
  readonly at: number
  /** Plays of the track so far. */
  readonly plays: number
  /** Plays of the track so far, each weighted exp(−days since / `TASTE.fatigueDays`). */
  readonly recentPlays: number
  /** The mood of the sitting in log-odds; 0 is the average sitting. */
  readonly impatience: number
}

/** How listeners differ in habit: a commuter, a night owl, someone at a desk. */
const PERSONAS = [
  {
    name: 'Ada',
    novelty: 0.22,
    openness: -0.1,
    livelyHour: 18,
    peaks: [8, 18],
    devices: ['android', 'web_player'],
  },
  { name: 'Bruno', novelty: 0.4, openness: 0.1, livelyHour: 22, peaks: [16, 22], devices: ['ios', 'osx'] },
  {
    name: 'Chidi',
    novelty: 0.3,
    openness: -0.3,
    livelyHour: 11,
    peaks: [10, 15],
    devices: ['windows', 'android'],
  },
] as const

/** Draws listener `index` of the world: two to four tastes around real tracks of different genres. Pure in its arguments. */
export function makeListener(
  random: Random,
  index: number,
  tracks: readonly WorldTrack[],
  artists: readonly WorldArtist[],
): WorldListener {
  const persona = PERSONAS[index % PERSONAS.length]!
  const round = Math.floor(index / PERSONAS.length)
  const clusters: TasteCluster[] = []
  const wanted = 2 + random.int(3)
  while (clusters.length < wanted) {
    const track = tracks[random.int(tracks.length)]!
    if (clusters.some((cluster) => cluster.genre === track.genre)) continue
    const first = clusters.length === 0 ? 1 : 0.45 + 0.5 * random.next()
    const last = Math.min(1, Math.max(0.35, first + 0.3 * random.normal()))
    clusters.push({ genre: track.genre, centre: track.sound, strength: [first, last] })
  }
  return {
    index,
    name: round === 0 ? persona.name : `${persona.name} ${round + 1}`,
    clusters,
    artists: Float64Array.from(artists, () => TASTE.artist.value * random.normal()),
    quirks: Float64Array.from(tracks, () => TASTE.quirk.value * random.normal()),
    novelty: persona.novelty,
    openness: persona.openness,
    livelyHour: persona.livelyHour,
    hours: Array.from({ length: 24 }, (_, hour) =>
      persona.peaks.reduce((sum, peak) => sum + Math.exp(-(hoursBetween(hour, peak) ** 2) / 8), 0.03),
    ),
    sittingsPerDay: 0.85 + 0.3 * random.next(),
    playsPerSitting: 10 + 3 * random.next(),
    devices: persona.devices,
  }
}

/** How well a track fits one taste: exp(−mean squared distance / 2 width²), less in another genre; 0…1. */
export function nearness(cluster: TasteCluster, track: WorldTrack): number {
  let distance = 0
  for (let d = 0; d < WORLD_SOUND.length; d++) distance += (track.sound[d]! - cluster.centre[d]!) ** 2
  const near = Math.exp(-distance / WORLD_SOUND.length / (2 * TASTE.width.value ** 2))
  return cluster.genre === track.genre ? near : near * TASTE.otherGenre.value
}

/** The strength of a taste `years` (from the start of the listening) into its drift; 0…1. */
export function strengthAt(cluster: TasteCluster, years: number): number {
  const done = Math.min(1, Math.max(0, years / TASTE.driftYears.value))
  return cluster.strength[0] + done * (cluster.strength[1] - cluster.strength[0])
}

/**
 * The true probability that a listener finishes a track at a moment: the logistic function of the sum of `TASTE`.
 * @param years since the start of the listening, for drift
 */
export function finishProbability(
  listener: WorldListener,
  track: WorldTrack,
  row: number,
  moment: Moment,
  years: number,
) {
  let match = 0
  for (const cluster of listener.clusters)
    match = Math.max(match, strengthAt(cluster, years) * nearness(cluster, track))
  const hour = (moment.at / 3_600_000) % 24
  const lively = Math.cos((2 * Math.PI * (hour - listener.livelyHour)) / 24)
  const logOdds =
    TASTE.base.value +
    TASTE.match.value * match +
    track.quality +
    listener.artists[track.artist]! +
    listener.quirks[row]! +
    TASTE.hourMood.value * lively * track.sound[WORLD_SOUND.indexOf('energy')]! +
    (moment.plays === 0
      ? listener.openness
      : TASTE.familiarity.value * Math.log1p(Math.min(moment.plays, 20))) -
    TASTE.fatigue.value * Math.max(0, moment.recentPlays - 1) -
    moment.impatience
  return 1 / (1 + Math.exp(-logOdds))
}

/** What a person would call the listener's tastes: the genres at their centres. */
export function tasteNames(listener: WorldListener): string[] {
  return listener.clusters.map((cluster) => WORLD_GENRES[cluster.genre]!.name)
}

function hoursBetween(a: number, b: number): number {
  const apart = Math.abs(a - b) % 24
  return Math.min(apart, 24 - apart)
}
