import {
  currentTracks,
  logBefore,
  logWithout,
  type PlaylistLog,
  type Stay,
  staysOf,
  type TrackContent,
} from '../collaborative/playlist-log.ts'
import type { PlaylistPast, PlaylistQuery } from '../collaborative/playlist-model.ts'
import type { Random } from '../core/random.ts'

/** Playlists over time, and what is known of them and of their tracks without times. */
export interface PlaylistHistory {
  readonly log: PlaylistLog
  readonly content: TrackContent
  /** Playlist → its name. */
  readonly names: readonly string[]
}

/** A playlist to continue, and how it went on. */
export interface ContinuationCase {
  /** Its number in the history, also where the past does not have it. */
  readonly playlist: number
  readonly query: PlaylistQuery
  /** Never recommended: they are on the playlist. */
  readonly taken: ReadonlySet<number>
  /** What was put on it later and is a candidate; not empty. */
  readonly wanted: ReadonlySet<number>
}

/** Playlists to continue from one past. */
export interface ContinuationTask {
  readonly past: PlaylistPast
  /** Track → 1 where it is known to the past or as new since. */
  readonly candidate: Uint8Array
  /** Track → 1 where it was on some playlist of the past. */
  readonly warm: Uint8Array
  readonly cases: readonly ContinuationCase[]
}

/**
 * What is known at the start of a day, and what every playlist of then got from that day to before `end`. Candidates are the tracks of the
 * past and those first seen in between, on whatever playlist. A track that had left a playlist is a candidate for it again; one that is on it is none.
 */
export function continuationAfter(history: PlaylistHistory, day: number, end: number): ContinuationTask {
  const { log, content, names } = history
  const known = logBefore(log, day)
  const warm = new Uint8Array(log.tracks)
  for (const track of known.track) warm[track] = 1
  const candidate = warm.slice()
  const later: Set<number>[] = names.map(() => new Set())
  for (const [row, track] of log.track.entries()) {
    if (log.added[row]! < day || log.added[row]! >= end) continue
    candidate[track] = 1
    later[log.playlist[row]!]!.add(track)
  }
  const cases: ContinuationCase[] = []
  for (const [playlist, stays] of staysOf(known).entries()) {
    if (stays.length === 0) continue
    const taken = currentTracks(stays)
    const wanted = new Set([...later[playlist]!].filter((track) => !taken.has(track)))
    if (wanted.size > 0)
      cases.push({ playlist, query: { self: playlist, name: names[playlist]!, stays }, taken, wanted })
  }
  return { past: { log: known, content, names, day }, candidate, warm, cases }
}

/** The first and the last day on which a log had a track added. */
export function daysOf({ added }: PlaylistLog): { readonly first: number; readonly last: number } {
  return added.reduce((span, day) => ({ first: Math.min(span.first, day), last: Math.max(span.last, day) }), {
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
  })
}

/**
 * Playlists that the past never saw, of which the first `seeds` tracks are shown and the rest is to be foreseen, as far as it is on some
 * playlist of the past; those with nothing left are no cases. The shown ones are on the playlist for good.
 */
export function continuationWithheld(
  history: PlaylistHistory,
  withheld: ReadonlySet<number>,
  seeds: number,
): ContinuationTask {
  const { log, content, names } = history
  const day = daysOf(log).last + 1
  const known = logWithout(log, withheld)
  const candidate = new Uint8Array(log.tracks)
  for (const track of known.track) candidate[track] = 1
  const cases: ContinuationCase[] = []
  for (const [playlist, all] of staysOf(log).entries()) {
    if (!withheld.has(playlist)) continue
    const first = new Map<number, Stay>()
    for (const stay of all) if (!first.has(stay.track)) first.set(stay.track, stay)
    const stays = [...first.values()]
      .slice(0, seeds)
      .map((stay) => ({ ...stay, removed: Number.POSITIVE_INFINITY }))
    const taken = new Set(stays.map(({ track }) => track))
    const wanted = new Set([...first.keys()].filter((track) => !taken.has(track) && candidate[track] === 1))
    if (stays.length === seeds && wanted.size > 0)
      cases.push({ playlist, query: { name: names[playlist]!, stays }, taken, wanted })
  }
  return { past: { log: known, content, names, day }, candidate, warm: candidate, cases }
}

/** The playlists of a log in so many parts, drawn at random; every playlist with a track is in one of them. */
export function playlistFolds(log: PlaylistLog, folds: number, random: Random): ReadonlySet<number>[] {
  const order = random.shuffle([...new Set(log.playlist)].sort((a, b) => a - b))
  return Array.from({ length: folds }, (_, fold) => new Set(order.filter((_, at) => at % folds === fold)))
}
