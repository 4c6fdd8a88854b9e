import { join } from 'node:path'
import { makeExport } from './make-export.ts'
import { deepcuts, type Figure } from './measure.ts'

const ROWS = 230_000

/** Import of a heavy listener's ten years into an empty store. */
export default async function (folder: string): Promise<readonly Figure[]> {
  const path = join(folder, 'my_spotify_data.zip')
  await makeExport({ path, rows: ROWS })
  const run = await deepcuts(folder, 'import', path, '--data', join(folder, 'data'), '--quiet')
  return [
    { name: 'import of 230,000 extended rows', value: run.seconds, unit: 's', atMost: 10 },
    { name: 'rows a second', value: ROWS / run.seconds, unit: 'rows/s' },
    { name: 'peak memory', value: run.peakMegabytes, unit: 'MB', atMost: 600 },
  ]
}
