import { access, type FileHandle, open, rename, rm } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { GraphShape } from './graph.ts'
import type { IndexIdentity } from './vector-index.ts'

/** Raise it when the layout changes: older files are then refused. */
const LAYOUT = 2
const MAGIC = Buffer.from('deepcuts')
/** The last bytes: the magic, the length of the header before them, the checksum of all that precedes it. */
const FOOTER = MAGIC.length + 8
const CHUNK = 1 << 22

type Column = Int16Array | Int32Array | Float32Array
type ColumnType = 'i16' | 'i32' | 'f32'
const TYPES: Readonly<
  Record<ColumnType, new (memory: ArrayBufferLike, offset: number, length: number) => Column>
> = { i16: Int16Array, i32: Int32Array, f32: Float32Array }

export type Columns = Readonly<Record<string, Column>>

interface Section {
  readonly name: string
  readonly type: ColumnType
  readonly offset: number
  /** Numbers in it. */
  readonly length: number
}

export interface Header extends IndexIdentity {
  readonly layout: number
  readonly kind: 'exact' | 'hnsw' | 'changes'
  /** Ids in it. */
  readonly count: number
  readonly graph?: GraphShape
  /** Of changes: the checksum of the snapshot that they change. */
  readonly base?: number
  readonly sections: readonly Section[]
}

/** What a file holds. Its columns lie in memory that threads share. */
export interface IndexFile {
  readonly header: Header
  readonly columns: Columns
  readonly checksum: number
}

/**
 * Writes columns with a header and a checksum. The file appears whole or not at all.
 * @throws NOT_WRITTEN, or the signal's reason
 */
export async function writeIndexFile(
  path: string,
  header: Omit<Header, 'layout' | 'sections'>,
  columns: Columns,
  signal?: AbortSignal,
): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'w').catch((error) => {
    throw notWritten(path, error)
  })
  try {
    let end = 0
    let checksum = 0
    const append = async (bytes: Uint8Array) => {
      for (let from = 0; from < bytes.length; from += CHUNK) {
        const chunk = bytes.subarray(from, from + CHUNK)
        await file.appendFile(chunk)
        checksum = crc32(chunk, checksum)
        await breathe(signal)
      }
      end += bytes.length
    }
    const sections: Section[] = []
    for (const [name, column] of Object.entries(columns)) {
      await append(new Uint8Array(-end & 7))
      const type = (Object.keys(TYPES) as ColumnType[]).find((one) => column instanceof TYPES[one])!
      sections.push({ name, type, offset: end, length: column.length })
      await append(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    }
    const json = Buffer.from(JSON.stringify({ ...header, layout: LAYOUT, sections } satisfies Header))
    const footer = Buffer.alloc(FOOTER - 4)
    MAGIC.copy(footer)
    footer.writeUInt32LE(json.length, MAGIC.length)
    await append(json)
    await append(footer)
    const last = Buffer.alloc(4)
    last.writeUInt32LE(checksum)
    await file.appendFile(last)
    await file.sync()
    await rename(part, path)
  } catch (error) {
    throw notWritten(path, error)
  } finally {
    await file.close()
    await rm(part, { force: true })
  }
}

/**
 * Reads a file into memory that threads share, and refuses what must not be searched: a file that was cut short, changed by a single bit, or is of
 * another version.
 * @throws INDEX_UNUSABLE
 */
export async function readIndexFile(path: string): Promise<IndexFile> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw unusable(path, error.code === 'ENOENT' ? 'it is not there' : `it cannot be read (${error.code})`)
  })
  try {
    const { size } = await file.stat()
    const bytes = new Uint8Array(new SharedArrayBuffer(size))
    const checksum = await fill(file, bytes, size - 4)
    const at = size - FOOTER
    const footer = Buffer.from(bytes.slice(Math.max(0, at)))
    if (at < 0 || !MAGIC.equals(footer.subarray(0, MAGIC.length)))
      throw unusable(path, 'it is cut short, or no index')
    if (footer.readUInt32LE(FOOTER - 4) !== checksum)
      throw unusable(path, 'its checksum is wrong, so it is damaged')
    const json = bytes.slice(at - footer.readUInt32LE(MAGIC.length), at)
    const header = JSON.parse(Buffer.from(json).toString()) as Header
    if (header.layout !== LAYOUT) throw unusable(path, 'another version of deepcuts wrote it')
    const columns = Object.fromEntries(
      header.sections.map(({ name, type, offset, length }) => [
        name,
        new TYPES[type](bytes.buffer, offset, length),
      ]),
    )
    return { header, columns, checksum }
  } finally {
    await file.close()
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

/** Reads a file into `bytes`; returns the checksum of the first `counted` of them. */
async function fill(file: FileHandle, bytes: Uint8Array, counted: number): Promise<number> {
  let checksum = 0
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, bytes.length - at), at)
    if (bytesRead === 0) break
    checksum = crc32(bytes.subarray(at, Math.max(at, Math.min(at + bytesRead, counted))), checksum)
    at += bytesRead
    await breathe()
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
