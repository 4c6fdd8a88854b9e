import type { DescribedListener } from '../core/described-listener.ts'
import type { Feedback } from '../core/event.ts'
import { fold } from '../core/track.ts'
import type { Catalog } from './catalog.ts'
import { artistNamer } from './credits.ts'
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
  // A song is one artist's: of all others' tracks the title need not be read.
  const artists = new Set([...disliked, ...snoozed].map((row) => catalog.artist[row]!))
  const namesRefused = namerOf(catalog, never)
  return (row) => {
    if (namesRefused(row)) return 'never this artist'
    if (!artists.has(catalog.artist[row]!)) return undefined
    const song = songKey(catalog, row)
    return dislikedSongs.has(song) ? 'disliked' : snoozedSongs.has(song) ? 'snoozed' : undefined
  }
}

interface Namer {
  readonly never: string
  readonly names: (row: number) => boolean
}

/** So many listeners' refused artists are remembered. */
const NAMERS = 32
const namers = new WeakMap<Catalog, Namer[]>()

/** What `artistNamer` gives, which looks into titles, kept while a catalog and the refused artists stay the same. */
function namerOf(catalog: Catalog, artists: ReadonlySet<string>): (row: number) => boolean {
  const never = JSON.stringify([...artists].sort())
  const kept = namers.get(catalog) ?? []
  namers.set(catalog, kept)
  const known = kept.find((one) => one.never === never)
  if (known) return known.names
  const names = artistNamer(catalog, artists)
  kept.push({ never, names })
  if (kept.length > NAMERS) kept.shift()
  return names
}
