import type { Candidate } from '../core/candidate.ts'

/**
 * Keeps tracks out of a mix. A filter must never rank, reach for data, or let a track through because something failed:
 * it is a pure test that cannot fail.
 */
export interface Filter {
  readonly name: string
  /** Whether the track must not be in the mix. */
  removes(candidate: Candidate): boolean
}

export interface Removed {
  readonly row: number
  /** The filter that took it out. */
  readonly by: string
}

/** Runs the filters in order; each candidate is removed by the first that says so. */
export function filter(
  candidates: readonly Candidate[],
  filters: readonly Filter[],
): { kept: Candidate[]; removed: Removed[] } {
  const kept: Candidate[] = []
  const removed: Removed[] = []
  for (const candidate of candidates) {
    const by = filters.find((one) => one.removes(candidate))
    if (by) removed.push({ row: candidate.row, by: by.name })
    else kept.push(candidate)
  }
  return { kept, removed }
}

/** Takes out what the listener refused. */
export function refusedFilter(refusal: (row: number) => string | undefined): Filter {
  return { name: 'refused', removes: ({ row }) => refusal(row) !== undefined }
}

/** Takes out what the recipe does not want. */
export function eligibleFilter(eligible: (row: number) => boolean): Filter {
  return { name: 'eligible', removes: ({ row }) => !eligible(row) }
}

/**
 * Lets one version of each song through: the one played most among those the listener knows, else the one proposed first.
 * @param known the same array only while its plays are the same: what is chosen of it is kept
 * @param candidates all that it will be asked about
 */
export function sameSongFilter(
  songOf: (row: number) => string | number,
  plays: (row: number) => number,
  known: readonly number[],
  candidates: readonly Candidate[],
): Filter {
  const heard = playedMost(songOf, plays, known)
  const proposed = new Map<string | number, number>()
  for (const { row } of candidates) {
    const song = songOf(row)
    if (!heard.has(song) && !proposed.has(song)) proposed.set(song, row)
  }
  const chosen = (song: string | number) => heard.get(song) ?? proposed.get(song)
  return { name: 'same-song', removes: ({ row }) => chosen(songOf(row)) !== row }
}

type Songs = ReadonlyMap<string | number, number>
const kept = new WeakMap<readonly number[], { readonly songOf: unknown; readonly songs: Songs }>()

/** The version of each known song that was played most, the first of several. */
function playedMost(
  songOf: (row: number) => string | number,
  plays: (row: number) => number,
  known: readonly number[],
): Songs {
  const before = kept.get(known)
  if (before?.songOf === songOf) return before.songs
  const songs = new Map<string | number, number>()
  for (const row of known) {
    const song = songOf(row)
    const other = songs.get(song)
    if (other === undefined || plays(row) > plays(other)) songs.set(song, row)
  }
  kept.set(known, { songOf, songs })
  return songs
}
