import { join } from 'node:path'
import { makeCatalogCsv, makeExport } from './make-export.ts'
import { deepcuts, type Figure } from './measure.ts'

const ROWS = 68_000
const TRACKS = 120_000

/** From an export and a large catalog to mixes, in an empty folder: import, train, mix. */
export default async function (folder: string): Promise<readonly Figure[]> {
  const path = join(folder, 'my_spotify_data.zip')
  const catalog = join(folder, 'catalog.csv')
  await makeExport({ path, rows: ROWS, tracks: TRACKS })
  await makeCatalogCsv(catalog, TRACKS)
  const run = await deepcuts(
    folder,
    ...['run', path, '--catalog', catalog, '--data', join(folder, 'data'), '--quiet'],
  )
  return [
    {
      name: '68,000 plays and 120,000 tracks, cold start to mixes',
      value: run.seconds,
      unit: 's',
      atMost: 90,
    },
    { name: 'peak memory', value: run.peakMegabytes, unit: 'MB', atMost: 1500 },
  ]
}
