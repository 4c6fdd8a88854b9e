import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'

/** Row → 1 when the listener saved the track or put it on a playlist of their own. */
export type SavedTracks = Uint8Array

/** Reads the listener's library and playlists. */
export async function readSaved(store: Store, catalog: Catalog, listener: number): Promise<SavedTracks> {
  const saved = new Uint8Array(catalog.size)
  const items = await store.read('playlistItems', ['identifier'], { where: { listener } })
  const likes = await store.read('feedback', ['identifier', 'import'], {
    where: { listener, kind: 'like', undone: 0 },
  })
  const mark = (identifier: number) => {
    const row = catalog.rowOfIdentifier[identifier] ?? -1
    if (row >= 0) saved[row] = 1
  }
  items.identifier.forEach(mark)
  likes.identifier.forEach((identifier, i) => {
    if (likes.import[i] !== 0) mark(identifier)
  })
  return saved
}
