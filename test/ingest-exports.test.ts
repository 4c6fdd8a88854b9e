import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { openPromise } from 'yauzl'
import { silent } from '../src/core/progress.ts'
import { importPaths } from '../src/ingest/import-paths.ts'
import { fakeImports } from './suites/fake-imports.ts'

const DATA = join(import.meta.dirname, '../../shared/data')
const EXPORTS = join(DATA, 'exports')
const zips = existsSync(EXPORTS) ? readdirSync(EXPORTS).filter((name) => name.endsWith('.zip')) : []
const options = { listener: 'ada', now: Date.now() }

/** The plays that must survive, counted by other means: every row with a time, a length, and a track or its names. */
async function validPlays(path: string): Promise<number> {
  let plays = 0
  const zip = await openPromise(path, { autoClose: false })
  for await (const entry of zip.eachEntry()) {
    if (!/(history|endsong)/i.test(entry.fileName)) continue
    const rows: Record<string, unknown>[] = JSON.parse(
      (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8'),
    )
    for (const row of rows) {
      const named =
        String(row.spotify_track_uri ?? '').startsWith('spotify:track:') ||
        (row.master_metadata_track_name && row.master_metadata_album_artist_name) ||
        (row.trackName &&
          row.artistName &&
          `${row.trackName}${row.artistName}` !== 'Unknown TrackUnknown Artist')
      const length = Number(row.ms_played ?? row.msPlayed)
      const time = Date.parse(String(row.ts ?? `${row.endTime}Z`))
      if (named && length >= 0 && !Number.isNaN(time) && row.incognito_mode !== true) plays++
    }
  }
  zip.close()
  return plays
}

// The real exports are not in the repository; where they lie beside it, none of their plays may be lost.
describe.skipIf(zips.length === 0)('real exports', () => {
  test.each(zips)('%s keeps every valid play', async (name) => {
    const imports = fakeImports()
    const [report] = await importPaths([join(EXPORTS, name)], options, imports, silent)
    const records = imports.taken[0]!.records
    const plays = records.filter(({ record }) => record.kind === 'play').length
    expect(plays).toBe(await validPlays(join(EXPORTS, name)))
    expect(plays).toBeGreaterThan(1000)
    for (const file of report!.files) {
      const left = Object.values(file.left).reduce((sum, n) => sum + n, 0)
      expect(file.kept + left).toBe(file.rows)
    }
  })

  test.each([
    ['catalog/catalog.csv', 120_421],
    ['exports/c_song_features.csv', 5503],
    ['tidytuesday/spotify_songs.csv', 32_833],
    ['song_attributes_2017/data.csv', 2017],
    ['playlist_archive/cumulative_to_2020.csv', 64_998],
  ])('every row of %s is read', async (name, rows) => {
    const [report] = await importPaths([join(DATA, name)], options, fakeImports(), silent)
    expect(report?.files[0]).toMatchObject({ format: 'catalog', rows, kept: rows })
  })

  test.each([
    ['paper_195/data.csv', 'CSV_NO_NAMES'],
    ['deezer_carousel/playlist_features.csv', 'CSV_UNKNOWN'],
  ])('%s is refused', async (name, code) => {
    await expect(importPaths([join(DATA, name)], options, fakeImports(), silent)).rejects.toMatchObject({
      code,
    })
  })
})
