import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readCells } from '../src/evaluate/table-csv.ts'
import { readParquet, writeTableFile } from '../src/store/table-file.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'deepcuts-table-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const TABLE = {
  types: { name: 'text', n: 'int32', share: 'float64' },
  columns: {
    name: ['plain', 'a "quoted", cell', "it's\nlong", ''],
    n: [1, -2, 3, 4],
    share: [0.1, Number.NaN, 1e-30, 2],
  },
} as const

/** The columns of a CSV file as the project reads them. */
async function readCsv(path: string): Promise<Record<string, string[]>> {
  const { header, rows } = await readCells(path)
  return Object.fromEntries(header.map((name, at) => [name, rows.map((row) => row[at]!)]))
}

describe.each([
  ['csv', readCsv],
  ['parquet', readParquet],
] as const)('a table as %s', (format, read) => {
  it('reads back as it was written, in its order, and NaN as nothing', async () => {
    const path = join(folder(), `table.${format}`)
    await writeTableFile(path, format, { ...TABLE, columns: { ...TABLE.columns, n: [9, 9, 9, 9] } })
    await writeTableFile(path, format, TABLE)
    expect(await read(path)).toEqual({
      name: ['plain', 'a "quoted", cell', "it's\nlong", ''],
      n: ['1', '-2', '3', '4'],
      share: ['0.1', '', '1e-30', '2.0'],
    })
  })
})

describe('files of tables', () => {
  it('are what they say: Parquet begins with its mark, CSV with its header', async () => {
    const path = folder()
    await writeTableFile(join(path, 'a.parquet'), 'parquet', TABLE)
    await writeTableFile(join(path, 'a.csv'), 'csv', TABLE)
    expect(readFileSync(join(path, 'a.parquet')).subarray(0, 4).toString()).toBe('PAR1')
    expect(readFileSync(join(path, 'a.csv'), 'utf8').split('\n')[0]).toBe('name,n,share')
  })

  it('may be without rows', async () => {
    const path = join(folder(), 'a.parquet')
    await writeTableFile(path, 'parquet', { types: TABLE.types, columns: { name: [], n: [], share: [] } })
    expect(await readParquet(path)).toEqual({ name: [], n: [], share: [] })
  })

  it('a file that is no such table is an error', async () => {
    const path = join(folder(), 'a.csv')
    await writeTableFile(path, 'csv', TABLE)
    await expect(readParquet(path)).rejects.toThrow()
  })
})
