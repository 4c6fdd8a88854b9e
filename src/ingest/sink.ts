import type { TrackRef } from '../core/track.ts'
import type { ImportRecord } from '../library/import-record.ts'

/** Why a row was not kept. */
export type LeftReason =
  | 'podcast'
  | 'audiobook'
  | 'video without track'
  | 'no metadata'
  | 'no listener'
  | 'private session'
  | 'duplicate'
  | 'wrong types'
  | 'impossible date'
  | 'now playing'
  | 'taken back'

/** What was read from one file. */
export interface FileReport {
  readonly name: string
  readonly format: string
  readonly rows: number
  readonly kept: number
  /** Rows that were not kept, by reason. */
  readonly left: Partial<Record<LeftReason, number>>
  /** Kept plays shorter than 30 seconds: they are skips, which teach as much as finishes. */
  readonly under30s: number
  /** Cells that were no number or outside the feature's range, and count as missing. */
  readonly badValues: number
  /** Kept plays of which only the beginning is known; absent for none. */
  readonly openEnds?: number
  /** Sentences about how the file was read; absent for none. */
  readonly notes?: readonly string[]
  /** Ends of the first and last kept play, milliseconds since the epoch, UTC. */
  readonly firstPlayAt?: number
  readonly lastPlayAt?: number
}

/** Takes what a parser says about the rows of one file, and counts. */
export interface Sink {
  /** A row that is kept, as one or several records. */
  keep(...records: readonly ImportRecord[]): void
  /** A row that is not kept. */
  leave(reason: LeftReason): void
  /** A cell that counts as missing. */
  badValue(): void
  /** Says how the file was read. */
  note(sentence: string): void
  report(): FileReport
}

/** What a parser that reads one file into a sink is told. Times are checked against `now`; names of playlists are unique in an import. */
export interface Context {
  readonly now: number
  /** Whether only catalogs are in the import: then their playlists are the world's, else they would be taken for the listener's. */
  readonly catalogOnly: boolean
  /** The name for a playlist; a second playlist of the same name gets " (2)". */
  playlist(id: string, name: string): string
  /** IANA: where the listener lives, for files that tell the time of a wall. */
  readonly timeZone: string
  /** What files of this import call recordings → which they are, for the files that are read after them. */
  readonly recordings: Map<string, TrackRef>
}

/** A sink that passes records on to `add`. */
export function countingSink(name: string, format: string, add: (record: ImportRecord) => void): Sink {
  const left: Partial<Record<LeftReason, number>> = {}
  let [rows, kept, under30s, badValues, openEnds] = [0, 0, 0, 0, 0]
  const notes: string[] = []
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return {
    keep(...records) {
      rows++
      kept++
      for (const record of records) {
        if (record.kind === 'play') {
          const { endedAt, msPlayed, precision, reasonEnd } = record.play
          const open = precision === 'start' && reasonEnd === ''
          if (endedAt < first) first = endedAt
          if (endedAt > last) last = endedAt
          if (open) openEnds++
          if (msPlayed < 30_000 && precision !== 'start') under30s++
        }
        add(record)
      }
    },
    leave(reason) {
      rows++
      left[reason] = (left[reason] ?? 0) + 1
    },
    badValue() {
      badValues++
    },
    note(sentence) {
      if (!notes.includes(sentence)) notes.push(sentence)
    },
    report: () => ({
      name,
      format,
      rows,
      kept,
      left,
      under30s,
      badValues,
      ...(openEnds > 0 && { openEnds }),
      ...(notes.length > 0 && { notes }),
      ...(first <= last && { firstPlayAt: first, lastPlayAt: last }),
    }),
  }
}

/** Names playlists so that two of one name stay two. */
export function playlistNames(): (id: string, name: string) => string {
  const byId = new Map<string, string>()
  const taken = new Set<string>()
  return (id, name) => {
    const known = byId.get(id)
    if (known !== undefined) return known
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`
    taken.add(unique)
    byId.set(id, unique)
    return unique
  }
}
