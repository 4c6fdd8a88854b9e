import type { DescribedListener, LovedTrackRow } from '../core/described-listener.ts'
import type { Feedback } from '../core/event.ts'
import type { TrackHistory } from '../core/listener.ts'
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

/** What describing reads. */
export interface ListenerFacts {
  readonly name: string
  readonly at: number
  readonly catalog: Catalog
  /** size × 13 scaled audio features. */
  readonly audio: Float32Array
  readonly log: ListeningLog
  /** An empty history over the same catalog. */
  readonly history: History
  readonly saved: Uint8Array
  readonly feedback: readonly Feedback[]
}

/** A described listener together with the rolled-forward history that scoring reads. */
export interface ListenerState extends DescribedListener {
  readonly history: History
  /** Whether a sitting is under way, so that its context may be used. */
  readonly inSitting: boolean
}

/** Rolls the history to its end and works out what the listener knows, loves and refuses. */
export function describeListener(facts: ListenerFacts): ListenerState {
  const { catalog, log, history, saved, at } = facts
  rollForward(log, history)
  const asOf = Number.isNaN(history.endedAt)
    ? at
    : at - history.endedAt > STALE_MS
      ? history.endedAt + 60_000
      : Math.max(at, history.endedAt + 60_000)
  const inSitting = at >= history.endedAt && at - history.endedAt < SITTING_GAP_MS
  if (!inSitting) history.beginSitting()
  const opinions = lastOpinions(facts.feedback, catalog, at)
  const trackHistory = (row: number): TrackHistory => ({
    plays: history.tracks.plays[row]!,
    finishes: history.tracks.finishes[row]!,
    skips: history.tracks.skips[row]!,
    firstPlayedAt: history.firstPlayedAt[row]!,
    lastPlayedAt: history.lastPlayedAt[row]!,
    saved: saved[row] === 1,
    liked: opinions.liked.has(row),
  })
  // A save does not make taste of what an exclusion takes out; a like by hand does.
  const excluded = new Set(log.excluded.filter((row) => !opinions.liked.has(row)))
  const known: number[] = []
  for (let row = 0; row < catalog.size; row++) {
    if (excluded.has(row)) continue
    if (history.tracks.plays[row]! > 0 || saved[row] === 1 || opinions.liked.has(row)) known.push(row)
  }
  const refusal = refusals(catalog, opinions)
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
  return {
    name: facts.name,
    at,
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
      plays: history.artists.plays[artist]!,
      finishes: history.artists.finishes[artist]!,
      skips: history.artists.skips[artist]!,
      tracks: history.artistTracks[artist]!,
    }),
    clusterOf: clusters.closest,
    refusal,
  }
}

function rollForward(log: ListeningLog, history: History): void {
  const { bounds } = cutSittings(log)
  for (let s = 0; s + 1 < bounds.length; s++) {
    history.beginSitting()
    for (let i = bounds[s]!; i < bounds[s + 1]!; i++)
      history.observe(log.row[i]!, log.endedAt[i]!, log.outcome[i]!)
  }
}

/** How much a track is loved: 0 unless it is liked, saved, or finished at least twice and more often than not. */
function love({ plays, finishes, skips, saved, liked }: TrackHistory): number {
  const rate = (finishes + 1) / (finishes + skips + 2)
  const finished = finishes >= 2 && rate > 0.5 ? Math.log2(1 + finishes) * rate : 0
  const kept = (liked ? 2 : 0) + (saved && (plays === 0 || rate >= 0.4) ? 1 : 0)
  return finished + kept
}
