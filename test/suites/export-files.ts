import { createWriteStream, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { silent } from '../../src/core/progress.ts'
import { type ImportOptions, importPaths } from '../../src/ingest/import-paths.ts'
import type { ImportReport } from '../../src/ingest/report.ts'
import type { ImportRecord } from '../../src/library/import-record.ts'
import { fakeImports } from './fake-imports.ts'

export const NOW = Date.UTC(2025, 5, 1)

type Content = string | Uint8Array | object

const bytesOf = (content: Content): Uint8Array =>
  content instanceof Uint8Array
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))

/** Writes files below a new temporary folder and gives its path; objects are written as JSON. */
export function folderOf(files: Readonly<Record<string, Content>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-ingest-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytesOf(content))
  }
  return folder
}

/** Writes one file and gives its path. */
export function fileOf(name: string, content: Content): string {
  return join(folderOf({ [name]: content }), name)
}

/** Writes a zip of the files and gives its path. */
export async function zipOf(
  files: Readonly<Record<string, Content>>,
  name = 'my_spotify_data.zip',
): Promise<string> {
  const path = join(folderOf({}), name)
  const zip = new ZipFile()
  for (const [inside, content] of Object.entries(files)) zip.addBuffer(Buffer.from(bytesOf(content)), inside)
  zip.end()
  const out = createWriteStream(path)
  zip.outputStream.pipe(out)
  await finished(out)
  return path
}

/** Imports one path into an empty fake library: its report and records. */
export async function importOne(
  path: string,
  options: Partial<ImportOptions> = {},
): Promise<{ report: ImportReport; records: readonly ImportRecord[]; files: readonly number[] }> {
  const imports = fakeImports()
  const [report] = await importPaths([path], { listener: 'ada', now: NOW, ...options }, imports, silent)
  const taken = imports.taken.at(-1)
  return {
    report: report!,
    records: (taken?.records ?? []).map(({ record }) => record),
    files: (taken?.records ?? []).map(({ file }) => file),
  }
}

/** An invented Spotify id: 22 characters that end with the number. */
export function id(n: number): string {
  return `inventedTrack${String(n).padStart(9, '0')}`
}

/** A row of the extended history with today's 23 keys. */
export function extendedRow(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ts: '2024-03-01T10:00:00Z',
    platform: 'android',
    ms_played: 180_000,
    conn_country: 'ZZ',
    ip_addr: '192.0.2.77',
    master_metadata_track_name: 'Harbour Lights',
    master_metadata_album_artist_name: 'The Invented',
    master_metadata_album_album_name: 'First Album',
    spotify_track_uri: `spotify:track:${id(1)}`,
    episode_name: null,
    episode_show_name: null,
    spotify_episode_uri: null,
    audiobook_title: null,
    audiobook_uri: null,
    audiobook_chapter_uri: null,
    audiobook_chapter_title: null,
    reason_start: 'trackdone',
    reason_end: 'trackdone',
    shuffle: false,
    skipped: false,
    offline: false,
    offline_timestamp: null,
    incognito_mode: false,
    ...changes,
  }
}

/** A row of the account data's history. */
export function accountRow(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    endTime: '2024-03-01 10:00',
    artistName: 'The Invented',
    trackName: 'Harbour Lights',
    msPlayed: 180_000,
    ...changes,
  }
}
