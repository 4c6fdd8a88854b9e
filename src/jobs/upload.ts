import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DeepcutsError } from '../core/errors.ts'

const MEGABYTE = 1024 * 1024
/** Uploads that wait to be imported take no more than as many of the largest. */
const WAITING_UPLOADS = 4
/** What uploads leave free on the disk for everything else. */
const RESERVE_BYTES = 256 * MEGABYTE

export interface UploadLimits {
  /** Megabytes of one upload at most. */
  readonly most: number
  /** An upload of which nothing comes for as long is given up, ms. */
  readonly patience: number
}

/**
 * Writes a body to a new file of a folder: whole, or not at all.
 * @param name of the file, which no client chose
 * @param announced bytes, as the client says; undefined where it does not
 * @throws UPLOAD_TOO_LARGE, UPLOADS_FULL, UPLOAD_CUT, STORE_FULL
 */
export async function receive(
  body: Readable,
  folder: string,
  name: string,
  announced: number | undefined,
  { most, patience }: UploadLimits,
): Promise<string> {
  const path = join(folder, name)
  try {
    if (announced !== undefined && announced > most * MEGABYTE) throw tooLarge(most)
    await mkdir(folder, { recursive: true })
    const room = await roomIn(folder, most)
    if ((announced ?? 0) > room) throw new DeepcutsError('UPLOADS_FULL')
    const meter = metered(Math.min(room, most * MEGABYTE), room < most * MEGABYTE, most, patience)
    await pipeline(body, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return path
  } catch (error) {
    await rm(path, { force: true })
    throw uploadError(error, folder, patience)
  }
}

/** Bytes that another upload may take. */
async function roomIn(folder: string, most: number): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  let taken = 0
  for (const name of await readdir(folder))
    taken += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  return Math.max(0, Math.min(WAITING_UPLOADS * most * MEGABYTE - taken, bavail * bsize - RESERVE_BYTES))
}

/** Passes bytes on until there are too many, or none come any more. */
function metered(limit: number, forRoom: boolean, most: number, patience: number): Transform {
  let bytes = 0
  const timer = setTimeout(() => meter.destroy(cut(patience)), patience)
  const meter: Transform = new Transform({
    transform(chunk: Buffer, _, done) {
      timer.refresh()
      bytes += chunk.length
      if (bytes > limit) done(forRoom ? new DeepcutsError('UPLOADS_FULL') : tooLarge(most))
      else done(null, chunk)
    },
    destroy(error, done) {
      clearTimeout(timer)
      done(error)
    },
    flush(done) {
      clearTimeout(timer)
      done()
    },
  })
  return meter
}

const tooLarge = (most: number) => new DeepcutsError('UPLOAD_TOO_LARGE', { most })
const cut = (patience: number) => new DeepcutsError('UPLOAD_CUT', { seconds: Math.round(patience / 1000) })

function uploadError(error: unknown, path: string, patience: number): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code))
    return new DeepcutsError('STORE_FULL', { path }, { cause: error })
  // The client went away, or its connection was cut, before all of it was here.
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ABORT_ERR', 'ECONNABORTED'].includes(code)
    ? cut(patience)
    : error
}
