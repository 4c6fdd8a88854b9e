import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DeepcutsError, type ErrorCode } from '../src/core/errors.ts'
import { openZip } from '../src/ingest/zip.ts'
import { accountRow, extendedRow, fileOf, folderOf, importOne, zipOf } from './suites/export-files.ts'

const AUDIO = 'Streaming_History_Audio_2024_0.json'

/** Imports a path that must fail, and gives the sentence; no placeholder of it may be left unfilled. */
async function fault(path: string, code: ErrorCode, as?: string): Promise<string> {
  const error = await importOne(path, as === undefined ? {} : { as }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DeepcutsError)
  const { message, code: found } = error as DeepcutsError
  expect(found).toBe(code)
  expect(message).not.toMatch(/\{\w+\}/)
  return message
}

/** Changes the bytes of a file. */
function edit(path: string, change: (bytes: Buffer) => Uint8Array): string {
  writeFileSync(path, change(readFileSync(path)))
  return path
}

/** Replaces a text by one of the same length, everywhere. */
function swap(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')
}

/** Sets the same 16 bits in every header of a zip: at `local` in local headers, at `central` in the directory. */
function patchHeaders(bytes: Buffer, local: number, central: number, value: number): Buffer {
  for (let i = 0; i < bytes.length - 4; i++) {
    const signature = bytes.readUInt32LE(i)
    if (signature === 0x04034b50) bytes.writeUInt16LE(value, i + local)
    if (signature === 0x02014b50) bytes.writeUInt16LE(value, i + central)
  }
  return bytes
}

test('a file that is only named like a zip', async () => {
  expect(await fault(fileOf('data.zip', '<html>Please log in</html>'), 'ZIP_NOT_A_ZIP')).toContain('data.zip')
  await fault(fileOf('data.zip', ''), 'ZIP_NOT_A_ZIP')
})

test('a zip whose download stopped early', async () => {
  const path = await zipOf({ [AUDIO]: Array(500).fill(extendedRow()) })
  await fault(
    edit(path, (bytes) => bytes.subarray(0, bytes.length / 2)),
    'ZIP_TRUNCATED',
  )
})

test('a zip with damaged content', async () => {
  const path = await zipOf({ [AUDIO]: Array.from({ length: 500 }, (_, i) => extendedRow({ ms_played: i })) })
  const sentence = await fault(
    edit(path, (bytes) => bytes.fill(0xff, 200, 400)),
    'ZIP_DAMAGED',
  )
  expect(sentence).toContain(AUDIO)
})

test('a zip that unpacks to far more than it weighs', async () => {
  const bomb = Buffer.alloc(8 << 20, ' ')
  bomb.write('[', 0)
  bomb.write(']', bomb.length - 1)
  expect(await fault(await zipOf({ [AUDIO]: bomb }), 'ZIP_BOMB')).toMatch(/times its packed size/)
})

test('a zip beyond each bound: files, one file, all files', async () => {
  const path = await zipOf({ a: 'x'.repeat(100), b: 'y'.repeat(100) })
  const bounds = { files: 9, fileBytes: 999, totalBytes: 999, ratio: 200 }
  const open = (changes: Partial<typeof bounds>) => openZip(path, 'z.zip', { ...bounds, ...changes })
  await expect(open({ files: 1 })).rejects.toMatchObject({ code: 'ZIP_BOMB' })
  await expect(open({ totalBytes: 150 })).rejects.toMatchObject({ code: 'ZIP_BOMB' })
  const opened = await open({ fileBytes: 50 })
  await expect(opened.members[0]!.open()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'ZIP_BOMB',
  })
  await opened.close()
})

test('a zip that lies about the size of a file', async () => {
  const path = await zipOf({ [AUDIO]: Array(50).fill(extendedRow()) })
  const lie = (bytes: Buffer) => {
    const directory = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))
    bytes.writeUInt32LE(40, directory + 24)
    return bytes
  }
  expect(await fault(edit(path, lie), 'ZIP_DAMAGED')).toContain('not as long as the zip says')
})

test('a zip that names files outside itself', async () => {
  const up = await zipOf({ [`xx/xx/${AUDIO}`]: [extendedRow()] })
  expect(
    await fault(
      edit(up, (bytes) => swap(bytes, 'xx/xx/', '../../')),
      'ZIP_UNSAFE_NAME',
    ),
  ).toContain('../../')
  const root = await zipOf({ [`xetc/${AUDIO}`]: [extendedRow()] })
  await fault(
    edit(root, (bytes) => swap(bytes, 'xetc/', '/etc/')),
    'ZIP_UNSAFE_NAME',
  )
})

