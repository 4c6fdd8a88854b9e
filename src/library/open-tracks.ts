import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { isOfTracks, NOBODY } from './import-record.ts'

/**
 * Which rows may be told to a listener (1): those of catalogs, which are everybody's, and those that their own imports, plays, playlists and
 * sayings name. What is known only because somebody else heard it stays 0.
 */
export async function readOpenTracks(store: Store, catalog: Catalog, listener: number): Promise<Uint8Array> {
  const open = new Uint8Array(catalog.size)
  const tell = (identifiers: ArrayLike<number>) => {
    for (let i = 0; i < identifiers.length; i++) {
      const row = catalog.rowOfIdentifier[identifiers[i]!] ?? -1
      if (row >= 0) open[row] = 1
    }
  }
  const imports = await store.read('imports', ['id', 'listener', 'format'])
  const telling = Array.from(imports.id).filter(
    (_, i) => isOfTracks(imports.format[i]!) || imports.listener[i] === listener,
  )
  tell((await store.read('claims', ['identifier'], { where: { import: telling } })).identifier)
  // Of logs that name their own listeners, and of what was said about tracks whose imports are gone.
  const where = { listener }
  tell((await store.read('plays', ['identifier'], { where })).identifier)
  tell((await store.read('feedback', ['identifier'], { where })).identifier)
  tell(
    (await store.read('playlistItems', ['identifier'], { where: { listener: [NOBODY, listener] } }))
      .identifier,
  )
  return open
}
