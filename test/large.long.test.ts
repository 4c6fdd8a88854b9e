import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeExport } from '../bench/make-export.ts'
import { deepcuts } from '../bench/measure.ts'
import type { ImportReport } from '../src/ingest/report.ts'
import { openLibrary } from '../src/library/library.ts'
import { openStore } from '../src/store/open.ts'

const ROWS = 230_000
const folder = mkdtempSync(join(tmpdir(), 'deepcuts-large-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('imports an export of 230,000 rows with every row accounted for, in 600 MB', async () => {
  const path = join(folder, 'my_spotify_data.zip')
  const { music } = await makeExport({ path, rows: ROWS })
  const data = join(folder, 'data')
  const { stdout, peakMegabytes } = await deepcuts(
    folder,
    'import',
    path,
    '--data',
    data,
    '--json',
    '--quiet',
  )
  const { imports } = JSON.parse(stdout) as { imports: ImportReport[] }
  const files = imports.flatMap((report) => report.files)
  expect(files.length).toBeGreaterThan(10)
  expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS)
  for (const { rows, kept, left } of files)
    expect(kept + Object.values(left).reduce((sum, n) => sum + n, 0)).toBe(rows)

  const store = await openStore(`file:${data}`)
  const library = openLibrary(store, data, Date.now, 'UTC')
  expect(await store.count('plays')).toBe(music)
  expect((await library.log(await library.listeners.get('me'))).size).toBe(
    await store.count('plays', { hidden: 0 }),
  )
  await store.close()
  expect(peakMegabytes).toBeLessThanOrEqual(600)
})
