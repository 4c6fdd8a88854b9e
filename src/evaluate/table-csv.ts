import { createHash } from 'node:crypto'
import { DeepcutsError } from '../core/errors.ts'
import { columnKey } from '../ingest/columns.ts'
import { csvRows } from '../ingest/csv.ts'
import { openTable } from '../ingest/open-path.ts'

/** The cells of a CSV file, as text. */
export interface Cells {
  /** Base name of the file. */
  readonly file: string
  /** Of the bytes of the file, in hex. */
  readonly sha256: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * Reads a CSV file with a header, as an import would.
 * @throws DeepcutsError FILE_NOT_FOUND, FILE_UNREADABLE, FILE_NOT_UTF8, CSV_BROKEN; FILE_EMPTY without rows below the header
 */
export async function readCells(path: string): Promise<Cells> {
  const { name: file, members, close } = await openTable(path)
  try {
    const hash = createHash('sha256')
    const all: (readonly string[])[] = []
    for await (const rows of csvRows(hashed(members[0]!.open(), hash), file))
      for (const row of rows) all.push(row)
    const [header, ...rows] = all
    if (!header || rows.length === 0)
      throw new DeepcutsError('FILE_EMPTY', { file, ...(header && { where: ' below its header' }) })
    return { file, sha256: hash.digest('hex'), header, rows }
  } finally {
    await close()
  }
}

/** The index of the first column of that name, as written or, failing that, as folded by `columnKey`; −1 when there is none. */
export function columnIndex(cells: Cells, name: string): number {
  const exact = cells.header.indexOf(name)
  return exact >= 0 ? exact : cells.header.findIndex((other) => columnKey(other) === columnKey(name))
}

/** A cell as a number: true and false as 1 and 0; NaN for everything that is not a finite number. */
export function cellNumber(cell: string | undefined): number {
  const text = cell?.trim().toLowerCase() ?? ''
  if (text === 'true') return 1
  if (text === 'false') return 0
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : Number.NaN
}

/** The same bytes, each of which goes into the hash as it passes. */
export async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}
