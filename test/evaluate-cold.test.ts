import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { popularityFoldIn } from '../src/collaborative/fold-in.ts'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { evaluateCold } from '../src/evaluate/cold.ts'
import { coldRows, readColdData } from '../src/evaluate/cold-data.ts'
import { byShown, type ColdModel, coldNdcg, learnCold } from '../src/evaluate/cold-models.ts'
import { renderCold } from '../src/evaluate/cold-report.ts'
import { coldSplit, shownRows } from '../src/evaluate/cold-split.ts'
import { judgeTracks, trackModels, trackWeights } from '../src/evaluate/cold-tracks.ts'
import { inTemporaryFolder } from '../src/evaluate/temporary-folder.ts'

/** Forty playlists of one of four circles of artists, twelve tracks each, a day apart. */
function playlists(): string {
  const rng = random('playlists')
  const lines = Array.from({ length: 40 }, (_, p) =>
    rng
      .shuffle(Array.from({ length: 60 }, (_, k) => (p % 4) * 60 + k))
      .slice(0, 12)
      .map((track, day) => {
        const date = `2020-01-${String(day + 1).padStart(2, '0')}`
        return `p${p},t${track},title ${track},artist ${Math.floor(track / 6)},${date}`
      }),
  )
  return ['playlist_id,track_id,title,artists,added', ...lines.flat()].join('\n')
}

const read = (text: string, format?: 'rows' | 'adjacency' | 'playlists') =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, 'data.csv')
    await writeFile(path, text)
    return readColdData(path, format)
  })

describe('the data of a cold start', () => {
  it('are playlists where the header says so, in the order of their days', async () => {
    const data = await read(playlists())
    expect(data.ordered).toBe(true)
    expect([...data.sequences.playlist]).toEqual(new Array(40).fill(1))
    for (let p = 0; p < 40; p++) {
      const days = [...data.sequences.at.subarray(p * 12, p * 12 + 12)]
      expect(days).toEqual([...days].sort((a, b) => a - b))
    }
    expect(new Set(data.content.artist).size).toBe(40)
  })

  it('are rows elsewhere, by time where there is one', async () => {
    const timed = await read('user,item,weight,time\na,x,1,300\na,y,2,100\na,z,1,200\n')
    expect([...timed.sequences.item].map((item) => timed.names.items[item])).toEqual(['y', 'z', 'x'])
    expect([...timed.weight]).toEqual([2, 1, 1])
    const plain = await read('a x y z\nb x\n', 'adjacency')
    expect(plain.ordered).toBe(false)
    expect(plain.sequences.at.every(Number.isNaN)).toBe(true)
  })
})

