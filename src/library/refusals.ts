import type { DescribedListener } from '../core/described-listener.ts'
import type { Feedback } from '../core/event.ts'
import { fold } from '../core/track.ts'
import type { Catalog } from './catalog.ts'
import { songKey } from './songs.ts'

/** What stands of what a listener said; tracks are rows of the catalog. */
export interface Opinions {
  /** By hand: an imported like is a saved track. */
  readonly liked: ReadonlySet<number>
  readonly disliked: ReadonlySet<number>
  readonly snoozed: ReadonlySet<number>
  /** Folded names. */
  readonly never: ReadonlySet<string>
}

/**
 * What was said last of each track counts, but an imported like is no word: it saves the track and never lifts a no.
 * @param feedback in the order in which it was said
 */
export function lastOpinions(feedback: readonly Feedback[], catalog: Catalog, at: number): Opinions {
  const sets = { like: new Set<number>(), dislike: new Set<number>(), snooze: new Set<number>() }
  const never = new Set<string>()
  for (const { kind, byHand, trackId, identifiers, artist, until } of feedback) {
    if (kind === 'never') {
      if (artist) never.add(fold(artist))
      continue
    }
    if (until !== undefined && until <= at) continue
    if (kind === 'like' && !byHand) continue
    for (const identifier of identifiers ?? [trackId ?? 0]) {
      const row = catalog.rowOfIdentifier[identifier] ?? -1
      if (row < 0) continue
      for (const set of Object.values(sets)) set.delete(row)
      sets[kind].add(row)
    }
  }
  return { liked: sets.like, disliked: sets.dislike, snoozed: sets.snooze, never }
}

/** A no holds for every version of the song by that artist, and for every track that names a refused artist. */
export function refusals(
  catalog: Catalog,
  { disliked, snoozed, never }: Opinions,
): DescribedListener['refusal'] {
  const songs = (rows: ReadonlySet<number>) => new Set([...rows].map((row) => songKey(catalog, row)))
  const [dislikedSongs, snoozedSongs] = [songs(disliked), songs(snoozed)]
  const any = dislikedSongs.size + snoozedSongs.size > 0
  return (row) => {
    if (never.size && namesArtist(catalog, row, never)) return 'never this artist'
    if (!any) return undefined
    const song = songKey(catalog, row)
    return dislikedSongs.has(song) ? 'disliked' : snoozedSongs.has(song) ? 'snoozed' : undefined
  }
}

/** What stands between the names of a credit such as "A & B feat. C". */
const BETWEEN_NAMES = /\s*[;,&/+]\s*|\s+(?:feat|ft|featuring|with|vs|x|and)\b\.?\s+/g
const GUESTS = /\b(?:feat|ft|featuring|with)\b\.?\s+([^()[\]]+)/

/** Whether one of the refused names is the artist, among the artists, or among the guests that the title names. */
function namesArtist(catalog: Catalog, row: number, never: ReadonlySet<string>): boolean {
  const artists = fold(catalog.artists.at(catalog.artist[row]!))
  const guests = GUESTS.exec(fold(catalog.titles.at(row)))?.[1]?.replace(/\s+-\s.*$/, '')
  const credits = [artists, ...(guests ? [guests] : [])].map(creditOf)
  return [...never].some((name) => credits.some((credit) => credit.includes(creditOf(name))))
}

/** A credit as |name|name|, so that a name is found whole or not at all, one that has an "and" of its own too. */
function creditOf(names: string): string {
  return `|${names.trim().replace(BETWEEN_NAMES, '|')}|`
}
