import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { hasTracks, isOfTracks, NOBODY } from './import-record.ts'

/**
 * Which rows may be told to anybody (1): those of catalogs. Of imports that name their own listeners, with tables of tracks beside them, the
 * tracks whose sound is told.
 */
export async function readCatalogTracks(store: Store, catalog: Catalog): Promise<Uint8Array> {
  const open = new Uint8Array(catalog.size)
  const imports = await store.read('imports', ['id', 'listener', 'format'])
  const those = (wanted: (format: string, listener: number) => boolean) =>
    Array.from(imports.id).filter((_, i) => wanted(imports.format[i]!, imports.listener[i]!))
  const catalogs = those((format) => isOfTracks(format))
  mark(
    open,
    catalog,
    (await store.read('claims', ['identifier'], { where: { import: catalogs } })).identifier,
  )
  const mixed = those((format, listener) => listener === NOBODY && !isOfTracks(format) && hasTracks(format))
  const told = await store.read('claims', ['identifier', 'source'], { where: { import: mixed } })
  mark(
    open,
    catalog,
    Array.from(told.identifier).filter((_, i) => told.source[i] !== ''),
  )
  return open
}

/**
 * Which rows may be told to a listener (1): those that everybody may be told, and those that their own imports, plays, playlists and
 * sayings name. What is known only because somebody else heard it stays 0.
 * @param shared rows that everybody may be told
 */
export async function readOpenTracks(
  store: Store,
  catalog: Catalog,
  listener: number,
  shared: Uint8Array,
): Promise<Uint8Array> {
  const open = shared.slice()
  const where = { listener }
  const imports = Array.from((await store.read('imports', ['id'], { where })).id)
  mark(open, catalog, (await store.read('claims', ['identifier'], { where: { import: imports } })).identifier)
  // Of logs that name their own listeners, and of what was said about tracks whose imports are gone.
  mark(open, catalog, (await store.read('plays', ['identifier'], { where })).identifier)
  mark(open, catalog, (await store.read('feedback', ['identifier'], { where })).identifier)
  const items = { where: { listener: [NOBODY, listener] } }
  mark(open, catalog, (await store.read('playlistItems', ['identifier'], items)).identifier)
  return open
}

function mark(open: Uint8Array, { rowOfIdentifier }: Catalog, identifiers: ArrayLike<number>): void {
  for (let i = 0; i < identifiers.length; i++) {
    const row = rowOfIdentifier[identifiers[i]!] ?? -1
    if (row >= 0) open[row] = 1
  }
}
