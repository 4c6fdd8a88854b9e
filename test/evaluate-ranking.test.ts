import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { rankingFamilies } from '../src/collaborative/ranking-models.ts'
import { silent } from '../src/core/progress.ts'
import { evaluateRanking, takingPart } from '../src/evaluate/ranking.ts'
import { rankingData } from '../src/evaluate/ranking-data.ts'
import { type RankingFormat, readRankingFile } from '../src/evaluate/ranking-files.ts'
import { renderRanking } from '../src/evaluate/ranking-report.ts'
import { clusteredWorld } from './suites/ranking-worlds.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-ranking-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(text: string): string {
  const path = join(folder, `rows-${files++}.txt`)
  writeFileSync(path, text)
  return path
}
const read = (text: string, format: RankingFormat = 'rows') => readRankingFile(file(text), format)

test.each([
  ['tabs', 'ann\tblue\t3\nbob\tred\t1\n'],
  ['commas', 'ann,blue,3\nbob,red,1'],
  ['semicolons', 'ann;blue;3\r\nbob;red;1\r\n'],
  ['spaces', 'ann blue 3\nbob  red 1\n'],
  ['::', 'ann::blue::3\nbob::red::1\n'],
  ['a header', 'user_id,artist,plays\nann,blue,3\nbob,red,1\n'],
  ['a header in another order', 'playCount,userID,artistID\n3,ann,blue\n1,bob,red\n'],
  ['quotes and a byte order mark', '\ufeff"user","item","weight"\n"ann","blue",3\n"bob","red",1\n'],
])('rows between %s are read', async (_, text) => {
  const { user, item, weight, time } = await read(text)
  expect({ user, item, weight, time }).toEqual({
    user: ['ann', 'bob'],
    item: ['blue', 'red'],
    weight: [3, 1],
    time: undefined,
  })
})

test('ids that look like the name of a column are rows, not a header', async () => {
  expect((await read('user1 item1\nuser2 item1\n')).user).toEqual(['user1', 'user2'])
})

test('two columns are presence, and times come in seconds, milliseconds or dates', async () => {
  expect((await read('1 2\n1 3\n')).weight).toEqual([1, 1])
  const { time } = await read('1,2,1,1600000000\n1,3,1,1600000000000\n1,4,1,2020-09-13T12:26:40Z\n')
  expect(time).toEqual([1.6e12, 1.6e12, 1.6e12])
})

test('adjacency is a user and their items a line', async () => {
  const { user, item } = await read('0 5 7\n1 5\n2\n', 'adjacency')
  expect(user).toEqual(['0', '0', '1'])
  expect(item).toEqual(['5', '7', '5'])
})

test.each([
  ['one column', 'ann\nbob\n', 'RANKING_ROW', /line 1: it has one column/],
  ['a row without an item', 'ann\tblue\nbob\t\n', 'RANKING_ROW', /line 2: it names no item/],
  ['a weight that is none', 'a,b,3\n\na,c,many\n', 'RANKING_ROW', /line 3: its weight "many" is no positive/],
  ['a weight below 0', 'a,b,3\na,c,-1\n', 'RANKING_ROW', /weight "-1"/],
  ['a time that is none', 'a,b,3,5\na,c,1,noon\n', 'RANKING_ROW', /line 2: its time "noon" cannot be read/],
  ['an empty file', '', 'FILE_EMPTY', /is empty\. /],
  ['a header alone', 'user,item\n', 'FILE_EMPTY', /below its header/],
])('%s is refused with a sentence', async (_, text, code, sentence) => {
  await expect(read(text)).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) as string })
})

test('what cannot be foreseen is said: repeats and strangers are left out, unknown items are misses', async () => {
  const train = await read('a x\na y\nb x\na x\n')
  const { matrix, relevant, notes } = rankingData(train, await read('a x\na z\nb y\nc x\n'))
  expect(matrix.item.length).toBe(3)
  expect(relevant).toEqual(
    new Map([
      [0, new Set([2])],
      [1, new Set([1])],
    ]),
  )
  expect(notes.map((note) => note.replace(/\D/g, ''))).toEqual(['1', '1', '1', '1'])
})

test('files of different data are refused', async () => {
  const [train, test] = [await read('a x\n'), await read('1 2\n')]
  expect(() => rankingData(train, test)).toThrow(/no user of rows-\d+.txt .* is known there/)
})

test('a file cannot be judged on itself', async () => {
  const [train, test] = [await read('a x\na y\n'), await read('a x\na y\n')]
  expect(() => rankingData(train, test)).toThrow(/holds just what .* does/)
})

test('a training file too small to choose settings on is refused', async () => {
  const options = {
    train: file('a x\nb y\n'),
    test: file('a y\n'),
    format: 'rows',
    ks: [5],
    seed: 1,
  } as const
  await expect(evaluateRanking(options, silent)).rejects.toMatchObject({ code: 'RANKING_TOO_FEW' })
})

test('a stopped evaluation ends with the reason of the signal', async () => {
  const stopper = new AbortController()
  stopper.abort(new Error('enough'))
  const rows = 'abcdef'
    .split('')
    .map((item) => `u ${item}\n`)
    .join('')
  const options = { train: file(rows), test: file('u g\n'), format: 'rows', ks: [5], seed: 1 } as const
  await expect(evaluateRanking(options, silent, stopper.signal)).rejects.toThrow('enough')
})

