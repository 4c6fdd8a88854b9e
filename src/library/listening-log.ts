import { FINISH, type OutcomeCode, outcome, SKIP, statesReasons } from '../core/labels.ts'
import { isOpenScrobble } from '../core/scrobble.ts'
import { fold } from '../core/track.ts'
import type { ColumnValues } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { AUDIO_STRIDE, DURATION } from './catalog.ts'
import type { Exclusion } from './exclusions.ts'
import { type Excluder, excluder, readTraits, type TraitsAt } from './exclusions.ts'

/**
 * One listener's plays that count, oldest first, as columns: duplicates, excluded plays and plays of tracks
 * that no import claims any more are left out.
 */
export interface ListeningLog {
  readonly size: number
  /** Row in the catalog. */
  readonly row: Int32Array
  /** End of the play, ms since the epoch. */
  readonly endedAt: Float64Array
  readonly msPlayed: Float64Array
  /** FINISH, SKIP or UNKNOWN. */
  readonly outcome: Int8Array
  /** 1 where a scrobbler tells the play: half of it was heard, and its outcome is UNKNOWN. Absent where none is. */
  readonly heard?: Uint8Array
  /** Rows that are no taste, ascending: those heard in excluded plays alone, and every track of an excluded artist. */
  readonly excluded: Int32Array
}

/** How many of the first `to` plays were finished, skipped, and ended in a way that says nothing. */
export function countOutcomes({ outcome }: Pick<ListeningLog, 'outcome'>, to = outcome.length) {
  const count = { finishes: 0, skips: 0, unknown: 0 }
  for (const code of outcome.subarray(0, to))
    count[code === FINISH ? 'finishes' : code === SKIP ? 'skips' : 'unknown']++
  return count
}

export interface LogOptions {
  readonly listener: number
  readonly timeZone: string
  readonly exclusions: readonly Exclusion[]
}

const COLUMNS = ['id', 'identifier', 'endedAt', 'msPlayed', 'reasonEnd', 'skipped', 'exact'] as const
type Plays = ColumnValues<'plays', (typeof COLUMNS)[number]>

/** Reads a listener's log. About 0.1 s for 70,000 plays. */
export async function readLog(store: Store, catalog: Catalog, options: LogOptions): Promise<ListeningLog> {
  return (await readGrowingLog(store, catalog, options)).log
}

/** A log with the id of the newest play that was read for it. */
export interface GrowingLog {
  readonly log: ListeningLog
  readonly lastId: number
}

/** Reads a listener's log so that plays can be added to it. */
export async function readGrowingLog(
  store: Store,
  catalog: Catalog,
  options: LogOptions,
): Promise<GrowingLog> {
  const excludes = excluder(options.exclusions, options.timeZone, catalog)
  const query = { where: { listener: options.listener, hidden: 0 }, orderBy: ['endedAt', 'id'] } as const
  const plays = await store.read('plays', COLUMNS, query)
  const traits = await readTraits(store, query, [excludes])
  const log = logOf({ plays, traits }, 0, plays.id.length, catalog, excludes)
  return { log, lastId: plays.id.reduce((most, id) => Math.max(most, id), 0) }
}

/** A play as it stands in the store. */
export interface StoredPlay {
  readonly id: number
  readonly identifier: number
  readonly endedAt: number
  readonly msPlayed: number
  readonly reasonEnd: string
  readonly skipped: number
  readonly exact: number
}

/**
 * The log that reading anew would give, after visible plays of the listener were added and nothing else was done; the same one where none of
 * them is new. Undefined where it has to be read: something is excluded, or a play ends before the last one.
 */
export function withPlays(
  { log, lastId }: GrowingLog,
  plays: readonly StoredPlay[],
  catalog: Catalog,
  exclusions: readonly Exclusion[],
): GrowingLog | undefined {
  const fresh = plays.filter(({ id }) => id > lastId)
  if (fresh.length === 0) return { log, lastId }
  if (exclusions.length > 0) return undefined
  fresh.sort((a, b) => a.endedAt - b.endedAt || a.id - b.id)
  if (fresh[0]!.endedAt < (log.endedAt[log.size - 1] ?? Number.NEGATIVE_INFINITY)) return undefined
  const kept = fresh.filter(({ identifier }) => (catalog.rowOfIdentifier[identifier] ?? -1) >= 0)
  const rows = kept.map(({ identifier }) => catalog.rowOfIdentifier[identifier]!)
  const lengths = playedLengths()
  const played = new Set(rows)
  for (let i = 0; i < log.size; i++)
    if (played.has(log.row[i]!) && log.heard?.[i] !== 1) lengths.add(log.row[i]!, log.msPlayed[i]!)
  const scrobbled = kept.map(isOpenScrobble)
  const outcomes = kept.map((play, i) => {
    const code = outcomeOf(play, rows[i]!, catalog, lengths.mode)
    if (!scrobbled[i]) lengths.add(rows[i]!, play.msPlayed)
    return code
  })
  const size = log.size + kept.length
  const grown = {
    ...{ size, excluded: log.excluded, row: new Int32Array(size), outcome: new Int8Array(size) },
    endedAt: new Float64Array(size),
    msPlayed: new Float64Array(size),
    ...((log.heard || scrobbled.includes(true)) && { heard: new Uint8Array(size) }),
  }
  if (log.heard) grown.heard?.set(log.heard)
  scrobbled.forEach((is, i) => {
    if (is) grown.heard![log.size + i] = 1
  })
  for (const name of ['row', 'outcome', 'endedAt', 'msPlayed'] as const) grown[name].set(log[name])
  grown.row.set(rows, log.size)
  grown.outcome.set(outcomes, log.size)
  kept.forEach(({ endedAt, msPlayed }, i) => {
    grown.endedAt[log.size + i] = endedAt
    grown.msPlayed[log.size + i] = msPlayed
  })
  return { log: grown, lastId: fresh.reduce((most, { id }) => Math.max(most, id), lastId) }
}

