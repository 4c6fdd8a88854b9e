import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { withCatalog } from '../src/evaluate/catalog-columns.ts'
import { contenders } from '../src/evaluate/contenders.ts'
import { nestedCv } from '../src/evaluate/nested-cv.ts'
import { makeTable, type Table } from '../src/evaluate/table.ts'
import { readTableCatalog } from '../src/evaluate/table-catalog.ts'
import { readCells } from '../src/evaluate/table-csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-table-catalog-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.join('\n'))
  return path
}

const FEATURES = ['danceability', 'energy', 'valence', 'liveness']

/** Sounds whose genre is a matter of two features together: "calm" where danceability and energy are on one side of one half. */
function sounds(n: number, seed: string) {
  const rng = random(seed)
  return Array.from({ length: n }, () => {
    const values = FEATURES.map(() => Number(rng.next().toFixed(4)))
    return { values, calm: values[0]! > 0.5 === values[1]! > 0.5 }
  })
}

const CATALOG = [
  ['track name', 'artist', 'popularity', 'year', 'playlist_id', 'genre', 'subgenre', ...FEATURES].join(),
  ...sounds(900, 'catalog').map(({ values, calm }, i) => {
    const genre = calm ? 'calm' : 'wild'
    const artist = `${calm ? 'Ada' : 'Bob'} ${i % 20}`
    return [`Song ${i}`, artist, i % 100, 1990 + (i % 30), `list ${i % 7}`, 'music', genre, ...values].join()
  }),
]

async function labelled(lines: readonly string[], name: string, ...catalogs: string[]): Promise<Table> {
  const catalog = await readTableCatalog(catalogs)
  const table = makeTable(await readCells(file(name, lines)), { label: 'liked' }, catalog)
  return withCatalog(table, catalog, random(1), silent)
}

/** Listeners who like calm music, by its sound alone. */
function likesCalm(n: number, seed: string) {
  return [
    [...FEATURES, 'liked'].join(),
    ...sounds(n, seed).map(({ values, calm }) => [...values, calm ? 1 : 0].join()),
  ]
}

test('what a catalog calls a genre is heard in songs it does not have, and few labels are enough then', async () => {
  const path = file('genres.csv', CATALOG)
  const table = await labelled(likesCalm(40, 'songs'), 'songs.csv', path)
  expect(table.notes).toContain('The table names no artists, so that genres.csv has no facts on them.')
  expect(table.notes.join('\n')).toMatch(
    /8 columns come from networks that learned 2 genres and 7 playlists from the sound of 900 recordings/,
  )
  const { sound: _, ...deaf } = table
  const lossOf = async (some: Table) => {
    const deep = contenders(some).filter(({ name }) => name === 'deep-ensemble')
    const { models } = await nestedCv(some, deep, { folds: 2, repeats: 1 }, random(2), silent)
    return models[0]!.metrics.logLoss.mean
  }
  expect(await lossOf(table)).toBeLessThan(0.7 * (await lossOf(deaf)))
})

test('labels do not reach what is learned, the same seed learns the same, and a row with a gap is not heard', async () => {
  const path = file('again.csv', CATALOG.slice(0, 506))
  const lines = likesCalm(12, 'songs').map((line, i) => {
    if (i === 0) return `artist,${line}`
    return i === 3 ? `Ada 3,${line.replace(/^[^,]*/, '')}` : `Ada ${i},${line}`
  })
  const flipped = lines.map((line, i) =>
    i === 0 ? line : line.replace(/.$/, (label) => `${1 - Number(label)}`),
  )
  const [a, b] = [await labelled(lines, 'a.csv', path), await labelled(flipped, 'b.csv', path)]
  expect(b.y).not.toEqual(a.y)
  expect(b.sound).toEqual(a.sound)
  expect(b.facts).toEqual(a.facts)
  const heard = Array.from({ length: 12 }, (_, i) => !Number.isNaN(a.sound!.values[i * a.sound!.d]))
  expect(heard).toEqual([true, true, false, ...new Array<boolean>(9).fill(true)])
})

test('a catalog without genres and playlists fills gaps and says that nothing was learned', async () => {
  const plain = CATALOG.slice(0, 50).map((line) => {
    const cells = line.split(',')
    return [...cells.slice(0, 2), ...cells.slice(7)].join()
  })
  const table = await labelled(likesCalm(12, 'songs'), 'plain-songs.csv', file('plain.csv', plain))
  expect(table.sound).toBeUndefined()
  expect(table.notes).toContain('Nothing was learned from plain.csv: it has neither genres nor playlists.')
})

test('too small a catalog is not learned from, and it is said how many recordings are needed', async () => {
  const table = await labelled(likesCalm(12, 'songs'), 's.csv', file('few.csv', CATALOG.slice(0, 101)))
  expect(table.notes.join('\n')).toMatch(/only 100 of its recordings .* and 500 are needed/)
})

test('artists are known whatever their spelling and guests, and an artist that is the label is not asked for', async () => {
  const path = file('artists.csv', CATALOG.slice(0, 101))
  const lines = ['artist,title,energy,liked', 'ADA 0 feat. Eve,x,.1,1', 'bob 1,y,.2,0', 'Nobody,z,.3,1']
  const { facts, notes } = await labelled(lines, 'named.csv', path)
  expect(notes.at(-1)).toMatch(/facts on the artist from artists.csv, which has the artist of 2 of 3 rows/)
  const calm = (row: number) => facts!.values[row * facts!.d + facts!.names.indexOf('artist: calm')]!
  expect(calm(0)).toBeGreaterThan(0.1)
  expect(calm(1)).toBeLessThan(-0.1)
  expect(calm(2)).toBe(0)
  const catalog = await readTableCatalog([path])
  const cells = await readCells(file('label.csv', ['artist,energy', 'Ada 0,.1', 'Bob 1,.2']))
  expect(makeTable(cells, { label: 'artist' }, catalog).named).toBeUndefined()
})

test('several catalogs are one: what the first does not say of a recording, the next may', async () => {
  const id = 'a'.repeat(22)
  const one = file('one.csv', ['track_id,name,artist,energy,tempo', `${id},One,Ada,0.5,`])
  const two = file('two.csv', ['track_id,name,artist,tempo,playlist_genre', `${id},One,Ada,120,jazz`])
  const catalog = await readTableCatalog([one, two])
  expect(catalog.size).toBe(1)
  expect(catalog.file).toBe('one.csv, two.csv')
  const at = catalog.find({ spotify: '', artist: 'ada', title: 'one' })
  expect([catalog.value(at, 'energy'), catalog.value(at, 'tempo')]).toEqual([0.5, 120])
})
