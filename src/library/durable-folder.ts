import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'

const FULL = new Set(['ENOSPC', 'EFBIG', 'EDQUOT'])
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS'])

/**
 * Writes a folder of files that appears whole or not at all, and is on the disk when it resolves. What a crash may have left
 * under the name is made anew.
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export async function writeFolder(
  path: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const part = `${path}.part`
  try {
    await rm(path, { recursive: true, force: true })
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true })
    for (const [name, content] of Object.entries(files))
      await synced(join(part, name), 'w', (file) => file.writeFile(content))
    await syncFolder(part)
    await rename(part, path)
    await syncFolder(dirname(path))
    await syncFolder(dirname(dirname(path)))
  } catch (error) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined)
    const { code = '' } = error as NodeJS.ErrnoException
    if (FULL.has(code)) throw new DeepcutsError('STORE_FULL', { path }, { cause: error })
    if (DENIED.has(code)) throw new DeepcutsError('STORE_READ_ONLY', { path }, { cause: error })
    throw error
  }
}

async function synced(
  path: string,
  flags: 'r' | 'w',
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags)
  try {
    await work(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the names in a folder durable. Windows has no such call: there it is left to the system. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') await synced(path, 'r', async () => undefined)
}
