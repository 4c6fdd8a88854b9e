import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeTable, type TableOptions } from '../src/evaluate/table.ts'
import { readTableCatalog } from '../src/evaluate/table-catalog.ts'
import { readCells } from '../src/evaluate/table-csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-table-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(content: string | Uint8Array, name = 'songs.csv'): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function tableOf(lines: readonly string[], options: Partial<TableOptions> = {}, catalog?: string) {
  const cells = await readCells(file(lines.join('\n')))
  return makeTable(
    cells,
    { label: 'liked', ...options },
    catalog ? await readTableCatalog([catalog]) : undefined,
  )
}

const column = (table: { values: Float64Array; features: readonly string[] }, name: string) =>
  Array.from(table.values).filter((_, i) => table.features[i % table.features.length] === name)

test('features are the audio features the file has, in the usual order, and no other column', async () => {
  const table = await tableOf([
    ',row,id,tempo,energy,liked,liked_copy,popularity',
    '0,0,a,120,0.5,1,1,60',
    '1,1,b,90,0.7,0,0,70',
  ])
  expect(table.features).toEqual(['energy', 'tempo'])
  expect(Array.from(table.values)).toEqual([0.5, 120, 0.7, 90])
  expect(Array.from(table.y)).toEqual([1, 0])
})

test('a column that --features names joins them, true and false as 1 and 0', async () => {
  const table = await tableOf(['energy,explicit,liked', '0.1,True,1', '0.2,false,0'], {
    features: ['explicit'],
  })
  expect(table.features).toEqual(['energy', 'explicit'])
  expect(column(table, 'explicit')).toEqual([1, 0])
})

test('spellings of the usual names meet: "Duration (ms)" is duration_ms', async () => {
  const table = await tableOf(['Energy,Duration (ms),Time Signature,liked', '0.1,2000,4,1', '0.2,3000,3,0'])
  expect(table.features).toEqual(['energy', 'duration_ms', 'time_signature'])
})

test('a value means what it means on import: a tempo of 0 was not detected, an energy of 7 is none, seconds are a length', async () => {
  const table = await tableOf(['energy,tempo,Length (s),liked', '0.1,0,200,1', '7,90,180.5,0', '0.3,100,,1'])
  expect(table.features).toEqual(['energy', 'tempo', 'duration_ms'])
  expect(column(table, 'energy')).toEqual([0.1, Number.NaN, 0.3])
  expect(column(table, 'tempo')).toEqual([Number.NaN, 90, 100])
  expect(column(table, 'duration_ms')).toEqual([200_000, 180_500, Number.NaN])
  expect(table.notes).toEqual(['Values that were no number or out of range, and count as missing: 1.'])
})

test('a label that is a length in seconds is no feature, not even out of a catalog', async () => {
  const catalog = file('name,artist,duration_ms\nOne,Ada,1000\nTwo,Bob,2000\n', 'lengths.csv')
  const lines = ['title,artist,energy,duration_s', 'One,Ada,0.1,100', 'Two,Bob,0.2,200']
  expect((await tableOf(lines, { label: 'duration_s' }, catalog)).features).toEqual(['energy'])
})

test('the label may be an audio feature, which then is no feature', async () => {
  const table = await tableOf(['mode,energy', '0,0.1', '1,0.2'], { label: 'mode' })
  expect(table.features).toEqual(['energy'])
})

test.each([
  [['1', '0'], '1'],
  [['True', 'false'], 'true'],
  [['no', 'YES'], 'yes'],
  [['1.0', '0.0'], '1'],
  [['disliked', 'liked'], 'liked'],
  [['2', '10'], '10'],
  [['meh', 'wow'], 'wow'],
])('a label of %s is read, %s is positive', async (values, positive) => {
  const table = await tableOf(['energy,liked', `0.1,${values[0]}`, `0.2,${values[1]}`])
  expect(table.positive).toBe(positive)
  expect(Array.from(table.y)).toEqual(
    values.map((value) =>
      (Number(value) || value.toLowerCase()) === (Number(positive) || positive) ? 1 : 0,
    ),
  )
})

test('rows without a label are left out, and it is said', async () => {
  const table = await tableOf(['energy,liked', '0.1,1', '0.9,', '0.2,0'])
  expect(table.n).toBe(2)
  expect(column(table, 'energy')).toEqual([0.1, 0.2])
  expect(table.notes).toContain('1 rows have no label and were left out.')
})

test('NaN, infinities, words and short rows are missing values', async () => {
  const table = await tableOf([
    'liked,energy,tempo',
    '1,0.1,NaN',
    '0,0.2,inf',
    '1,x,100',
    '0,, 90 ',
    '0,,-Infinity',
    '1',
  ])
  expect(column(table, 'energy')).toEqual([0.1, 0.2, Number.NaN, Number.NaN])
  expect(column(table, 'tempo')).toEqual([Number.NaN, Number.NaN, 100, 90])
  expect(table.notes).toContain('2 rows have none of the features and were left out.')
})

test('constant and empty feature columns are dropped, and it is said', async () => {
  const table = await tableOf(['energy,key,tempo,liked', '0.1,5,,1', '0.2,5,,0'])
  expect(table.features).toEqual(['energy'])
  expect(table.notes).toEqual(
    ['key was dropped: it is the same in every row.', 'tempo was dropped: it is empty.'].concat(
      'energy alone separates the labels almost perfectly: check that it is not the answer in disguise.',
    ),
  )
})

test('rows of equal group columns share a group; rows without any stand alone', async () => {
  const table = await tableOf(
    ['energy,artist,title,liked', '0.1,Ada,Blue,1', '0.2,ada,blue ,0', '0.3,Ada,Red,1', '0.4,,,0', '0.5,,,1'],
    { group: ['artist', 'title'] },
  )
  const [a, b, c, d, e] = table.groups
  expect(a).toBe(b)
  expect(new Set([a, c, d, e]).size).toBe(4)
})

