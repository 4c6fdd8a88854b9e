import { FINISH, SKIP } from '../core/labels.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'
import { FEATURE_INDEX as F, FEATURE_COUNT, type FeatureName } from './feature-names.ts'
import { type Counter, counter, type Rates, rates } from './rates.ts'
import { MIN_GAP_MS, type Repeats, repeats } from './repeats.ts'
import { type SittingLift, sittingLift } from './sitting-lift.ts'
import { grown, type Slots, slots } from './slots.ts'
import { type Taste, tasteOf } from './taste.ts'

const DAY = 86_400_000
/** The artist index of tracks that name none: nobody's plays say nothing of anybody else's. */
const NOBODY = 0
/** Ratios of times between plays start from here, in days: half an hour, so that plays in a row do not run away. */
const LEAST_GAP_DAYS = 0.02
/** Days by which the plays a day of a track heard for the first time of late are held back. */
const PER_DAY_FROM = 3

/** What of a catalog a history reads. */
export type HistoryCatalog = Pick<
  Catalog,
  'size' | 'artist' | 'genres' | 'year' | 'popularity' | 'source'
> & {
  readonly artists: { readonly size: number }
  readonly genreSets: { readonly size: number }
}

/** What the state is built over: fixed facts of the tracks. */
export interface HistoryContext {
  readonly catalog: HistoryCatalog
  /** size × 13 scaled audio features, NaN where missing. */
  readonly audio: Float32Array
  /** Local hour (0…23) and weekday (0 = Sunday) of a moment. */
  readonly localTime: (at: number) => { hour: number; weekday: number }
}

/** The moment for which features are wanted. */
export interface Moment {
  /** ms since the epoch. */
  readonly at: number
  /** Whose hour and weekday count; absent: those of `at`. For a history that ended long before the mix is asked for. */
  readonly clock?: number
  /** Whether what happened in the sitting so far may be used. */
  readonly inSitting: boolean
}

/** What a listener did so far, rolling forward play by play. It never reads the outcome of a play before `observe` is told it. */
export interface History {
  /** Writes the FEATURE_COUNT raw features of a track at a moment, at `out[offset…]`. */
  describe(row: number, moment: Moment, out: Float32Array, offset: number): void
  /** A new sitting begins. */
  beginSitting(): void
  /** A play has ended. */
  observe(row: number, endedAt: number, outcome: number): void
  /** Finishes and skips so far of the track, then of its artist: what the simplest predictors go by. */
  outcomeCounts(row: number): [number, number, number, number]
  /** Every row that was played, each once. */
  heard(): Iterable<number>
  /** Counts by row and by artist. */
  readonly tracks: Counted
  readonly artists: Counted
  /** Ends of the first and last play of a row; NaN when never played. */
  firstPlayedAt(row: number): number
  lastPlayedAt(row: number): number
  /** ln Σ t^−0.5 over the times since each play of a row, in days; −∞ when never played. */
  activation(row: number, at: number): number
  /** Distinct tracks played of an artist. */
  artistTracks(artist: number): number
  /** End of the last play, NaN before the first. */
  readonly endedAt: number
  /** How many plays were observed, and whether any of them since the last sitting began. */
  readonly observed: number
  readonly sittingOpen: boolean
  /** The same history, to be gone on with apart. */
  copy(): History
}

/** How often each thing was played, finished and skipped. */
export interface Counted {
  plays(thing: number): number
  finishes(thing: number): number
  skips(thing: number): number
}

/** Things that there is room for before any is heard. */
const ROOM = 64

/** An empty history. What it takes of memory goes by what is heard, not by the size of the catalog. */
export function startHistory(context: HistoryContext): History {
  const { audio } = context
  const counts: Counts = {
    rows: slots(),
    people: slots(),
    kinds: slots(),
    tracks: rates(ROOM),
    artists: rates(ROOM),
    artistFirst: rates(ROOM),
    genres: rates(ROOM),
    hours: rates(24),
    overall: counter(),
    overallLong: counter(0.99),
    overallRecent: counter(0.9),
    firstPlays: counter(0.95),
    repeated: repeats(ROOM),
    lift: sittingLift(ROOM, ROOM),
    taste: tasteOf(audio),
    artistLastAt: new Float64Array(ROOM).fill(Number.NaN),
    artistTracks: new Int32Array(ROOM),
  }
  return historyOf(context, counts, {
    ...emptySitting(),
    endedAt: Number.NaN,
    observed: 0,
  })
}

