import { copyFile, link, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../store/store.ts'

/**
 * Copies the data of one moment into another folder, while it is read and written: the store, and every model version that it lists.
 * Files of versions never change, so they are linked where the file system can, and copied where not.
 * @param folder the data folder
 * @throws STORE_NOT_EMPTY, STORE_FULL, STORE_READ_ONLY, STORE_NOT_A_FOLDER
 */
export async function copyData(store: Store, folder: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  // Before, since a training may remove an old version; and after, since one may have added a version: a version is there before it is listed.
  await linkVersions(join(folder, 'models'), join(to, 'models'))
  await store.copyTo(to)
  await linkVersions(join(folder, 'models'), join(to, 'models'))
}

async function linkVersions(from: string, to: string): Promise<void> {
  const versions = await readdir(from).catch(() => [])
  for (const version of versions.filter((name) => /^\d+$/.test(name))) {
    await mkdir(join(to, version), { recursive: true })
    const files = await readdir(join(from, version)).catch(() => [])
    for (const file of files) await linkOrCopy(join(from, version, file), join(to, version, file))
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Gone: a training has removed the version since; there: it was linked before.
    if (code === 'ENOENT' || code === 'EEXIST') return
    await copyFile(from, to)
  }
}