test.each([
  ['one listener alone', 'abcdef'.split('').map((item, k) => ['u', item, k + 1] as const), 'u'],
  ['one who plays a thousand times as much as all others', many(), 'u1'],
  ['a place where everybody has the same', everybodyAlike(), 'u1'],
])('%s is judged with numbers alone', async (_, rows, user) => {
  const train = rows.map((row) => `${row.join('\t')}\n`).join('')
  const options = {
    train: file(train),
    test: file(`${user}\tnew\n`),
    format: 'rows',
    ks: [5],
    seed: 1,
  } as const
  const { models } = await evaluateRanking(options, silent)
  for (const { metrics, validation } of models) {
    expect(metrics['recall@5']!.mean).toBe(0)
    expect(validation).toBeGreaterThanOrEqual(0)
  }
})

function everybodyAlike(): (readonly [string, string, number])[] {
  return Array.from({ length: 30 }, (_, k) => [`u${k % 6}`, `i${Math.floor(k / 6)}`, 1] as const)
}

/** Nine listeners of five items each from the same twelve, the first with 200,000 plays of one. */
function many(): (readonly [string, string, number])[] {
  return Array.from(
    { length: 45 },
    (_, k) => [`u${k % 9}`, `i${((k % 9) + 2 * Math.floor(k / 9)) % 12}`, k === 0 ? 200_000 : 1] as const,
  )
}

test('one item alone leaves nothing to choose settings on', async () => {
  const options = {
    train: file('a x\nb x\nc x\n'),
    test: file('a y\n'),
    format: 'rows',
    ks: [5],
    seed: 1,
  } as const
  await expect(evaluateRanking(options, silent)).rejects.toMatchObject({ code: 'RANKING_TOO_FEW' })
})

test('a model that a file is too large for is no row, and says why', async () => {
  // Ten thousand and one listeners of as many items: EASE would invert a matrix of that side.
  let train = ''
  for (let user = 0; user < 10_001; user++) train += `u${user}\ti${user}\n`
  const { matrix } = rankingData(await read(train), await read('u1\ti2\n'))
  const every = rankingFamilies({ timed: false })
  const { families, asides } = takingPart(every, matrix)
  expect(families).toEqual(every.filter(({ name }) => name !== 'ease'))
  expect(asides).toEqual([expect.stringMatching(/^ease is left out: .* 10001 rows/)])
})

test('renders tables of at most 80 columns', async () => {
  const { matrix, held } = clusteredWorld(24)
  let train = ''
  for (let user = 0; user < matrix.users; user++)
    for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++)
      train += `u${user}\ti${matrix.item[at]}\t${matrix.weight[at]}\n`
  const test = [...held].flatMap(([user, items]) => [...items].map((item) => `u${user}\ti${item}\n`)).join('')
  const options = { train: file(train), test: file(test), format: 'rows', ks: [10, 20], seed: 1 } as const
  const report = await evaluateRanking(options, silent)
  const rows = renderRanking(report)
    .split('\n')
    .filter((line) => /^[┌├└│]/.test(line))
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80)
  expect(report.models.map(({ name }) => name).at(-1)).toBe('deepcuts')
  const ours = report.models.at(-1)!
  expect(Object.keys(ours.metrics)).toEqual(
    expect.arrayContaining([
      'recall@10',
      'ndcg@10',
      'recall@20',
      'ndcg@20',
      'mrr',
      'coverage',
      'novelty',
      'gini',
    ]),
  )
  for (const { validation } of report.models)
    expect(ours.validation).toBeGreaterThanOrEqual(validation - 1e-9)
  const popular = report.models[0]!.metrics['recall@10']!
  expect(ours.metrics['recall@10']!.ci95[0]).toBeGreaterThan(2 * popular.ci95[1])
})

test('with a validation file the models choose on it and never learn from it', async () => {
  const { matrix, held } = clusteredWorld(24)
  const rows: string[] = []
  for (let user = 0; user < matrix.users; user++)
    for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++)
      rows.push(`u${user}\ti${matrix.item[at]}\t${matrix.weight[at]}\n`)
  // What everybody has in the validation file alone would be the most popular of all, if a model had learned from it.
  const only = Array.from({ length: matrix.users }, (_, user) => `u${user}\tonly here\n`)
  const wanted = [...held].flatMap(([user, items]) => [...items].map((item) => `u${user}\ti${item}\n`))
  const options = {
    train: file(rows.join('')),
    validation: file([...wanted, ...only].join('')),
    test: file(wanted.join('')),
    format: 'rows',
    ks: [10],
    seed: 1,
  } as const
  const report = await evaluateRanking(options, silent)
  expect(report.dataset.validation!.rows).toBe(wanted.length + only.length)
  expect(report.dataset.items).toBe(new Set(matrix.item).size)
  const pairs = wanted.length + only.length
  expect(report.protocol.heldOut).toEqual({ by: 'file', share: pairs / (pairs + rows.length) })
  const ours = report.models.at(-1)!
  expect(ours.metrics['recall@10']!.mean).toBeGreaterThan(2 * report.models[0]!.metrics['recall@10']!.mean)
  expect(renderRanking(report)).toContain('the rows of the validation file, which it never learns from')
  expect(renderRanking(report)).not.toContain('The fifth')
})
