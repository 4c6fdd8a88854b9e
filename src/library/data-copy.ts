import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../store/store.ts'

/**
 * Copies the data of one moment into another folder, while it is read and written: the store, and every model version that it lists.
 * Files of versions never change, so linking them where the file system can is enough, unless the copy shall outlive the disk.
 * @param folder the data folder
 * @throws STORE_NOT_EMPTY, STORE_FULL, STORE_READ_ONLY, STORE_NOT_A_FOLDER
 */
export async function copyData(
  store: Store,
  folder: string,
  to: string,
  how: 'link' | 'copy' = 'link',
): Promise<void> {
  await mkdir(to, { recursive: true })
  // Before, since a training may remove an old version; and after, since one may have added a version: a version is there before it is listed.
  await copyVersions(join(folder, 'models'), join(to, 'models'), how)
  await store.copyTo(to)
  await copyVersions(join(folder, 'models'), join(to, 'models'), how)
}

async function copyVersions(from: string, to: string, how: 'link' | 'copy'): Promise<void> {
  const versions = await readdir(from).catch(() => [])
  for (const version of versions.filter((name) => /^\d+$/.test(name))) {
    await mkdir(join(to, version), { recursive: true })
    const files = await readdir(join(from, version)).catch(() => [])
    for (const file of files) await put(join(from, version, file), join(to, version, file), how)
  }
}

async function put(from: string, to: string, how: 'link' | 'copy'): Promise<void> {
  try {
    await (how === 'link' ? link(from, to) : copyFile(from, to, constants.COPYFILE_EXCL))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Gone: a training has removed the version since; there: it was linked before.
    if (code === 'ENOENT' || code === 'EEXIST') return
    if (how === 'copy') throw error
    await copyFile(from, to)
  }
}
