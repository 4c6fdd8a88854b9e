import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { DeepcutsError } from '../core/errors.ts'

/** The cells of a CSV file, as text. */
export interface Cells {
  /** Base name of the file. */
  readonly file: string
  /** Of the bytes of the file, in hex. */
  readonly sha256: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Reads a UTF-8 CSV file with a header. Throws when it is missing, unreadable, in another encoding, broken, or without rows. */
export async function readCells(path: string): Promise<Cells> {
  const file = basename(path)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new DeepcutsError('FILE_NOT_FOUND', { path })
    throw new DeepcutsError(
      'FILE_UNREADABLE',
      { path, problem: error.code ?? error.message },
      { cause: error },
    )
  })
  const [header, ...rows] = parseCells(decode(bytes, file), file)
  if (!header || rows.length === 0) throw new DeepcutsError('TABLE_EMPTY', { file })
  return { file, sha256: createHash('sha256').update(bytes).digest('hex'), header, rows }
}

/** The index of the first column of that name, as written or, failing that, as folded by `columnKey`; −1 when there is none. */
export function columnIndex(cells: Cells, name: string): number {
  const exact = cells.header.indexOf(name)
  return exact >= 0 ? exact : cells.header.findIndex((other) => columnKey(other) === columnKey(name))
}

/** How spellings of a column name meet: lower case, everything but letters and digits as one underscore ("Duration (ms)" → duration_ms). */
export function columnKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '')
}

/** A cell as a number: true and false as 1 and 0; NaN for everything that is not a finite number. */
export function cellNumber(cell: string | undefined): number {
  const text = cell?.trim().toLowerCase() ?? ''
  if (text === 'true') return 1
  if (text === 'false') return 0
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : Number.NaN
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new DeepcutsError('TABLE_NOT_UTF8', { file }, { cause: error })
  }
}

function parseCells(text: string, file: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new DeepcutsError('TABLE_BROKEN', { file, problem: error.message }, { cause: error })
  }
}
