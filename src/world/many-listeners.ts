import { FINISH, SKIP } from '../core/labels.ts'
import { type Random, random } from '../core/random.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { makeCatalog, WORLD_GENRES, type WorldArtist, type WorldTrack } from './catalog.ts'
import { type ManyPlays, playMany, type Shelves } from './many-plays.ts'
import { drawManyListener, type ManyListener, SCENES, scenesOf, trueLikability } from './many-tastes.ts'

export interface ManyOptions {
  readonly seed: number
  readonly listeners: number
  readonly tracks: number
  /** Plays of all of them together, about: those whose days are too short for their share play fewer. */
  readonly events: number
  /** Default: a twelfth of the tracks. */
  readonly artists?: number
  /** How long the first of them have been listening; default 2. */
  readonly years?: number
  /** How many times more the busiest play than the laziest; default 1,000. */
  readonly spread?: number
  /** The end of all listening, ms since the epoch. */
  readonly now: number
}

/** Many invented listeners over one invented catalog. Nothing of what they play is kept: it is made anew, the same, when asked for. */
export interface ManyListeners {
  readonly now: number
  readonly tracks: readonly WorldTrack[]
  readonly artists: readonly WorldArtist[]
  readonly listeners: readonly ManyListener[]
  /** How many plays each was meant to have. */
  readonly activity: Int32Array
  /** Everything listener `i` played, oldest first. */
  plays(i: number): ManyPlays
  /** The true probability that listener `i` finishes the track in this row now, after all they heard, in an average sitting. */
  likability(i: number, track: number): number
  /** The scene of an artist: what nobody but the listeners knows. */
  sceneOf(artist: number): number
  /** The catalog as an importer would read it. */
  catalogRecords(): Iterable<ImportRecord>
  /** Plays of listener `i` as an importer would read them. */
  playRecords(i: number): Iterable<ImportRecord>
  /** A table of all plays, as a text in pieces of whole lines, the header first: a log as services keep it. */
  table(): Iterable<string>
  /** The row of a track by its Spotify id; undefined when it is not of this world. */
  rowOf(spotify: string): number | undefined
}

const DAY = 86_400_000
/** Lines a piece of the table. */
const PIECE = 2000

/** Makes many listeners with tastes, habits and a Zipfian activity: the same options give the same on every machine. */
export function makeListeners(options: ManyOptions): ManyListeners {
  const { seed, now, listeners: people, tracks: size, events, years = 2, spread = 1000 } = options
  const root = random(`many/${seed}`)
  const { tracks, artists } = makeCatalog(
    root.fork('catalog'),
    size,
    Math.min(options.artists ?? Math.ceil(size / 12), size),
    new Date(now).getUTCFullYear(),
  )
  const shelves = shelvesOf(root.fork('scenes'), tracks, artists)
  const draw = root.fork('listeners')
  const listeners = Array.from({ length: people }, (_, i) =>
    drawManyListener(draw, i, tracks, shelves.scene, () => shelves.charts(draw)),
  )
  const activity = activityOf(root.fork('activity'), people, events, spread)
  const rows = new Map(tracks.map((track, row) => [track.ref.spotify, row]))
  const from = (i: number) => now - years * 365 * DAY * (0.25 + 0.75 * root.fork(`from ${i}`).next())
  const plays = (i: number): ManyPlays =>
    playMany(listeners[i]!, shelves, root.fork(`plays ${i}`), activity[i]!, from(i), now)
  const familiarities = new Map<number, ManyPlays['familiarity']>()
  const familiarityOf = (i: number) => {
    const known = familiarities.get(i) ?? plays(i).familiarity
    familiarities.set(i, known)
    return known
  }
  return {
    now,
    tracks,
    artists,
    listeners,
    activity,
    plays,
    likability(i, row) {
      const track = tracks[row]!
      return trueLikability(listeners[i]!, track, row, shelves.scene[track.artist]!, familiarityOf(i)(row), 1)
    },
    sceneOf: (artist) => shelves.scene[artist]!,
    *catalogRecords() {
      for (const { ref, facts } of tracks) yield { kind: 'track', track: ref, facts }
    },
    *playRecords(i) {
      const { size: n, track, endedAt, msPlayed, outcome } = plays(i)
      for (let p = 0; p < n; p++) {
        const play = {
          endedAt: endedAt[p]!,
          msPlayed: msPlayed[p]!,
          reasonStart: '',
          reasonEnd: reasonOf(outcome[p]!),
          device: '',
          precision: 'second',
        } as const
        yield { kind: 'play', track: tracks[track[p]!]!.ref, play }
      }
    },
    *table() {
      yield 'listener,ts,spotify_track_uri,artist,title,ms_played,reason_end\n'
      let lines: string[] = []
      for (const { name, index } of listeners) {
        const { size: n, track, endedAt, msPlayed, outcome } = plays(index)
        for (let p = 0; p < n; p++) {
          const { spotify, artist, title } = tracks[track[p]!]!.ref
          const at = new Date(endedAt[p]!).toISOString().slice(0, 19)
          lines.push(
            `${name},${at}Z,spotify:track:${spotify},${artist},${title},${msPlayed[p]},${reasonOf(outcome[p]!)}\n`,
          )
          if (lines.length < PIECE) continue
          yield lines.join('')
          lines = []
        }
      }
      yield lines.join('')
    },
    rowOf: (spotify) => rows.get(spotify),
  }
}

