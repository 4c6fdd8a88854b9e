import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'

/** Rows that the listener saved or put on a playlist of their own. */
export type SavedTracks = ReadonlySet<number>

/** Reads the listener's library and playlists. */
export async function readSaved(store: Store, catalog: Catalog, listener: number): Promise<SavedTracks> {
  const saved = new Set<number>()
  const items = await store.read('playlistItems', ['identifier'], { where: { listener } })
  const likes = await store.read('feedback', ['identifier', 'import'], {
    where: { listener, kind: 'like', undone: 0 },
  })
  const mark = (identifier: number) => {
    const row = catalog.rowOfIdentifier[identifier] ?? -1
    if (row >= 0) saved.add(row)
  }
  items.identifier.forEach(mark)
  likes.identifier.forEach((identifier, i) => {
    if (likes.import[i] !== 0) mark(identifier)
  })
  return saved
}
