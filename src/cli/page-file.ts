import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import { problemOf } from './mix.ts'
import { shownPath } from './output.ts'

/** The absolute path of --out; refuses one that cannot be written before any work is done for it. @throws DeepcutsError BAD_VALUE, NOT_WRITTEN */
export async function checkedPath(given: string): Promise<string> {
  if (given === '')
    throw new DeepcutsError('BAD_VALUE', { option: '--out', value: 'empty', expected: 'the path of a file' })
  const path = resolve(given)
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isFile())
    throw notWritten(given, there.isDirectory() ? 'it is a folder' : 'it is not a file')
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory()) throw notWritten(given, 'its folder does not exist')
  return path
}

/** Writes a file that appears whole or not at all. @throws DeepcutsError NOT_WRITTEN */
export async function writeWhole(path: string, text: string): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  let file: FileHandle | undefined
  try {
    file = await open(part, 'w')
    await file.writeFile(text)
    await file.sync()
    await file.close()
    file = undefined
    await rename(part, path)
  } catch (error) {
    await file?.close().catch(() => undefined)
    await rm(part, { force: true }).catch(() => undefined)
    throw notWritten(shownPath(path), problemOf(error as NodeJS.ErrnoException), error)
  }
}

function notWritten(path: string, problem: string, cause?: unknown): DeepcutsError {
  return new DeepcutsError('NOT_WRITTEN', { path, problem }, { cause })
}
