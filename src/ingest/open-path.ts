import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import { baseName, isClutter, type Member, type Opened, unreadable } from './member.ts'
import { openZip } from './zip.ts'

const MAX_FILES = 200_000
const MAX_DEPTH = 16

/**
 * Opens a file, a folder (with everything below it; links are not followed) or a zip for reading.
 * @param name what it is called, and its format told by
 * @throws DeepcutsError FILE_NOT_FOUND, FILE_UNREADABLE, or what a bad zip gives
 */
export async function openPath(path: string, name = baseName(resolve(path))): Promise<Opened> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new DeepcutsError('FILE_NOT_FOUND', { path })
    throw unreadable(name, error)
  })
  if (info.isDirectory()) return openFolder(path, name)
  if (!info.isFile()) throw new DeepcutsError('FILE_UNREADABLE', { file: name, problem: 'it is not a file' })
  if (/\.zip$/i.test(name) || (await startsLikeZip(path, name))) return openZip(path, name)
  return {
    kind: 'file',
    name,
    members: [fileMember(path, name, info.size, name)],
    nested: [],
    close: async () => {},
  }
}

/**
 * Opens one table: a folder is refused before anything in it is looked at.
 * @throws DeepcutsError FILE_NOT_FOUND; FILE_UNREADABLE for a folder or a zip
 */
export async function openTable(path: string): Promise<Opened> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
  const opened = isFolder ? undefined : await openPath(path)
  if (opened?.kind === 'file') return opened
  await opened?.close()
  const problem = `it is a ${opened?.kind ?? 'folder'}, not a table`
  throw new DeepcutsError('FILE_UNREADABLE', { file: baseName(resolve(path)), problem })
}

async function openFolder(path: string, name: string): Promise<Opened> {
  const members: Member[] = []
  const nested: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) return
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(depth ? `${name} › ${baseName(folder)}` : name, error)
    })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = join(folder, entry.name)
      if (isClutter(entry.name)) continue
      if (entry.isDirectory()) await visit(inside, depth + 1)
      else if (/\.zip$/i.test(entry.name)) nested.push(entry.name)
      else if (entry.isFile()) {
        const { size } = await stat(inside)
        members.push(fileMember(inside, entry.name, size, `${name} › ${entry.name}`))
      }
      if (members.length > MAX_FILES)
        throw new DeepcutsError('FILE_TOO_LARGE', { file: name, limit: `${MAX_FILES} files` })
    }
  }
  await visit(path, 0)
  return { kind: 'folder', name, members, nested, close: async () => {} }
}

function fileMember(path: string, name: string, size: number, label: string): Member {
  return { name, label, size, open: () => readFile(path, label) }
}

async function* readFile(path: string, label: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw unreadable(label, error as NodeJS.ErrnoException)
  }
}

async function startsLikeZip(path: string, name: string): Promise<boolean> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.readUInt32LE(0) === 0x04034b50
  } finally {
    await file.close()
  }
}
