import { FINISH, type OutcomeCode, outcome, SKIP, statesReasons } from '../core/labels.ts'
import { fold } from '../core/track.ts'
import type { ColumnValues } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { AUDIO_STRIDE, DURATION } from './catalog.ts'
import type { Exclusion } from './exclusions.ts'
import { excluder } from './exclusions.ts'

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
type Plays = ColumnValues<'plays', (typeof COLUMNS)[number]> & { readonly device?: readonly string[] }

/** Reads a listener's log. About 0.1 s for 70,000 plays. */
export async function readLog(store: Store, catalog: Catalog, options: LogOptions): Promise<ListeningLog> {
  const excludes = excluder(options.exclusions, options.timeZone)
  const query = { where: { listener: options.listener, hidden: 0 }, orderBy: ['endedAt', 'id'] } as const
  const plays = await store.read('plays', COLUMNS, query)
  const device = excludes.needsDevice ? (await store.read('plays', ['device'], query)).device : undefined
  return logOf({ ...plays, ...(device && { device }) }, 0, plays.id.length, catalog, excludes)
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
  const excluders = options.map(({ exclusions, timeZone }) => excluder(exclusions, timeZone))
  const device = excluders.some(({ needsDevice }) => needsDevice)
    ? (await store.read('plays', ['device'], query)).device
    : undefined
  const bounds = new Map<number, [from: number, to: number]>()
  plays.listener.forEach((listener, i) => {
    const known = bounds.get(listener)
    if (known) known[1] = i + 1
    else bounds.set(listener, [i, i + 1])
  })
  return options.map(({ listener }, i) => {
    const [from, to] = bounds.get(listener) ?? [0, 0]
    return logOf({ ...plays, ...(device && { device }) }, from, to, catalog, excluders[i]!)
  })
}

/** The log that the plays from `from` up to `to` make: one listener's, in the order of time. */
function logOf(
  plays: Plays,
  from: number,
  to: number,
  catalog: Catalog,
  excludes: ReturnType<typeof excluder>,
): ListeningLog {
  const artistFolds = excludes.artists.size ? foldedArtists(catalog) : undefined
  const kept: number[] = []
  const excluded = new Set<number>()
  for (let row = 0; artistFolds && row < catalog.size; row++)
    if (excludes.artists.has(artistFolds[catalog.artist[row]!]!)) excluded.add(row)
  for (let i = from; i < to; i++) {
    const row = catalog.rowOfIdentifier[plays.identifier[i]!] ?? -1
    if (row < 0) continue
    const artist = artistFolds ? artistFolds[catalog.artist[row]!]! : ''
    const device = plays.device?.[i] ?? ''
    if (excludes.matches({ endedAt: plays.endedAt[i]!, device, artist })) excluded.add(row)
    else kept.push(i)
  }
  for (const i of kept) excluded.delete(catalog.rowOfIdentifier[plays.identifier[i]!]!)
  const log = {
    size: kept.length,
    row: Int32Array.from(kept, (i) => catalog.rowOfIdentifier[plays.identifier[i]!]!),
    endedAt: Float64Array.from(kept, (i) => plays.endedAt[i]!),
    msPlayed: Float64Array.from(kept, (i) => plays.msPlayed[i]!),
    outcome: new Int8Array(kept.length),
    excluded: Int32Array.from(excluded).sort(),
  }
  const lengths = playedLengths()
  kept.forEach((i, at) => {
    const row = log.row[at]!
    const known = catalog.audio[row * AUDIO_STRIDE + DURATION]!
    log.outcome[at] = outcome({
      reasonEnd: plays.reasonEnd[i]!,
      skipped: plays.skipped[i] === -1 ? undefined : plays.skipped[i] === 1,
      msPlayed: log.msPlayed[at]!,
      lengthMs: Number.isNaN(known) ? lengths.mode(row) : known,
      hasReasons: statesReasons(plays.reasonEnd[i]!, plays.exact[i]!),
    }) satisfies OutcomeCode
    lengths.add(row, log.msPlayed[at]!)
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
