import type { DescribedListener, LovedTrackRow } from '../core/described-listener.ts'
import type { Feedback } from '../core/event.ts'
import { FINISH } from '../core/labels.ts'
import { goodPlays, type TrackHistory } from '../core/listener.ts'
import type { Catalog } from '../library/catalog.ts'
import type { ListeningLog } from '../library/listening-log.ts'
import { lastOpinions, refusals } from '../library/refusals.ts'
import type { History } from './history.ts'
import { cutSittings, SITTING_GAP_MS } from './sittings.ts'
import { clusterTaste, tasteSpace } from './taste-clusters.ts'

/** An export that ends longer ago than this is taken as it stood when it ended. */
const STALE_MS = 3 * 86_400_000
/** As many loved tracks are looked at at most. */
const MAX_LOVED = 1500
/** As many likes and finishes are remembered as the last ones. */
const MAX_RECENT = 30

/** What describing reads. */
export interface ListenerFacts {
  readonly name: string
  readonly at: number
  readonly catalog: Catalog
  /** size × 13 scaled audio features. */
  readonly audio: Float32Array
  readonly log: ListeningLog
  /** A history over the same catalog: an empty one, or one that has been rolled over the first plays of the log. */
  readonly history: History
  /** Rows that were saved, or put on a playlist of their own. */
  readonly saved: ReadonlySet<number>
  readonly feedback: readonly Feedback[]
  /** Whether rows that the listener does not know may be told to them; absent: all may. */
  mayTell?(row: number): boolean
}

/** A described listener together with the rolled-forward history that scoring reads. */
export interface ListenerState extends DescribedListener {
  readonly history: History
  /** Whether a sitting is under way, so that its context may be used. */
  readonly inSitting: boolean
  /** Rows liked or finished last, newest first, each once; 30 at most. */
  readonly recent: readonly number[]
  /** Rows that were refused by hand: disliked, and not taken back. */
  readonly disliked: readonly number[]
  /** ln Σ t^−0.5 over the times since each play, in days, as of `asOf`; −∞ when never played. */
  activation(row: number): number
  /** Whether the row is neither known nor excluded, has an artist, and may be told to the listener. */
  isNew(row: number): boolean
}

/** The same listener at another moment at which the same sitting is under way and the same refusals stand. */
export function atMoment(state: ListenerState, at: number): ListenerState {
  const { history } = state
  const asOf = asOfMoment(history.endedAt, at)
  return {
    ...state,
    at,
    asOf,
    activation: (row) => history.activation(row, asOf),
    trackHistory: toldOnce(state.trackHistory),
  }
}

/** Every stage of a request asks again for the same rows. They are forgotten with the request: of many listeners they would fill the memory. */
function toldOnce(trackHistory: (row: number) => TrackHistory): (row: number) => TrackHistory {
  const told = new Map<number, TrackHistory>()
  return (row) => {
    const before = told.get(row)
    if (before) return before
    const history = trackHistory(row)
    told.set(row, history)
    return history
  }
}

/** Whether a moment is within the sitting that the play ending at `endedAt` (NaN: none) was of. */
export function isInSitting(endedAt: number, at: number): boolean {
  return at >= endedAt && at - endedAt < SITTING_GAP_MS
}

function asOfMoment(endedAt: number, at: number): number {
  if (Number.isNaN(endedAt)) return at
  return at - endedAt > STALE_MS ? endedAt + 60_000 : Math.max(at, endedAt + 60_000)
}

/** Of a track that a listener never played, saved or liked. */
const NOTHING: TrackHistory = {
  ...{ plays: 0, finishes: 0, skips: 0, saved: false, liked: false },
  ...{ firstPlayedAt: Number.NaN, lastPlayedAt: Number.NaN },
}

