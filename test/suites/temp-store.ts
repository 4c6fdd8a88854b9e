import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'

/** A store in a temporary folder, which closing removes. */
export async function temporaryStore(): Promise<{ readonly store: Store; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-store-'))
  const store = await openStore(`file:${folder}`)
  return {
    store,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
