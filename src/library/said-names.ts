import { AUDIO_FEATURES, type AudioFeature } from '../core/track.ts'
import type { Store, WriteTo } from '../store/store.ts'
import type { Catalog } from './catalog.ts'

/** The import of the claims that keep a track's names because something was said about it by hand. */
export const SAID = 0

/** A track as a saying needs it. */
export interface SaidNames {
  /** All identifiers of the recording, smallest first: the saying hangs on each of them. */
  readonly identifiers: readonly number[]
  /** Their names, to be kept when the imports that told them are taken back. */
  readonly claims: readonly WriteTo<'claims'>[]
}

/** What the identifier's recording is called now. */
export async function saidNames(store: Store, catalog: Catalog, identifier: number): Promise<SaidNames> {
  const row = catalog.rowOfIdentifier[identifier] ?? -1
  if (row < 0) return { identifiers: [identifier], claims: [] }
  const identifiers: number[] = []
  catalog.rowOfIdentifier.forEach((of, id) => {
    if (of === row) identifiers.push(id)
  })
  const told = await store.read(
    'claims',
    ['import', 'identifier', 'isrc', 'mbid', 'title', 'artist', 'duration_ms'],
    { where: { identifier: identifiers }, orderBy: ['import', 'identifier'] },
  )
  const nameAt = (c: number) =>
    JSON.stringify(
      [told.identifier, told.isrc, told.mbid, told.title, told.artist, told.duration_ms].map(
        (column) => column[c],
      ),
    )
  const kept = new Set<string>()
  const fresh = Array.from(told.identifier.keys()).filter((c) => {
    const known = kept.has(nameAt(c))
    kept.add(nameAt(c))
    return !known && told.import[c] !== SAID
  })
  if (fresh.length === 0) return { identifiers, claims: [] }
  const text = (column: readonly string[]) => fresh.map((c) => column[c]!)
  const none = fresh.map(() => '')
  const nan = fresh.map(() => Number.NaN)
  const columns = {
    import: fresh.map(() => SAID),
    identifier: fresh.map((c) => told.identifier[c]!),
    isrc: text(told.isrc),
    mbid: text(told.mbid),
    title: text(told.title),
    artist: text(told.artist),
    album: none,
    source: none,
    genres: none,
    year: nan,
    popularity: nan,
    ...(Object.fromEntries(AUDIO_FEATURES.map((name) => [name, nan])) as Record<AudioFeature, number[]>),
    duration_ms: fresh.map((c) => told.duration_ms[c]!),
  }
  return { identifiers, claims: [{ insert: 'claims', columns }] }
}