test('a zip with a password', async () => {
  const path = await zipOf({ [AUDIO]: [extendedRow()] })
  const flag = 0x0801
  expect(
    await fault(
      edit(path, (bytes) => patchHeaders(bytes, 6, 8, flag)),
      'ZIP_ENCRYPTED',
    ),
  ).toContain('password')
})

test('a zip packed in a way that nobody uses', async () => {
  const path = await zipOf({ [AUDIO]: [extendedRow()] })
  await fault(
    edit(path, (bytes) => patchHeaders(bytes, 8, 10, 14)),
    'ZIP_DAMAGED',
  )
})

test('the account package without any listening says which package to request', async () => {
  const sentence = await fault(
    await zipOf({ 'MyData/Userdata.json': {}, 'MyData/Payments.json': {}, 'MyData/Follow.json': {} }),
    'IMPORT_WRONG_PACKAGE',
  )
  expect(sentence).toMatch(/"Account data".*"Extended streaming history"/)
})

test('the technical log says which package to request', async () => {
  const log = [{ timestamp_utc: '2024-01-01', context_time: 1, message_item_uri: 'x' }]
  const sentence = await fault(await zipOf({ 'x/AddedToCollection.json': log }), 'IMPORT_WRONG_PACKAGE')
  expect(sentence).toMatch(/"Technical log information".*"Extended streaming history"/)
})

test('a package that came without its data files', async () => {
  const sentence = await fault(
    await zipOf({ 'MyData/ReadMeFirst_ExtendedStreamingHistory.pdf': '%PDF' }),
    'IMPORT_WRONG_PACKAGE',
  )
  expect(sentence).toContain('without its data files')
})

test('zips and folders without anything known name what they hold', async () => {
  expect(await fault(await zipOf({}, 'empty.zip'), 'IMPORT_NOTHING_KNOWN')).toContain('it is empty')
  expect(await fault(folderOf({ 'a/song.mp3': 'x' }), 'IMPORT_NOTHING_KNOWN')).toContain('song.mp3')
  expect(await fault(folderOf({ 'one.zip': 'PK' }), 'IMPORT_NOTHING_KNOWN')).toContain('one.zip')
  await fault(fileOf('notes.txt', 'hello'), 'IMPORT_NOTHING_KNOWN')
  await fault(fileOf('other.json', { a: 1 }), 'IMPORT_NOTHING_KNOWN')
  await fault(fileOf('Userdata.json', { email: 'x' }), 'IMPORT_WRONG_PACKAGE')
})

test('JSON that stops in the middle names the row', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => extendedRow({ ms_played: i }))
  const text = JSON.stringify(rows)
  const cut = text.slice(0, text.indexOf('"ms_played":2345') + 9)
  expect(await fault(fileOf(AUDIO, cut), 'JSON_CUT')).toContain('row 2346')
  await fault(fileOf('YourLibrary.json', '{"tracks": [{"artist":'), 'JSON_CUT')
})

test('JSON that is broken names the row, and never quotes it', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) =>
    extendedRow({ ms_played: i, platform: 'my-secret-device' }),
  )
  const sentence = await fault(
    fileOf(AUDIO, JSON.stringify(rows).replace('"ms_played":2345', '"ms_played":23 45')),
    'JSON_BROKEN',
  )
  expect(sentence).toContain('row 2346')
  expect(sentence).not.toContain('secret')
  await fault(fileOf(AUDIO, '[] []'), 'JSON_BROKEN')
  await fault(fileOf('endsong_0.json', 'not JSON'), 'JSON_BROKEN')
  expect(await fault(fileOf('Playlist1.json', '{"playlists": [secret]}'), 'JSON_BROKEN')).not.toContain(
    'secret',
  )
})

test('an object where a list should be, and the reverse', async () => {
  expect(await fault(fileOf(AUDIO, { rows: [] }), 'JSON_SHAPE')).toContain('one object')
  expect(await fault(fileOf('YourLibrary.json', []), 'JSON_SHAPE')).toContain('a list')
  await fault(fileOf('Playlist1.json', { playlists: {} }), 'JSON_SHAPE')
})