const reasonOf = (outcome: number) =>
  outcome === FINISH ? 'trackdone' : outcome === SKIP ? 'fwdbtn' : 'logout'

/** Plays of each listener: rank^−a with a such that the first has `spread` times the last (Zipf 1949), shuffled. */
function activityOf(draw: Random, people: number, events: number, spread: number): Int32Array {
  const power = people > 1 ? Math.log(spread) / Math.log(people) : 0
  const shares = Array.from({ length: people }, (_, rank) => (rank + 1) ** -power)
  const sum = shares.reduce((a, b) => a + b, 0)
  return Int32Array.from(draw.shuffle(shares.map((share) => Math.max(1, Math.round((events * share) / sum)))))
}

function shelvesOf(draw: Random, tracks: readonly WorldTrack[], artists: readonly WorldArtist[]): Shelves {
  const scene = scenesOf(draw, artists)
  const members: number[][] = Array.from({ length: WORLD_GENRES.length * SCENES.perGenre.value }, () => [])
  const placeInScene = Int32Array.from(artists, (_, artist) => members[scene[artist]!]!.push(artist) - 1)
  const fame = (track: WorldTrack, by: number) => Math.exp((track.facts.popularity ?? 0) / by)
  const charts = sums(tracks.map((track) => fame(track, 12)))
  const mild = sums(tracks.map((track) => fame(track, 20)))
  const weightOf = (artist: number) => {
    const { firstTrack, tracks: size } = artists[artist]!
    return mild[firstTrack + size]! - mild[firstTrack]!
  }
  const inScene = members.map((of) => sums(of.map(weightOf)))
  return {
    tracks,
    artists,
    scene,
    artistsOf: members.map((of) => Int32Array.from(of)),
    placeInScene,
    charts: (random) => drawn(random, charts, 0, tracks.length),
    artistIn: (of, random) => members[of]![drawn(random, inScene[of]!, 0, members[of]!.length)]!,
    trackOf(artist, random) {
      const { firstTrack, tracks: size } = artists[artist]!
      return drawn(random, mild, firstTrack, firstTrack + size)
    },
  }
}

/** 0, then the running sum. */
function sums(weights: readonly number[]): Float64Array {
  const running = new Float64Array(weights.length + 1)
  weights.forEach((weight, i) => {
    running[i + 1] = running[i]! + weight
  })
  return running
}

/** An index from `low` to `high` − 1, in proportion to its step, by binary search. */
function drawn(random: Random, running: Float64Array, low: number, high: number): number {
  const target = running[low]! + random.next() * (running[high]! - running[low]!)
  let [first, last] = [low, high - 1]
  while (first < last) {
    const middle = (first + last) >> 1
    if (running[middle + 1]! <= target) first = middle + 1
    else last = middle
  }
  return first
}
