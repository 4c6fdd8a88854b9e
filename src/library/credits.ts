import { fold } from '../core/track.ts'
import type { Catalog } from './catalog.ts'

/** What stands between the names of a credit such as "A & B feat. C". */
const BETWEEN_NAMES = /\s*[;,&/+]\s*|\s+(?:feat|ft|featuring|with|vs|x|and)\b\.?\s+/
/** The guests that a title names. */
const GUESTS = /\b(?:feat|ft|featuring|with)\b\.?\s+([^()[\]]+)/

/**
 * Tells whether a row of the catalog names one of these artists: as the artist, among the artists, or among the title's guests.
 *
 * "A, B & C" may be three artists or a band. It is a band where the catalog has tracks by it, and either lacks tracks by one of
 * the parts alone (by both, where there are two), or has more than twice as many by it as by any part. The asked artists count
 * as known, and are not split.
 */
export function artistNamer(catalog: Catalog, artists: ReadonlySet<string>): (row: number) => boolean {
  if (artists.size === 0) return () => false
  const asked = new Set([...artists].map((name) => partsOf(name).join('|')))
  const tracks = tracksByCredit(catalog)
  const isOneName = (parts: readonly string[]): boolean => {
    const name = parts.join('|')
    const own = tracks.get(name) ?? 0
    if (parts.length === 1 || asked.has(name)) return true
    const alone = parts.map((part) => tracks.get(part) ?? (asked.has(part) ? 1 : 0))
    const missing = alone.filter((count) => count === 0).length
    return own > 0 && (missing > (parts.length === 2 ? 1 : 0) || own > 2 * Math.max(...alone))
  }
  const names = (credit: string): boolean => {
    const parts = partsOf(credit)
    for (let from = 0, to = 0; from < parts.length; from = to) {
      to = parts.length
      while (!isOneName(parts.slice(from, to))) to--
      if (asked.has(parts.slice(from, to).join('|'))) return true
    }
    return false
  }
  const byArtist = new Map<number, boolean>()
  const isArtist = (artist: number): boolean => {
    const known = byArtist.get(artist) ?? names(catalog.artists.at(artist))
    byArtist.set(artist, known)
    return known
  }
  const namesOne = (row: number): boolean => {
    if (isArtist(catalog.artist[row]!)) return true
    const guests = GUESTS.exec(fold(catalog.titles.at(row)))?.[1]?.replace(/\s+-\s.*$/, '')
    return guests !== undefined && names(guests)
  }
  /** 0 where nobody asked yet, 1 for no and 2 for yes. */
  const told = new Uint8Array(catalog.artist.length)
  return (row) => {
    told[row] ||= namesOne(row) ? 2 : 1
    return told[row] === 2
  }
}

function partsOf(credit: string): string[] {
  return fold(credit).split(BETWEEN_NAMES)
}

const countedTracks = new WeakMap<Catalog, ReadonlyMap<string, number>>()

/** How many tracks each credit has, however its "and" is written; counted once for a catalog. */
function tracksByCredit(catalog: Catalog): ReadonlyMap<string, number> {
  const known = countedTracks.get(catalog)
  if (known) return known
  const counts = countTracks(catalog)
  countedTracks.set(catalog, counts)
  return counts
}

function countTracks(catalog: Catalog): Map<string, number> {
  const byArtist = new Int32Array(catalog.artists.size)
  for (const artist of catalog.artist) byArtist[artist] = byArtist[artist]! + 1
  const counts = new Map<string, number>()
  byArtist.forEach((count, artist) => {
    const name = partsOf(catalog.artists.at(artist)).join('|')
    counts.set(name, (counts.get(name) ?? 0) + count)
  })
  return counts
}