describe('a split for a cold start', () => {
  it('teaches nothing of new listeners and new tracks, and shows nothing of what is to be foreseen', async () => {
    const data = await read(playlists())
    const everyone = Array.from({ length: 40 }, (_, s) => s)
    const split = coldSplit(data, everyone, random(1))!
    expect(split.asked.length + split.teachers.length).toBe(40)
    expect(split.newTracks.size).toBeGreaterThan(10)
    for (const item of split.taught.matrix.item) expect(split.newTracks.has(item)).toBe(false)
    for (const { shown, wanted, wantedNew } of split.asked) {
      const items = shown.map((event) => data.sequences.item[event]!)
      for (const item of items) expect(wanted.has(item) || split.newTracks.has(item)).toBe(false)
      for (const item of wantedNew) expect(split.newTracks.has(item)).toBe(true)
      const owner = data.sequences.offsets.findLastIndex((from) => from <= shown[0]!)
      expect(split.teachers).not.toContain(owner)
    }
    const two = shownRows(data, split.asked, 2)
    expect([...two.sequences.item.subarray(0, 2)]).toEqual(
      split.asked[0]!.shown.slice(-2).map((event) => data.sequences.item[event]),
    )
    expect(shownRows(data, split.asked, 0).matrix.item).toHaveLength(0)
  })

  it('serves somebody who has shown nothing what is popular', async () => {
    const data = await read(playlists())
    const split = coldSplit(
      data,
      Array.from({ length: 40 }, (_, s) => s),
      random(1),
    )!
    const [model] = await learnCold([popularityFoldIn()], split, random(1))
    const none = shownRows(data, split.asked, 0)
    const scores = await (await model!.serve(none)).score([0])
    const fans = new Float32Array(data.content.items)
    for (const item of split.taught.matrix.item) fans[item]!++
    expect([...scores]).toEqual([...fans])
    expect(await coldNdcg(await model!.serve(none), none, split.asked)).toHaveLength(split.asked.length)
  })

  it('serves who has shown few tracks by one model and who has shown more by another', async () => {
    const data = await read(playlists())
    const constant = (name: string, score: number): ColdModel => ({
      name,
      serve: async ({ matrix: { items } }) => ({
        score: async (users) => new Float32Array(users.length * items).fill(score),
      }),
    })
    const few = [0, 1, 2].map((at) => data.sequences.offsets[at]!)
    const rows = [few.slice(0, 1), [0, 1, 2, 3, 4, 5, 6, 7], few.slice(0, 2)]
    const served = await byShown(constant('few', 1), constant('many', 2)).serve(coldRows(data, rows, 1))
    const scores = await served.score([2, 1, 0])
    const items = data.content.items
    expect([0, 1, 2].map((row) => [...new Set(scores.subarray(row * items, (row + 1) * items))])).toEqual([
      [1],
      [2],
      [1],
    ])
  })

  it('finds new tracks by the artists that the listener has', async () => {
    const data = await read(playlists())
    const everyone = Array.from({ length: 40 }, (_, s) => s)
    const outer = coldSplit(data, everyone, random(1))!
    const inner = coldSplit(data, outer.teachers, random(2))!
    const weights = await trackWeights(data, inner, undefined)
    const rows = await judgeTracks(
      data,
      outer,
      await trackModels(data, outer, undefined),
      weights!,
      random(3),
    )
    const ndcg = Object.fromEntries(rows.map(({ name, amongNew }) => [name, amongNew['ndcg@20']!.mean]))
    expect(ndcg['artist item-knn']).toBeGreaterThan(ndcg['artist popularity']! + 0.1)
    expect(ndcg.deepcuts).toBeGreaterThan(ndcg['artist popularity']! + 0.1)
  })

  it('has no row of new tracks where nothing is known of them', async () => {
    const data = await read('a x\nb x\n')
    const split = { taught: shownRows(data, [], 0), teachers: [], newTracks: new Set<number>(), asked: [] }
    expect(await trackModels(data, split, undefined)).toEqual([])
  })
})

it('says so when a file is too small', async () => {
  const judged = inTemporaryFolder(async (folder) => {
    const path = join(folder, 'few.tsv')
    await writeFile(path, 'a\tx\nb\ty\n')
    return evaluateCold({ file: path, seed: 1 }, silent)
  })
  await expect(judged).rejects.toMatchObject({ code: 'COLD_TOO_FEW' })
})

it('is told as a curve, a table of new tracks, and sentences', () => {
  const is = (mean: number) => ({ mean, ci95: [mean - 0.01, mean + 0.01] as const })
  const row = (name: string, warm: number) => ({
    name,
    metrics: { 'ndcg@20': is(warm), 'recall@20': is(warm) },
    curve: [0, 5].map((shown) => ({ shown, metrics: { 'ndcg@20': is(warm / 2) }, share: is(0.5) })),
  })
  const told = renderCold({
    task: 'cold',
    dataset: {
      file: 'rows.tsv',
      sha256: 'a'.repeat(64),
      rows: 9,
      users: 5,
      items: 7,
      newListeners: 2,
      newTracks: 1,
    },
    protocol: {
      name: 'left-out-listeners',
      shown: [0, 5],
      listLength: 20,
      order: 'chance',
      description: 'How.',
    },
    seed: 3,
    notes: ['Something to know.'],
    models: [row('popularity', 0.1), row('deepcuts', 0.3)],
    tracks: [{ name: 'deepcuts', metrics: { 'ndcg@20': is(0.02) }, amongNew: { 'ndcg@20': is(0.4) } }],
    taste: {
      chosen: 'popularity',
      listeners: { taught: 3, leftOut: 1 },
      trials: [],
      beside: [],
      sentence: 'Ranks by what is popular.',
    },
    servedMs: { median: 2.34, p99: 5.06 },
    comparisons: [{ against: 'popularity', difference: is(0.1) }],
  })
  expect(told).toMatch(
    /^rows\.tsv: 5 listeners, 7 tracks; 2 listeners and 1 tracks are new\.\nNote: Something to know\./,
  )
  expect(told).toMatch(/deepcuts *│ *\.150 *│ *\.150 *│ *\.300 \[\.290, \.310\]/)
  expect(told).toMatch(/deepcuts *│ *\.400 \[\.390, \.410\] *│ *\.020/)
  expect(told).toContain('After five tracks deepcuts reaches 50 % [49 %, 51 %] of its warm NDCG@20.')
  expect(told).toContain('2.3 ms (99 % within 5.1 ms)')
  expect(told).toContain('Ranks by what is popular.')
})