test('rows of wrong types are left out and counted, unless there are no others', async () => {
  const wrong = [extendedRow({ ts: 5 }), extendedRow({ ms_played: 'long' }), null, 7, [], {}]
  const { report } = await importOne(fileOf(AUDIO, [...wrong, extendedRow()]))
  expect(report.files[0]).toMatchObject({ rows: 7, kept: 1, left: { 'wrong types': 6 } })
  expect(await fault(fileOf(AUDIO, wrong), 'ROWS_WRONG')).toContain('(6)')
  const future = extendedRow({ ts: '2093-01-01T10:00:00Z' })
  expect(await fault(fileOf(AUDIO, [null, future]), 'ROWS_WRONG')).toContain('or dates that cannot be')
})

test('no rows, one row, and rows that are all podcasts', async () => {
  expect(await fault(fileOf(AUDIO, []), 'IMPORT_NOTHING_KEPT')).toContain('no rows')
  await fault(fileOf('StreamingHistory_podcast_0.json', [{}]), 'IMPORT_NOTHING_KEPT')
  expect((await importOne(fileOf('StreamingHistory0.json', [accountRow()]))).report.plays).toBe(1)
  await fault(fileOf('songs.csv', 'title,artist,energy\n'), 'IMPORT_NOTHING_KEPT')
  expect((await importOne(fileOf('songs.csv', 'title,artist,energy\nA,B,0.5'))).report.newTracks).toBe(1)
})

test('empty files', async () => {
  await fault(fileOf(AUDIO, ''), 'FILE_EMPTY')
  await fault(fileOf('YourLibrary.json', '\n'), 'FILE_EMPTY')
  await fault(fileOf('songs.csv', ''), 'FILE_EMPTY')
})

test('text that is not UTF-8, in every kind of file', async () => {
  const latin = (text: string) => Buffer.from(text, 'latin1')
  await fault(fileOf(AUDIO, latin(JSON.stringify([extendedRow({ platform: 'café' })]))), 'FILE_NOT_UTF8')
  await fault(fileOf('YourLibrary.json', latin('{"tracks":[{"track":"é"}]}')), 'FILE_NOT_UTF8')
  await fault(fileOf('songs.csv', latin('title,artist,energy\nCafé,B,0.5\n')), 'FILE_NOT_UTF8')
  await fault(fileOf('songs.csv', Buffer.from('\ufefftitle,artist,energy\n', 'utf16le')), 'FILE_NOT_UTF8')
  await fault(fileOf(AUDIO, Buffer.from('\ufeff[]', 'utf16le')), 'FILE_NOT_UTF8')
})

test('tables that name no tracks, and tables of something else', async () => {
  await fault(fileOf('data.csv', 'danceability,energy,key,liked\n0.5,0.5,1,1\n'), 'CSV_NO_NAMES')
  expect(await fault(fileOf('data.csv', 'dim_0,dim_1\n1,2\n'), 'CSV_UNKNOWN')).toContain('dim_0, dim_1')
})

test('a table with broken quotes names the line', async () => {
  const rows = ['title,artist,energy', 'A,"B",0.5', '"C,D,0.5']
  expect(await fault(fileOf('songs.csv', rows.join('\n')), 'CSV_BROKEN')).toContain('line 3')
  await fault(fileOf('songs.csv', 'title,artist,energy\nA,"B"x,0.5\n'), 'CSV_BROKEN')
  await fault(fileOf('songs.csv', 'title,artist,energy\nA,B "x" y,0.5\n'), 'CSV_BROKEN')
})

test('missing and unreadable paths', async () => {
  await fault(join(mkdtempSync(join(tmpdir(), 'deepcuts-')), 'none.zip'), 'FILE_NOT_FOUND')
  const path = fileOf(AUDIO, [extendedRow()])
  await fault(join(path, 'below-a-file.json'), 'FILE_NOT_FOUND')
  await fault('/dev/null', 'FILE_UNREADABLE')
})

test.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
  const path = fileOf(AUDIO, [extendedRow()])
  chmodSync(path, 0)
  expect(await fault(path, 'FILE_UNREADABLE')).toContain('permission denied')
})

test('a format that does not exist, and one that the file is not', async () => {
  expect(await fault(fileOf(AUDIO, [extendedRow()]), 'BAD_VALUE', 'itunes')).toContain('spotify-extended')
  await fault(fileOf(AUDIO, [extendedRow()]), 'IMPORT_NOTHING_KNOWN', 'catalog')
  await fault(fileOf('x.json', [{ a: 1 }]), 'ROWS_WRONG', 'spotify-extended')
})