/** What is counted over all plays: of rows, artists and sets of genres by their slots, which those that were never met share. */
interface Counts {
  readonly rows: Slots
  readonly people: Slots
  readonly kinds: Slots
  readonly tracks: Rates
  readonly artists: Rates
  readonly artistFirst: Rates
  readonly genres: Rates
  readonly hours: Rates
  readonly overall: Counter
  readonly overallLong: Counter
  readonly overallRecent: Counter
  readonly firstPlays: Counter
  readonly repeated: Repeats
  readonly lift: SittingLift
  readonly taste: Taste
  readonly artistLastAt: Float64Array
  readonly artistTracks: Int32Array
}

/** What is known of the sitting so far. */
interface SittingSoFar {
  readonly position: number
  readonly previousRow: number
  readonly outcomes: readonly [number, number, number]
  readonly sitting: Counter
  readonly sittingRecent: Counter
  readonly playedNow: Set<number>
}

const emptySitting = (): SittingSoFar => ({
  position: 0,
  previousRow: -1,
  outcomes: [0, 0, 0],
  sitting: counter(),
  sittingRecent: counter(0.7),
  playedNow: new Set(),
})

function copyOf(counts: Counts): Counts {
  const { tracks, artists, artistFirst, genres, hours, overall, overallLong, overallRecent } = counts
  return {
    rows: counts.rows.copy(),
    people: counts.people.copy(),
    kinds: counts.kinds.copy(),
    tracks: tracks.copy(),
    artists: artists.copy(),
    artistFirst: artistFirst.copy(),
    genres: genres.copy(),
    hours: hours.copy(),
    overall: overall.copy(),
    overallLong: overallLong.copy(),
    overallRecent: overallRecent.copy(),
    firstPlays: counts.firstPlays.copy(),
    repeated: counts.repeated.copy(),
    lift: counts.lift.copy(),
    taste: counts.taste.copy(),
    artistLastAt: counts.artistLastAt.slice(),
    artistTracks: counts.artistTracks.slice(),
  }
}