test('repeated rows without a group are said', async () => {
  const { notes } = await tableOf(['energy,liked', '0.1,1', '0.1,1', '0.2,0', '0.15,0', '0.05,1', '0.2,1'])
  expect(notes.join()).toContain('2 rows repeat the features of another row')
})

test('the catalog fills what the table lacks, by id, by address of the id, and by artist and title', async () => {
  const id = (letter: string) => letter.repeat(22)
  const catalog = file(
    [
      'track_id,name,artist,energy,tempo',
      `${id('a')},One,Ada,0.11,101`,
      `${id('b')},Two,Bob,0.22,102`,
      `${id('c')},Three,Cyd,0.33,`,
    ].join('\n'),
    'catalog.csv',
  )
  const table = await tableOf(
    [
      'uri,artist,song_title,tempo,liked',
      `spotify:track:${id('a')},,,90,1`,
      `,BOB, two,,0`,
      `${id('c')},,,,1`,
      'x,Nobody,Nothing,,0',
    ],
    {},
    catalog,
  )
  expect(column(table, 'energy')).toEqual([0.11, 0.22, 0.33])
  expect(column(table, 'tempo')).toEqual([90, 102, Number.NaN])
  expect(table.notes[1]).toBe('1 rows have none of the features and were left out.')
  expect(table.notes[0]).toBe('3 of 4 rows were found in catalog.csv, by id or by artist and title.')
})

test('a catalog that gives addresses and several artists is looked up by the id and the main artist', async () => {
  const address = `https://api.spotify.com/v1/tracks/${'a'.repeat(22)}`
  const catalog = file(
    `track_href,name,artists,energy\n${address},One,Ada;Eve,0.1\n,Two,Bob;Eve,0.2\n`,
    'href.csv',
  )
  const lines = ['spotify_id,title,artist,liked', `${'a'.repeat(22)},,,1`, ',two,bob,0']
  expect(column(await tableOf(lines, {}, catalog), 'energy')).toEqual([0.1, 0.2])
})

test('semicolons separate cells where the header has more of them', async () => {
  const table = await tableOf(['energy;liked', '0.1;1', '0.2;0'])
  expect(column(table, 'energy')).toEqual([0.1, 0.2])
})

test('a byte-order mark, quoted commas and empty lines are read', async () => {
  const table = await tableOf([
    '\uFEFFliked,title,energy',
    '1,"Blue, again",0.1',
    '',
    '0,"He said ""no""",0.2',
  ])
  expect(column(table, 'energy')).toEqual([0.1, 0.2])
})

const refusals: readonly [string, string | Uint8Array, Partial<TableOptions>, string, RegExp][] = [
  [
    'an unknown label column',
    'energy,liked\n0.1,1\n0.2,0',
    { label: 'likd' },
    'TABLE_NO_COLUMN',
    /no column "likd", which --label names.*energy, liked/,
  ],
  [
    'an unknown feature column',
    'energy,liked\n0.1,1\n0.2,0',
    { features: ['mood'] },
    'TABLE_NO_COLUMN',
    /"mood", which --features names/,
  ],
  [
    'an unknown group column',
    'energy,liked\n0.1,1\n0.2,0',
    { group: ['album'] },
    'TABLE_NO_COLUMN',
    /"album", which --group names/,
  ],
  [
    'the label as a feature',
    'energy,liked\n0.1,1\n0.2,0',
    { features: ['Liked'] },
    'TABLE_FEATURE_IS_LABEL',
    /cannot predict itself/,
  ],
  ['a label with one class', 'energy,liked\n0.1,1\n0.2,1', {}, 'TABLE_LABEL_VALUES', /and has 1: 1\./],
  [
    'a label with three values',
    'energy,liked\n0.1,1\n0.2,2\n0.3,3',
    {},
    'TABLE_LABEL_VALUES',
    /and has 3: 1, 2, 3\./,
  ],
  ['a label that is empty', 'energy,liked\n0.1,\n0.2,', {}, 'TABLE_LABEL_VALUES', /all cells are empty/],
  ['one row', 'energy,liked\n0.1,1', {}, 'TABLE_LABEL_VALUES', /and has 1:/],
  [
    'no feature columns',
    'title,liked\na,1\nb,0',
    {},
    'TABLE_NO_FEATURES',
    /Give at least one of danceability/,
  ],
  [
    'only constant feature columns',
    'energy,liked\n0.1,1\n0.1,0',
    {},
    'TABLE_NO_FEATURES',
    /energy hold no information/,
  ],
  ['a header without rows', 'energy,liked\n', {}, 'FILE_EMPTY', /is empty below its header/],
  ['an empty file', '', {}, 'FILE_EMPTY', /songs.csv is empty\. /],
  [
    'another encoding',
    Buffer.from('energy,liked\n0.1,1\n0.2,caf\xe9', 'latin1'),
    {},
    'FILE_NOT_UTF8',
    /not UTF-8/,
  ],
  ['an open quote', 'energy,liked\n0.1,1\n0.2,"0', {}, 'CSV_BROKEN', /line 3: a quote is never closed/],
]

test.each(refusals)('%s is refused with a sentence', async (_, content, options, code, sentence) => {
  const attempt = readCells(file(content)).then((cells) => makeTable(cells, { label: 'liked', ...options }))
  await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) as string })
})

test('a missing file and a folder are refused with a sentence', async () => {
  await expect(readCells(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  await expect(readCells(folder)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining('it is a folder, not a table') as string,
  })
})
