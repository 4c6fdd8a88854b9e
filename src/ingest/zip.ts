import { open, stat } from 'node:fs/promises'
import type { Entry, ZipFile } from 'yauzl'
import { openPromise } from 'yauzl'
import { DeepcutsError } from '../core/errors.ts'
import { baseName, isClutter, type Member, type Opened, unreadable } from './member.ts'

/** What a zip may unpack to. Real exports stay far below: 12–30 times their packed size, 10 years ≈ 155 MB. */
export interface ZipBounds {
  readonly files: number
  /** Bytes of one file, and of all together, unpacked. */
  readonly fileBytes: number
  readonly totalBytes: number
  /** Unpacked over packed size of one file; small files may exceed it. */
  readonly ratio: number
}

const ZIP_BOUNDS: ZipBounds = { files: 200_000, fileBytes: 2 ** 30, totalBytes: 2 ** 32, ratio: 200 }

/** Below this many unpacked bytes a file's ratio says nothing. */
const RATIO_FROM = 2 ** 20

/**
 * Opens a zip and lists its files in any folder layout. The listed sizes are enforced while reading, so they bound it.
 * Names are used for reports alone: nothing is ever unpacked to disk.
 * @throws DeepcutsError FILE_UNREADABLE, ZIP_NOT_A_ZIP, ZIP_TRUNCATED, ZIP_DAMAGED, ZIP_BOMB, ZIP_UNSAFE_NAME; ZIP_ENCRYPTED on reading
 */
export async function openZip(path: string, name: string, bounds: ZipBounds = ZIP_BOUNDS): Promise<Opened> {
  const zip = await openPromise(path, { autoClose: false }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code) throw unreadable(name, error)
    throw new DeepcutsError(
      (await looksLikeZip(path)) ? 'ZIP_TRUNCATED' : 'ZIP_NOT_A_ZIP',
      { file: name },
      { cause: error },
    )
  })
  try {
    const members: Member[] = []
    const nested: string[] = []
    let total = 0
    let packed = 0
    let files = 0
    for await (const entry of zip.eachEntry()) {
      if (++files > bounds.files) throw bomb(name, `more than ${bounds.files} files`, `${bounds.files} files`)
      if (entry.fileName.endsWith('/') || isClutter(entry.fileName)) continue
      total += entry.uncompressedSize
      packed += entry.compressedSize
      const base = baseName(entry.fileName)
      if (/\.zip$/i.test(base)) nested.push(base)
      else members.push(zipMember(zip, entry, base, `${name} › ${base}`, bounds))
    }
    if (total > bounds.totalBytes) throw bomb(name, megabytes(total), megabytes(bounds.totalBytes))
    if (packed > (await stat(path)).size)
      throw new DeepcutsError('ZIP_DAMAGED', { file: name, problem: 'its files overlap' })
    return { kind: 'zip', name, members, nested, close: async () => zip.close() }
  } catch (error) {
    zip.close()
    throw zipError(error, name)
  }
}

function zipMember(zip: ZipFile, entry: Entry, name: string, label: string, bounds: ZipBounds): Member {
  const size = entry.uncompressedSize
  async function* open(): AsyncGenerator<Uint8Array> {
    if (entry.isEncrypted()) throw new DeepcutsError('ZIP_ENCRYPTED', { file: label })
    if (size > bounds.fileBytes) throw bomb(label, megabytes(size), megabytes(bounds.fileBytes))
    const ratio = size / Math.max(1, entry.compressedSize)
    if (size > RATIO_FROM && ratio > bounds.ratio)
      throw bomb(label, `${Math.round(ratio)} times its packed size`, `${bounds.ratio} times`)
    try {
      yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>
    } catch (error) {
      throw zipError(error, label)
    }
  }
  return { name, label, size, open }
}

/** yauzl tells its faults in words only. */
function zipError(error: unknown, file: string): unknown {
  if (error instanceof DeepcutsError || !(error instanceof Error)) return error
  const text = error.message
  if (/strong encryption/.test(text)) return new DeepcutsError('ZIP_ENCRYPTED', { file }, { cause: error })
  if (/relative path|absolute path|invalid characters in fileName/.test(text))
    return new DeepcutsError('ZIP_UNSAFE_NAME', { file, problem: text.slice(0, 120) }, { cause: error })
  const problem = /unsupported compression/.test(text)
    ? 'it is packed in an unusual way'
    : /bytes in the stream/.test(text)
      ? 'a file in it is not as long as the zip says'
      : 'its contents cannot be unpacked'
  return new DeepcutsError('ZIP_DAMAGED', { file, problem }, { cause: error })
}

function bomb(file: string, found: string, limit: string): DeepcutsError {
  return new DeepcutsError('ZIP_BOMB', { file, found, limit })
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`
}

async function looksLikeZip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.readUInt16LE(0) === 0x4b50
  } finally {
    await file.close()
  }
}
