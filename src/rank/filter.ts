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
 * @param candidates all that it will be asked about
 */
export function sameSongFilter(
  songOf: (row: number) => string,
  plays: (row: number) => number,
  known: readonly number[],
  candidates: readonly Candidate[],
): Filter {
  const chosen = new Map<string, { row: number; plays: number }>()
  const consider = (row: number) => {
    const song = songOf(row)
    const other = chosen.get(song)
    if (!other || plays(row) > other.plays) chosen.set(song, { row, plays: plays(row) })
  }
  known.forEach(consider)
  for (const { row } of candidates) if (!chosen.has(songOf(row))) consider(row)
  return { name: 'same-song', removes: ({ row }) => chosen.get(songOf(row))?.row !== row }
}