function historyOf(
  context: HistoryContext,
  counts: Counts,
  so: SittingSoFar & { readonly endedAt: number; readonly observed: number },
): History {
  const { catalog, audio, localTime } = context
  const { tracks, artists, artistFirst, genres, hours, overall, overallLong, overallRecent } = counts
  const { firstPlays, repeated, lift, taste, rows, people, kinds } = counts
  let { artistLastAt, artistTracks } = counts

  let { endedAt, observed, position, previousRow, outcomes, sitting, sittingRecent, playedNow } = so

  /** What is the same for every track until something is observed: the features of the moment and of the sitting. */
  const lookAround = (clock: number, inSitting: boolean) => {
    const same = new Float32Array(FEATURE_COUNT).fill(Number.NaN)
    const put = (name: FeatureName, value: number) => {
      same[F[name]] = value
    }
    const base = overall.rate(0, 2)
    const { hour, weekday } = localTime(clock)
    put('hourRate', hours.rate(hour, base, 20))
    put('hourSin', Math.sin((hour * Math.PI) / 12))
    put('hourCos', Math.cos((hour * Math.PI) / 12))
    put('hourSin2', Math.sin((hour * Math.PI) / 6))
    put('hourCos2', Math.cos((hour * Math.PI) / 6))
    put('weekend', weekday === 0 || weekday === 6 ? 1 : 0)
    put('recentRate', overallRecent.rate(base, 2))
    put('recentRateLong', overallLong.rate(base, 5))
    put('recentFirstPlayRate', firstPlays.rate(base, 3))

    put('noSitting', inSitting ? 0 : 1)
    if (!inSitting) return { clock, inSitting, base, same }
    put('sittingPosition', Math.log1p(position))
    put('lastOutcome', outcomes[0])
    put('lastOutcome2', outcomes[1])
    put('lastOutcome3', outcomes[2])
    put('sittingRate', sitting.rate(base, 2))
    put('sittingRecentRate', sittingRecent.rate(base, 1))
    return { clock, inSitting, base, same }
  }
  let surroundings: ReturnType<typeof lookAround> | undefined

  /** ln of the time since the last play over the usual time between plays. */
  const overdue = (track: number, plays: number, at: number): number => {
    const [first, last] = [repeated.firstPlayedAt[track]!, repeated.lastPlayedAt[track]!]
    const usual = (last - first) / DAY / (plays - 1)
    return Math.log((days(at - last) + LEAST_GAP_DAYS) / (usual + LEAST_GAP_DAYS))
  }
  const counted = (of: Rates, numbers: Slots): Counted => ({
    plays: (thing) => of.plays[numbers.of(thing)]!,
    finishes: (thing) => of.finishes[numbers.of(thing)]!,
    skips: (thing) => of.skips[numbers.of(thing)]!,
  })

  return {
    heard: rows.met,
    tracks: counted(tracks, rows),
    artists: counted(artists, people),
    firstPlayedAt: (row) => repeated.firstPlayedAt[rows.of(row)]!,
    lastPlayedAt: (row) => repeated.lastPlayedAt[rows.of(row)]!,
    artistTracks: (artist) => artistTracks[people.of(artist)]!,
    activation: (row, at) => repeated.activation(rows.of(row), at),
    outcomeCounts(row) {
      const [track, artist] = [rows.of(row), people.of(catalog.artist[row]!)]
      const of = ({ finishes, skips }: Rates, i: number) => [finishes[i]!, skips[i]!] as const
      return [...of(tracks, track), ...of(artists, artist)]
    },
    get endedAt() {
      return endedAt
    },
    get observed() {
      return observed
    },
    get sittingOpen() {
      return position > 0
    },
    copy: () =>
      historyOf(context, copyOf({ ...counts, artistLastAt, artistTracks }), {
        ...{ endedAt, observed, position, previousRow, outcomes },
        sitting: sitting.copy(),
        sittingRecent: sittingRecent.copy(),
        playedNow: new Set(playedNow),
      }),

    describe(row, { at, clock = at, inSitting }, out, offset) {
      if (!surroundings || surroundings.clock !== clock || surroundings.inSitting !== inSitting)
        surroundings = lookAround(clock, inSitting)
      const { base, same } = surroundings
      out.set(same, offset)
      const [track, by] = [rows.of(row), catalog.artist[row]!]
      const artist = people.of(by)
      const plays = tracks.plays[track]!
      const artistRate = artists.rate(artist, base, 4)

      out[offset + F.trackPlays] = Math.log1p(plays)
      out[offset + F.trackRate] = tracks.rate(track, artistRate, 3)
      out[offset + F.neverHeard] = plays === 0 ? 1 : 0
      if (plays > 0) {
        out[offset + F.trackRecentRate] = tracks.recent(track, artistRate, 2)
        out[offset + F.trackLastOutcome] = tracks.last[track]!
        out[offset + F.trackActivation] = repeated.activation(track, at)
        out[offset + F.trackDaysSince] = logDays(at - repeated.lastPlayedAt[track]!)
        out[offset + F.trackAge] = logDays(at - repeated.firstPlayedAt[track]!)
        out[offset + F.trackPlaysDay] = Math.log1p(repeated.within(track, at, 1))
        out[offset + F.trackPlaysWeek] = Math.log1p(repeated.within(track, at, 7))
        out[offset + F.trackPlaysMonth] = Math.log1p(repeated.within(track, at, 30))
        out[offset + F.trackPlaysPerDay] = Math.log(
          plays / (days(at - repeated.firstPlayedAt[track]!) + PER_DAY_FROM),
        )
        out[offset + F.trackPlaysPerSitting] = Math.log(plays / repeated.sittings(track))
        out[offset + F.trackSittingsSince] = Math.log1p(repeated.sittingsSince(track))
        if (plays > 1) out[offset + F.trackOverdue] = overdue(track, plays, at)
        out[offset + F.trackSittingLift] = lift.track(track)
      }
      out[offset + F.artistPlays] = Math.log1p(artists.plays[artist]!)
      out[offset + F.artistTracks] = Math.log1p(artistTracks[artist]!)
      out[offset + F.artistRate] = artistRate
      out[offset + F.newArtist] = artists.plays[artist] === 0 ? 1 : 0
      if (artists.plays[artist]! > 0) {
        out[offset + F.artistRecentRate] = artists.recent(artist, base, 3)
        out[offset + F.artistFirstPlayRate] = artistFirst.rate(artist, base, 3)
        out[offset + F.artistLastOutcome] = artists.last[artist]!
        out[offset + F.artistDaysSince] = logDays(at - artistLastAt[artist]!)
        out[offset + F.artistSittingLift] = lift.artist(artist)
      }
      if (catalog.genres[row])
        out[offset + F.genreRate] = genres.rate(kinds.of(catalog.genres[row]!), base, 10)
      out[offset + F.year] = catalog.year[row]!
      out[offset + F.popularity] = catalog.popularity[row]!
      for (let f = 0; f < AUDIO_STRIDE; f++) out[offset + F.danceability + f] = audio[row * AUDIO_STRIDE + f]!
      out[offset + F.noAudio] = catalog.source[row] === 0 ? 1 : 0
      const match = taste.match(row, 'long')
      out[offset + F.soundMatch] = match
      out[offset + F.soundMatchRecent] = taste.match(row, 'recent')
      if (plays === 0) out[offset + F.newTrackSoundMatch] = match

      if (!inSitting) return
      const ofSameArtist = previousRow >= 0 && by !== NOBODY && catalog.artist[previousRow] === by
      out[offset + F.sameArtistAsLast] = ofSameArtist ? 1 : 0
      out[offset + F.sameArtistLastOutcome] = ofSameArtist ? outcomes[0] : 0
      out[offset + F.playedThisSitting] = playedNow.has(row) ? 1 : 0
      out[offset + F.sittingSoundMatch] = taste.match(row, 'sitting')
    },

    beginSitting() {
      surroundings = undefined
      lift.endSitting(1 / (1 + Math.exp(-overall.rate(0, 2))))
      repeated.endSitting()
      ;({ position, previousRow, outcomes, sitting, sittingRecent, playedNow } = emptySitting())
      taste.beginSitting()
    },

    observe(row, at, outcome) {
      surroundings = undefined
      const by = catalog.artist[row]!
      const isFirst = rows.of(row) === 0
      const track = rows.meet(row)
      if (isFirst) firstPlays.add(outcome)
      const artist = by === NOBODY ? 0 : people.meet(by)
      if (artist !== 0) {
        artistTracks = grown(artistTracks, artist)
        artistLastAt = grown(artistLastAt, artist, Number.NaN)
        if (isFirst) {
          artistTracks[artist] = artistTracks[artist]! + 1
          artistFirst.add(artist, outcome)
        }
        artists.add(artist, outcome)
        artistLastAt[artist] = at
      }
      tracks.add(track, outcome)
      genres.add(kinds.meet(catalog.genres[row]!), outcome)
      hours.add(localTime(at).hour, outcome)
      for (const each of [overall, overallLong, overallRecent, sitting, sittingRecent]) each.add(outcome)
      repeated.observe(track, at)
      lift.observe(track, artist, outcome)
      taste.observe(row, outcome)
      outcomes = [signed(outcome), outcomes[0], outcomes[1]]
      position++
      previousRow = row
      playedNow.add(row)
      endedAt = at
      observed++
    },
  }
}

function days(ms: number): number {
  return Math.max(ms, MIN_GAP_MS) / DAY
}

function logDays(ms: number): number {
  return Math.log1p(days(ms))
}

function signed(outcome: number): number {
  return outcome === FINISH ? 1 : outcome === SKIP ? -1 : 0
}
