import { random } from '../core/random.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { makeCatalog, type WorldArtist, type WorldTrack } from './catalog.ts'
import { DAY, listen, type WorldHistory } from './listening.ts'
import { finishProbability, type Moment, makeListener, type WorldListener } from './taste.ts'

/** The size and seed of an invented world. */
export interface WorldOptions {
  readonly seed: number
  /** Tracks of the catalog; default 3,000. */
  readonly tracks?: number
  /** Default: a tenth of the tracks. */
  readonly artists?: number
  /** Default 3. */
  readonly listeners?: number
  /** How long they have been listening when `now` comes; default 2. */
  readonly years?: number
  /** The end of all listening, ms since the epoch. */
  readonly now: number
}

/** An invented catalog and listeners whose tastes are known, so that a recommender can be judged against the truth. */
export interface World {
  readonly now: number
  readonly tracks: readonly WorldTrack[]
  readonly artists: readonly WorldArtist[]
  readonly listeners: readonly WorldListener[]
  /** Everything listener `i` played, oldest first, with the true probabilities. */
  history(i: number): WorldHistory
  /** The true probability that listener `i` finishes the track in this row; absent moment: now, after all they heard. */
  finishProbability(i: number, track: number, moment?: Moment): number
  /** The catalog as an importer would read it. */
  catalogRecords(): Iterable<ImportRecord>
  /** Plays, likes and bans of listener `i` as an importer would read them. */
  listenerRecords(i: number): Iterable<ImportRecord>
  /** The row of a track by its Spotify id; undefined when it is not of this world. */
  rowOf(spotify: string): number | undefined
  /** The `n` rows among `candidates` that the listener would finish most surely now, best first. */
  bestSlate(i: number, candidates: readonly number[], n: number): number[]
  /** The mean true finish probability now of a mix, of the best mix of that length from `candidates`, and of a random one. */
  judge(i: number, mix: readonly number[], candidates?: readonly number[]): Judgement
}

/** Mean true finish probabilities, 0…1; NaN for an empty mix or no candidates. */
export interface Judgement {
  readonly mix: number
  readonly best: number
  readonly random: number
}

/** Makes the invented world: the same options give the same world on every machine. */
export function makeWorld(options: WorldOptions): World {
  const { seed, now, tracks: size = 3000, listeners: people = 3, years = 2 } = options
  const root = random(`world/${seed}`)
  const from = Math.floor((now - years * 365.25 * DAY) / DAY) * DAY
  const thisYear = new Date(now).getUTCFullYear()
  const { tracks, artists } = makeCatalog(
    root.fork('catalog'),
    size,
    options.artists ?? Math.ceil(size / 10),
    thisYear,
  )
  const listeners = Array.from({ length: people }, (_, i) =>
    makeListener(root.fork(`listener ${i}`), i, tracks, artists),
  )
  const rows = new Map(tracks.map((track, row) => [track.ref.spotify, row]))
  const all = tracks.map((_, row) => row)
  const histories = new Map<number, WorldHistory>()
  const history = (i: number): WorldHistory => {
    let made = histories.get(i)
    if (!made) {
      made = listen(listeners[i]!, tracks, artists, root.fork(`listening ${i}`), from, now)
      histories.set(i, made)
    }
    return made
  }
  const truth = (i: number, track: number, moment = history(i).moment(track, now)): number =>
    finishProbability(listeners[i]!, tracks[track]!, track, moment, (moment.at - from) / (365.25 * DAY))
  const mean = (i: number, list: readonly number[]) =>
    list.reduce((sum, track) => sum + truth(i, track), 0) / list.length
  const bestSlate = (i: number, candidates: readonly number[], n: number): number[] =>
    candidates
      .map((row) => ({ row, p: truth(i, row) }))
      .sort((a, b) => b.p - a.p || a.row - b.row)
      .slice(0, n)
      .map(({ row }) => row)
  return {
    now,
    tracks,
    artists,
    listeners,
    history,
    finishProbability: truth,
    *catalogRecords() {
      for (const { ref, facts } of tracks) yield { kind: 'track', track: ref, facts }
    },
    *listenerRecords(i) {
      for (const { track, play } of history(i).plays) yield { kind: 'play', track: tracks[track]!.ref, play }
      yield* opinions(tracks, artists, history(i))
    },
    rowOf: (spotify) => rows.get(spotify),
    bestSlate,
    judge: (i, mix, candidates = all) => ({
      mix: mean(i, mix),
      best: mean(i, bestSlate(i, candidates, mix.length)),
      random: mean(i, candidates),
    }),
  }
}

const LIKE_FINISHES = 5
const LIKE_SHARE = 0.85
const BAN_SKIPS = 4
const BANS = 5

/** What a listener says out loud: likes for what they finish nearly always, a few bans for what they always skip, one artist never again. Undated, as in a library file. */
function* opinions(
  tracks: readonly WorldTrack[],
  artists: readonly WorldArtist[],
  history: WorldHistory,
): Iterable<ImportRecord> {
  let bans = 0
  for (const [row, { ref }] of tracks.entries()) {
    const { finishes, skips } = history.tally(row)
    if (finishes >= LIKE_FINISHES && finishes >= LIKE_SHARE * (finishes + skips))
      yield { kind: 'like', track: ref }
    else if (finishes === 0 && skips >= BAN_SKIPS && bans++ < BANS) yield { kind: 'dislike', track: ref }
  }
  const rejected = artists.map(({ firstTrack, tracks: size }) => {
    let [finishes, skips] = [0, 0]
    for (let row = firstTrack; row < firstTrack + size; row++) {
      const tally = history.tally(row)
      finishes += tally.finishes
      skips += tally.skips
    }
    return skips - 4 * finishes
  })
  const worst = rejected.indexOf(Math.max(...rejected))
  if (rejected[worst]! >= BAN_SKIPS) yield { kind: 'never', artist: artists[worst]!.name }
}