/** @param modeOf a row's length as far as its earlier plays tell */
function outcomeOf(
  play: Pick<StoredPlay, 'reasonEnd' | 'skipped' | 'exact' | 'msPlayed'>,
  row: number,
  catalog: Catalog,
  modeOf: (row: number) => number,
): OutcomeCode {
  const known = catalog.audio[row * AUDIO_STRIDE + DURATION]!
  return outcome({
    reasonEnd: play.reasonEnd,
    skipped: play.skipped === -1 ? undefined : play.skipped === 1,
    msPlayed: play.msPlayed,
    lengthMs: Number.isNaN(known) ? modeOf(row) : known,
    hasReasons: statesReasons(play.reasonEnd, play.exact),
  })
}

/**
 * Reads the logs of many listeners at once, in the order of the options; those without a play that counts have empty ones. The
 * same logs as `readLog` gives, many times faster.
 */
export async function readLogs(
  store: Store,
  catalog: Catalog,
  options: readonly LogOptions[],
): Promise<ListeningLog[]> {
  const query = {
    where: { listener: options.map(({ listener }) => listener), hidden: 0 },
    orderBy: ['listener', 'endedAt', 'id'],
  } as const
  const plays = await store.read('plays', [...COLUMNS, 'listener'], query)
  const excluders = options.map(({ exclusions, timeZone }) => excluder(exclusions, timeZone, catalog))
  const traits = await readTraits(store, query, excluders)
  const bounds = new Map<number, [from: number, to: number]>()
  plays.listener.forEach((listener, i) => {
    const known = bounds.get(listener)
    if (known) known[1] = i + 1
    else bounds.set(listener, [i, i + 1])
  })
  return options.map(({ listener }, i) => {
    const [from, to] = bounds.get(listener) ?? [0, 0]
    return logOf({ plays, traits }, from, to, catalog, excluders[i]!)
  })
}

/** The log that the plays from `from` up to `to` make: one listener's, in the order of time. */
function logOf(
  { plays, traits }: { readonly plays: Plays; readonly traits: TraitsAt },
  from: number,
  to: number,
  catalog: Catalog,
  excludes: Excluder,
): ListeningLog {
  const artistFolds = excludes.artists.size ? foldedArtists(catalog) : undefined
  const kept: number[] = []
  const excluded = new Set<number>(excludes.rows)
  for (let row = 0; artistFolds && row < catalog.size; row++)
    if (excludes.artists.has(artistFolds[catalog.artist[row]!]!)) excluded.add(row)
  for (let i = from; i < to; i++) {
    const row = catalog.rowOfIdentifier[plays.identifier[i]!] ?? -1
    if (row < 0) continue
    const artist = artistFolds ? artistFolds[catalog.artist[row]!]! : ''
    const out =
      !excludes.isEmpty && excludes.matches({ endedAt: plays.endedAt[i]!, artist, row, ...traits(i) })
    if (out) excluded.add(row)
    else kept.push(i)
  }
  for (const i of kept) excluded.delete(catalog.rowOfIdentifier[plays.identifier[i]!]!)
  const scrobbled = Uint8Array.from(kept, (i) =>
    Number(isOpenScrobble({ exact: plays.exact[i]!, reasonEnd: plays.reasonEnd[i]! })),
  )
  const log = {
    size: kept.length,
    row: Int32Array.from(kept, (i) => catalog.rowOfIdentifier[plays.identifier[i]!]!),
    endedAt: Float64Array.from(kept, (i) => plays.endedAt[i]!),
    msPlayed: Float64Array.from(kept, (i) => plays.msPlayed[i]!),
    outcome: new Int8Array(kept.length),
    excluded: Int32Array.from(excluded).sort(),
    ...(scrobbled.includes(1) && { heard: scrobbled }),
  }
  const lengths = playedLengths()
  kept.forEach((i, at) => {
    const row = log.row[at]!
    const play = {
      reasonEnd: plays.reasonEnd[i]!,
      skipped: plays.skipped[i]!,
      exact: plays.exact[i]!,
      msPlayed: log.msPlayed[at]!,
    }
    log.outcome[at] = outcomeOf(play, row, catalog, lengths.mode)
    if (scrobbled[at] === 0) lengths.add(row, log.msPlayed[at]!)
  })
  return log
}

/** A track's length as far as its earlier plays tell: the time heard most often, when it was heard at least twice. */
function playedLengths() {
  const counts = new Map<number, Map<number, number>>()
  const modes = new Map<number, { ms: number; count: number }>()
  return {
    mode: (row: number): number => {
      const best = modes.get(row)
      return best && best.count > 1 ? best.ms : Number.NaN
    },
    add(row: number, ms: number) {
      const ofTrack = counts.get(row) ?? new Map<number, number>()
      counts.set(row, ofTrack)
      const count = (ofTrack.get(ms) ?? 0) + 1
      ofTrack.set(ms, count)
      const best = modes.get(row)
      if (ms >= 30_000 && (!best || count > best.count || (count === best.count && ms > best.ms)))
        modes.set(row, { ms, count })
    },
  }
}

function foldedArtists(catalog: Catalog): string[] {
  return Array.from({ length: catalog.artists.size }, (_, i) => fold(catalog.artists.at(i)))
}
