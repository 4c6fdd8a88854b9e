import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import yauzl from 'yauzl'
import { makeCatalogCsv, makeExport } from '../bench/make-export.ts'

const KEYS =
  `ts platform ms_played conn_country ip_addr master_metadata_track_name master_metadata_album_artist_name
  master_metadata_album_album_name spotify_track_uri episode_name episode_show_name spotify_episode_uri audiobook_title
  audiobook_uri audiobook_chapter_uri audiobook_chapter_title reason_start reason_end shuffle skipped offline
  offline_timestamp incognito_mode`.split(/\s+/)

const folder = await mkdtemp(join(tmpdir(), 'deepcuts-export-'))
const path = join(folder, 'export.zip')
const { music } = await makeExport({ path, rows: 3000, rowsPerFile: 1000, tracks: 300 })
const entries = await unzip(path)
const histories = [...entries].filter(([name]) => name.endsWith('.json'))
const rows: Record<string, unknown>[] = histories.flatMap(([, text]) => JSON.parse(text))

describe('the export generator', () => {
  it('writes as many rows as asked, in files named as Spotify names them', () => {
    expect(rows).toHaveLength(3000)
    expect(
      histories.map(([name]) =>
        name
          .split('/')
          .at(-1)!
          .replace(/^.*_(\d+)\.json$/, '$1'),
      ),
    ).toEqual(['0', '1', '2'])
    for (const [name] of histories)
      expect(name).toMatch(
        /^Spotify Extended Streaming History\/Streaming_History_Audio_\d{4}(-\d{4})?_\d+\.json$/,
      )
  })

  it('gives every row the 23 keys of today and the size of a real one: 12 to 13 MB in 16,000 rows', () => {
    for (const row of rows) expect(Object.keys(row)).toEqual(KEYS)
    const bytes = histories.reduce((sum, [, text]) => sum + text.length, 0)
    expect(bytes / rows.length).toBeGreaterThan(730)
    expect(bytes / rows.length).toBeLessThan(850)
  })

  it('is in order, mostly music, some podcasts, and says how many rows are music', () => {
    const times = rows.map((row) => String(row.ts))
    expect(times).toEqual([...times].sort())
    expect(rows.filter((row) => row.spotify_track_uri !== null)).toHaveLength(music)
    expect(rows.filter((row) => row.episode_name !== null).length).toBeGreaterThan(20)
    expect(music).toBeGreaterThan(2850)
  })

  it('gives the same bytes again', async () => {
    const again = join(folder, 'again.zip')
    await makeExport({ path: again, rows: 3000, rowsPerFile: 1000, tracks: 300 })
    expect((await readFile(again)).equals(await readFile(path))).toBe(true)
  })

  it('has a catalog that knows the tracks that were played', async () => {
    const csv = join(folder, 'catalog.csv')
    await makeCatalogCsv(csv, 300)
    const [header, ...lines] = (await readFile(csv, 'utf8')).trim().split('\n')
    expect(header).toMatch(/^track_id,name,artist,danceability,.*,time_signature$/)
    const known = new Set(lines.map((line) => `spotify:track:${line.split(',')[0]}`))
    expect(known.size).toBe(300)
    for (const row of rows) if (row.spotify_track_uri !== null) expect(known).toContain(row.spotify_track_uri)
    for (const line of lines) expect(line.split(',')).toHaveLength(16)
  })
})

function unzip(file: string): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const texts = new Map<string, string>()
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, async (failed, stream) => {
          if (failed) return reject(failed)
          const chunks: Buffer[] = []
          for await (const chunk of stream) chunks.push(chunk as Buffer)
          texts.set(entry.fileName, Buffer.concat(chunks).toString())
          zip.readEntry()
        })
      })
      zip.on('end', () => resolve(texts))
      zip.readEntry()
    })
  })
}
