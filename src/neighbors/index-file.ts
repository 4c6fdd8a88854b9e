import { access, type FileHandle, open, rename, rm } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { IndexIdentity } from './vector-index.ts'

/** Raise it when the layout changes: older files are then refused. */
const LAYOUT = 1
const MAGIC = Buffer.from('deepcuts')
/** The last bytes: the magic, the length of the header before them, the checksum of all that precedes it. */
const FOOTER = MAGIC.length + 8
const CHUNK = 1 << 22

export interface Header extends IndexIdentity {
  readonly layout: number
  readonly kind: 'exact' | 'hnsw' | 'changes'
  /** Ids in it. */
  readonly count: number
  /** Of changes: the checksum of the snapshot that they change. */
  readonly base?: number
  readonly sections: readonly { readonly name: string; readonly offset: number; readonly length: number }[]
}

/** One state of one file. A file that was written anew has another one. */
export interface Stamp {
  readonly size: number
  readonly modifiedMs: number
  readonly inode: number
  readonly checksum: number
}

type Column = Int32Array | Float32Array

/** An open index file. */
export interface IndexFile {
  readonly header: Header
  readonly stamp: Stamp
  ints(name: string): Promise<Int32Array>
  floats(name: string): Promise<Float32Array>
  close(): Promise<void>
}

/**
 * Completes `path`.part, which may hold what the graph's library wrote, with columns, header and checksum, and gives it its name.
 * It appears whole or not at all.
 * @throws NOT_WRITTEN, or the signal's reason
 */
export async function writeIndexFile(
  path: string,
  header: Omit<Header, 'layout' | 'sections'>,
  columns: Readonly<Record<string, Column>>,
  signal?: AbortSignal,
): Promise<void> {
  const part = partOf(path)
  const file = await open(part, 'a+').catch((error) => {
    throw notWritten(path, error)
  })
  try {
    let end = (await file.stat()).size
    const append = async (bytes: Uint8Array) => {
      for (let from = 0; from < bytes.length; from += CHUNK)
        await file.appendFile(bytes.subarray(from, from + CHUNK))
      end += bytes.length
    }
    const sections: { name: string; offset: number; length: number }[] = []
    for (const [name, column] of Object.entries(columns)) {
      await append(new Uint8Array(-end & 7))
      sections.push({ name, offset: end, length: column.length })
      await append(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    }
    const json = Buffer.from(JSON.stringify({ ...header, layout: LAYOUT, sections } satisfies Header))
    const footer = Buffer.alloc(FOOTER - 4)
    MAGIC.copy(footer)
    footer.writeUInt32LE(json.length, MAGIC.length)
    await append(json)
    await append(footer)
    const checksum = await checksumOf(file, end, signal)
    const last = Buffer.alloc(4)
    last.writeUInt32LE(checksum)
    await append(last)
    await file.sync()
    await rename(part, path)
  } catch (error) {
    throw notWritten(path, error)
  } finally {
    await file.close()
    await rm(part, { force: true })
  }
}

/** Where a file is written before it has its name. */
export const partOf = (path: string) => `${path}.part`

/**
 * Opens a file and refuses what must not be searched: a file that was cut short, changed by a single bit, or is of another version.
 * @param stamp of a file whose checksum was worked out before: it must be that one still, and is not read again
 * @throws INDEX_UNUSABLE
 */
export async function openIndexFile(path: string, stamp?: Stamp): Promise<IndexFile> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw unusable(path, error.code === 'ENOENT' ? 'it is not there' : `it cannot be read (${error.code})`)
  })
  try {
    const { header, found } = await check(path, file, stamp)
    const bytes = async (name: string) => {
      const section = header.sections.find((one) => one.name === name)
      if (!section) throw unusable(path, `it has no ${name}`)
      return await readAt(file, section.offset, section.length * 4)
    }
    return {
      header,
      stamp: found,
      ints: async (name) => new Int32Array((await bytes(name)).buffer),
      floats: async (name) => new Float32Array((await bytes(name)).buffer),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The refusal of a file. */
export function unusable(path: string, problem: string, cause?: unknown): DeepcutsError {
  return new DeepcutsError('INDEX_UNUSABLE', { path, problem }, { cause })
}

/** A refusal by the disk as a sentence; any other error as it is. */
function notWritten(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  return code?.startsWith('E')
    ? new DeepcutsError('NOT_WRITTEN', { path, problem: code }, { cause: error })
    : error
}

/** Refuses a file that was made for something else. */
export function mustBelong(path: string, header: Header, wanted: IndexIdentity): void {
  for (const key of ['fingerprint', 'metric', 'dimension'] as const) {
    if (header[key] !== wanted[key]) {
      throw unusable(path, `it was made for ${key} ${header[key]}, and ${wanted[key]} is needed`)
    }
  }
}

async function check(path: string, file: FileHandle, stamp: Stamp | undefined) {
  const { size, mtimeMs, ino } = await file.stat()
  const footer = size < FOOTER ? Buffer.alloc(FOOTER) : await readAt(file, size - FOOTER, FOOTER)
  if (!MAGIC.equals(footer.subarray(0, MAGIC.length))) throw unusable(path, 'it is cut short, or no index')
  const checksum = footer.readUInt32LE(FOOTER - 4)
  const found: Stamp = { size, modifiedMs: mtimeMs, inode: ino, checksum }
  if (stamp && (Object.keys(stamp) as (keyof Stamp)[]).some((key) => stamp[key] !== found[key]))
    throw unusable(path, 'it was written anew since it was shared')
  if (!stamp && (await checksumOf(file, size - 4)) !== checksum)
    throw unusable(path, 'its checksum is wrong, so it is damaged')
  const length = footer.readUInt32LE(MAGIC.length)
  const header = JSON.parse((await readAt(file, size - FOOTER - length, length)).toString()) as Header
  if (header.layout !== LAYOUT) throw unusable(path, 'another version of deepcuts wrote it')
  return { header, found }
}

/** Bytes of a file, in memory of their own. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) throw new Error('The file became shorter while it was read.')
    done += bytesRead
  }
  return bytes
}

async function checksumOf(file: FileHandle, length: number, signal?: AbortSignal): Promise<number> {
  const chunk = Buffer.alloc(CHUNK)
  let checksum = 0
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK, length - at), at)
    if (bytesRead === 0) break
    checksum = crc32(chunk.subarray(0, bytesRead), checksum)
    at += bytesRead
    await breathe(signal)
  }
  return checksum
}

/** Whether there is a file. */
export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
