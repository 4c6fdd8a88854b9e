import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from './store.ts'

/** Of `meta`: the file still has room that once held what was forgotten. */
const OWED = { key: 'compact' }
const FILE = 'deepcuts.duckdb'

/**
 * Writes the file of a store anew where something was forgotten since: a database leaves what it deletes in its file until the room is used
 * again. Where that cannot be done now the store is as it was, and it is tried the next time.
 * @param open opens the store of the folder, which nobody else has open
 */
export async function openCompact(folder: string, open: () => Promise<Store>): Promise<Store> {
  const store = await open()
  if ((await store.count('meta', OWED)) === 0) return store
  const copy = join(folder, 'tmp', 'compact')
  try {
    await rm(copy, { recursive: true, force: true })
    await store.copyTo(copy)
  } catch {
    return store
  }
  await store.close()
  const path = join(folder, FILE)
  // What a log still holds is not in the file: then the old one goes on.
  if (!existsSync(`${path}.wal`)) await rename(join(copy, FILE), path)
  await rm(copy, { recursive: true, force: true })
  const anew = await open()
  await anew.write([{ delete: 'meta', where: OWED }])
  return anew
}