/** Rolls the history to its end and works out what the listener knows, loves and refuses. */
export function describeListener(facts: ListenerFacts): ListenerState {
  const { catalog, log, history, saved, at, mayTell = () => true } = facts
  rollForward(log, history)
  const asOf = asOfMoment(history.endedAt, at)
  const inSitting = isInSitting(history.endedAt, at)
  if (!inSitting && history.sittingOpen) history.beginSitting()
  const opinions = lastOpinions(facts.feedback, catalog, at)
  const scrobbles = scrobblesIn(log, catalog)
  const trackHistory = (row: number): TrackHistory => {
    const [plays, liked] = [history.tracks.plays(row), opinions.liked.has(row)]
    if (plays === 0 && !saved.has(row) && !liked) return NOTHING
    return {
      plays,
      finishes: history.tracks.finishes(row),
      skips: history.tracks.skips(row),
      ...(scrobbles && { heard: scrobbles.ofRow.get(row) ?? 0 }),
      firstPlayedAt: history.firstPlayedAt(row),
      lastPlayedAt: history.lastPlayedAt(row),
      saved: saved.has(row),
      liked,
    }
  }
  // A save does not make taste of what an exclusion takes out; a like by hand does.
  const excluded = new Set(log.excluded.filter((row) => !opinions.liked.has(row)))
  const all = new Set([...history.heard(), ...saved, ...opinions.liked])
  const known = Array.from(all)
    .filter((row) => !excluded.has(row))
    .sort((a, b) => a - b)
  const refusal = refusals(catalog, opinions)
  const heard = new Set([...known, ...excluded])
  const recent = lastGood(facts, opinions.liked).filter((row) => !excluded.has(row) && !refusal(row))
  const weighted = known
    .map((row) => ({ row, weight: love(trackHistory(row)) }))
    .filter(({ row, weight }) => weight > 0 && !refusal(row))
    .sort((a, b) => b.weight - a.weight || a.row - b.row)
    .slice(0, MAX_LOVED)
  const space = tasteSpace(catalog, facts.audio, log)
  const clusters = clusterTaste(
    space,
    weighted.map(({ row }) => row),
    weighted.map(({ weight }) => weight),
  )
  const loved = weighted.map((track, i): LovedTrackRow => ({ ...track, cluster: clusters.assigned[i]! }))
  // Asked again and again for the same rows.
  const corners = new Map<number, number>()
  return {
    name: facts.name,
    at,
    recent: recent.slice(0, MAX_RECENT),
    disliked: [...opinions.disliked],
    activation: (row) => history.activation(row, asOf),
    isNew: (row) => !heard.has(row) && catalog.artist[row] !== 0 && mayTell(row),
    asOf,
    known,
    excluded: [...excluded],
    loved,
    clusters: loved.length ? clusters.count : 0,
    history,
    inSitting,
    trackHistory,
    artistHistory: (artist) => ({
      name: catalog.artists.at(artist),
      plays: history.artists.plays(artist),
      finishes: history.artists.finishes(artist),
      skips: history.artists.skips(artist),
      ...(scrobbles && { heard: scrobbles.ofArtist.get(artist) ?? 0 }),
      tracks: history.artistTracks(artist),
    }),
    clusterOf(row) {
      const before = corners.get(row)
      if (before !== undefined) return before
      const corner = clusters.closest(row)
      if (heard.has(row)) corners.set(row, corner)
      return corner
    },
    refusal,
  }
}

/** Rows liked by hand, finished or scrobbled, newest first, each once: the last ones. */
function lastGood({ log, feedback, catalog }: ListenerFacts, liked: ReadonlySet<number>): number[] {
  const moments = new Map<number, number>()
  const later = (row: number, at: number) => moments.set(row, Math.max(at, moments.get(row) ?? at))
  for (let i = log.size - 1; i >= 0 && moments.size < 2 * MAX_RECENT; i--)
    if (log.outcome[i] === FINISH || log.heard?.[i] === 1) later(log.row[i]!, log.endedAt[i]!)
  for (const { kind, byHand, at, trackId, identifiers } of feedback)
    if (kind === 'like' && byHand && at !== undefined)
      for (const identifier of identifiers ?? [trackId ?? 0]) {
        const row = catalog.rowOfIdentifier[identifier] ?? -1
        if (liked.has(row)) later(row, at)
      }
  return [...moments].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([row]) => row)
}

/** Rolls a history that has seen the first plays of a log over the others. */
export function rollForward(log: ListeningLog, history: History): void {
  if (history.observed === log.size) return
  const { bounds } = cutSittings(log)
  for (let s = 0; s + 1 < bounds.length; s++) {
    if (bounds[s]! >= history.observed) history.beginSitting()
    for (let i = Math.max(bounds[s]!, history.observed); i < bounds[s + 1]!; i++)
      history.observe(log.row[i]!, log.endedAt[i]!, log.outcome[i]!)
  }
}

/** Scrobbles of each track and artist; undefined where there are none. */
function scrobblesIn({ heard, row, size }: ListeningLog, catalog: Catalog) {
  if (!heard) return undefined
  const [ofRow, ofArtist] = [new Map<number, number>(), new Map<number, number>()]
  for (let i = 0; i < size; i++) {
    if (heard[i] === 0) continue
    const artist = catalog.artist[row[i]!]!
    ofRow.set(row[i]!, (ofRow.get(row[i]!) ?? 0) + 1)
    ofArtist.set(artist, (ofArtist.get(artist) ?? 0) + 1)
  }
  return { ofRow, ofArtist }
}

/** How much a track is loved: 0 unless it is liked, saved, or heard out (as a finish or a scrobble) at least twice and more often than not. */
function love({ plays, skips, saved, liked, ...history }: TrackHistory): number {
  const good = goodPlays(history)
  const rate = (good + 1) / (good + skips + 2)
  const finished = good >= 2 && rate > 0.5 ? Math.log2(1 + good) * rate : 0
  const kept = (liked ? 2 : 0) + (saved && (plays === 0 || rate >= 0.4) ? 1 : 0)
  return finished + kept
}
