import { expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { importPaths } from '../src/ingest/import-paths.ts'
import { formatReport, type ImportReport } from '../src/ingest/report.ts'
import {
  accountRow,
  extendedRow,
  fileOf,
  folderOf,
  id,
  importOne,
  NOW,
  zipOf,
} from './suites/export-files.ts'
import { fakeImports } from './suites/fake-imports.ts'

const AUDIO = 'Streaming_History_Audio_2024_0.json'
const options = { listener: 'ada', now: NOW }

test('the same content twice is one import, whatever the file is called', async () => {
  const imports = fakeImports()
  const paths = [fileOf(AUDIO, [extendedRow()]), fileOf('copy.json', [extendedRow()])]
  const [first, second] = await importPaths(paths, options, imports, silent)
  expect(first).toMatchObject({ importId: 1, alreadyImported: false })
  expect(second).toMatchObject({ importId: 1, alreadyImported: true })
  expect(formatReport(second!)).toBe('copy.json: already imported as 1; nothing changed.')
  expect(imports.taken).toHaveLength(1)
})

test('a file of the same name with other content is another import', async () => {
  const imports = fakeImports()
  const other = [extendedRow({ ts: '2024-03-01T12:00:00Z' })]
  await importPaths([fileOf(AUDIO, [extendedRow()]), fileOf(AUDIO, other)], options, imports, silent)
  expect(imports.taken).toHaveLength(2)
})

test('the library learns who, what and when: the base name, never the path', async () => {
  const imports = fakeImports()
  await importPaths([await zipOf({ [AUDIO]: [extendedRow()] })], options, imports, silent)
  expect(imports.taken[0]?.meta).toMatchObject({
    listener: 'ada',
    name: 'my_spotify_data.zip',
    format: 'spotify-extended',
    at: NOW,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(JSON.parse(imports.taken[0]!.report)).toMatchObject({ files: [{ name: AUDIO, rows: 1 }] })
})

test('overlapping files count a play once: the report says how many were told already', async () => {
  const imports = fakeImports()
  const later = extendedRow({ ts: '2024-03-01T12:00:00Z' })
  const paths = [fileOf('endsong_0.json', [extendedRow()]), fileOf(AUDIO, [extendedRow(), later])]
  const [, second] = await importPaths(paths, options, imports, silent)
  expect(second?.files[0]).toMatchObject({ rows: 2, kept: 1, left: { duplicate: 1 } })
  expect(second).toMatchObject({ plays: 1, newTracks: 0 })
})

test('a faulty path keeps nothing of itself and everything before it', async () => {
  const imports = fakeImports()
  const faulty = folderOf({ 'endsong_0.json': [extendedRow()], 'endsong_1.json': '[{"ts": "2024' })
  const done: ImportReport[] = []
  const paths = [fileOf(AUDIO, [extendedRow()]), faulty, fileOf('x.json', [accountRow()])]
  await expect(
    importPaths(paths, options, imports, silent, (report) => done.push(report)),
  ).rejects.toMatchObject({ code: 'JSON_CUT' })
  expect(done.map((report) => report.name)).toEqual([AUDIO])
  expect(imports.taken).toHaveLength(1)
})

test('a path that does not exist stops all before the first', async () => {
  const imports = fakeImports()
  await expect(
    importPaths([fileOf(AUDIO, [extendedRow()]), '/no/such/file.zip'], options, imports, silent),
  ).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  expect(imports.taken).toHaveLength(0)
})

test('a stop in the middle of a file keeps nothing of it', async () => {
  const imports = fakeImports()
  const stopper = new AbortController()
  const rows = Array.from({ length: 3000 }, () => extendedRow())
  let stages = 0
  const progress = { stage: () => stages++, at: () => stopper.abort(), done() {} }
  await expect(
    importPaths([fileOf(AUDIO, rows)], { ...options, signal: stopper.signal }, imports, progress),
  ).rejects.toMatchObject({ code: 'IMPORT_STOPPED', exit: 130 })
  expect(stages).toBe(1)
  expect(imports.taken).toHaveLength(0)
})

test('progress runs from nothing to the whole', async () => {
  const seen: number[] = []
  let total = 0
  const progress = {
    stage: (_: string, n: number) => (total = n),
    at: (n: number) => seen.push(n),
    done: () => seen.push(-1),
  }
  await importPaths([fileOf(AUDIO, Array(2000).fill(extendedRow()))], options, fakeImports(), progress)
  expect(seen.at(-1)).toBe(-1)
  expect(seen.at(-2)).toBe(total)
})

test('a zip inside a zip is named, not opened', async () => {
  const { report } = await importOne(await zipOf({ [AUDIO]: [extendedRow()], 'old/backup.zip': 'PK' }))
  expect(report.notes.join(' ')).toContain('Zips inside are not opened: backup.zip.')
})

test('a table of something else beside a history is named and left out', async () => {
  const { report } = await importOne(folderOf({ [AUDIO]: [extendedRow()], 'bills.csv': 'day,sum\n1,2\n' }))
  expect(report.files).toHaveLength(1)
  expect(report.notes).toContain('Not recognised, and left unread: bills.csv.')
})

test('account data comes with the advice which package to request, and extended history without it', async () => {
  const account = await importOne(fileOf('StreamingHistory0.json', [accountRow()]))
  expect(account.report.notes.join(' ')).toContain('"Extended streaming history"')
  const both = await importOne(
    folderOf({ 'StreamingHistory0.json': [accountRow()], [AUDIO]: [extendedRow()] }),
  )
  expect(both.report.format).toBe('spotify-extended+spotify-account')
  expect(both.report.notes.join(' ')).not.toContain('Request')
})

test('the report reads as a table with totals', async () => {
  const rows = Array.from({ length: 1200 }, (_, i) =>
    extendedRow({
      ts: new Date(Date.UTC(2024, 0, 1) + i * 3_600_000).toISOString().replace('.000', ''),
      spotify_track_uri: `spotify:track:${id(i % 7)}`,
    }),
  )
  const { report } = await importOne(fileOf(AUDIO, [...rows, extendedRow({ incognito_mode: true })]))
  expect(formatReport(report).split('\n')).toEqual([
    `${AUDIO} → import 1 (spotify-extended)`,
    '',
    '  file                                  rows   kept  not kept',
    '  Streaming_History_Audio_2024_0.json  1,201  1,200  1 private session',
    '',
    '1,200 plays, 2024-01-01 to 2024-02-19 · 7 new track ids · 0 % of plays have audio features',
    '• Plays of private sessions, left out: 1.',
  ])
})
