import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build as bundle } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type BuildOptions,
  buildIndex,
  openIndex,
  openShared,
  type StoredIndex,
} from '../src/neighbors/stored-index.ts'
import { clock, clusters, hand, rowOf, table } from './suites/vector-worlds.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepcuts-neighbors-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const CLOCK = { fingerprint: 'model 7, catalog 3', metric: 'cosine', dimension: 4 } as const
const at = (name: string) => join(folder, name)
const options = (more: Partial<BuildOptions> = {}): BuildOptions => ({
  path: at('a.index'),
  fingerprint: CLOCK.fingerprint,
  exactBelow: 1,
  ...more,
})
const build = (more: Partial<BuildOptions> = {}) => buildIndex(clock(), 'cosine', options(more))
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => new Error('not refused'),
    (thrown) => thrown,
  )
  return error.code === 'INDEX_UNUSABLE' ? (error.message as string) : `${error}`
}
/** The thread as JavaScript, which every Node reads; inside the repository, so that it finds its packages. */
const THREAD = join(import.meta.dirname, `../node_modules/.cache/neighbors-thread-${process.pid}.mjs`)
beforeAll(() =>
  bundle({
    entryPoints: [fileURLToPath(new URL('./neighbors-thread.ts', import.meta.url))],
    outfile: THREAD,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  }),
)
afterAll(() => rmSync(THREAD, { force: true }))
const kinds = [
  ['exact', 1e9],
  ['hnsw', 1],
] as const

describe.each(kinds)('the file of an index (%s)', (kind, exactBelow) => {
  test('gives the same index again', async () => {
    const built = await build({ exactBelow })
    const opened = await openIndex(at('a.index'), CLOCK)
    expect([opened.kind, opened.size, opened.dimension]).toEqual([kind, 12, 4])
    expect(opened.search(hand(4.2), 12)).toEqual(built.search(hand(4.2), 12))
    expect(readdirSync(folder)).toEqual(['a.index'])
  })

  test('has the same bytes for the same vectors', async () => {
    const world = clusters(400, 8)
    await buildIndex(world, 'cosine', options({ exactBelow }))
    await buildIndex(world, 'cosine', options({ exactBelow, path: at('b.index') }))
    expect(readFileSync(at('a.index')).equals(readFileSync(at('b.index')))).toBe(true)
  })

  test('is refused when it is not there, or was made for something else', async () => {
    expect(await refusal(openIndex(at('a.index'), CLOCK))).toContain('it is not there')
    await build({ exactBelow })
    const open = (other: object) => refusal(openIndex(at('a.index'), { ...CLOCK, ...other }))
    expect(await open({ fingerprint: 'model 8, catalog 3' })).toContain(
      'it was made for fingerprint model 7, catalog 3, and model 8, catalog 3 is needed',
    )
    expect(await open({ metric: 'dot' })).toContain('made for metric cosine')
    expect(await open({ dimension: 5 })).toContain('made for dimension 4')
    expect(await open({})).toBe('Error: not refused')
  })

  test('is refused wherever it was cut short', async () => {
    await build({ exactBelow })
    const whole = readFileSync(at('a.index'))
    for (let part = 0; part < 40; part++) {
      writeFileSync(at('cut'), whole.subarray(0, Math.floor((whole.length * part) / 40)))
      expect(await refusal(openIndex(at('cut'), CLOCK))).toContain('it is cut short, or no index')
    }
    for (const part of [0, 1, 4, 12, 30]) {
      writeFileSync(at('cut'), whole.subarray(0, whole.length - part))
      expect(await refusal(openIndex(at('cut'), CLOCK))).toContain(part ? 'cut short' : 'not refused')
    }
  })

  test('is refused whichever byte of it was flipped', async () => {
    await build({ exactBelow })
    const whole = readFileSync(at('a.index'))
    const places = Array.from({ length: 60 }, (_, i) => Math.floor((whole.length * i) / 60))
    for (let back = 1; back <= 20; back++) places.push(whole.length - back)
    for (const place of places) {
      const flipped = Buffer.from(whole)
      flipped[place]! ^= 1 << (place % 8)
      writeFileSync(at('flipped'), flipped)
      expect(await refusal(openIndex(at('flipped'), CLOCK))).toMatch(/cut short|damaged/)
    }
  })

  test('keeps changes beside it, which give it another fingerprint', async () => {
    const index = await build({ exactBelow })
    index.put(table([3, 40], [hand(9.4), hand(3.1)]))
    index.remove([4])
    const before = index.search(hand(3), 12)
    await index.saveChanges('model 7, catalog 4')
    expect(await refusal(openIndex(at('a.index'), CLOCK))).toContain(
      'made for fingerprint model 7, catalog 4',
    )
    const opened = await openIndex(at('a.index'), { ...CLOCK, fingerprint: 'model 7, catalog 4' })
    expect([opened.size, opened.changed]).toEqual([12, 3])
    expect(opened.search(hand(3), 12)).toEqual(before)
    opened.remove([40])
    await opened.saveChanges(CLOCK.fingerprint)
    expect((await openIndex(at('a.index'), CLOCK)).size).toBe(11)
  })

  test('is refused with damaged changes, and ignores those of an older snapshot', async () => {
    const index = await build({ exactBelow })
    index.remove([4])
    await index.saveChanges(CLOCK.fingerprint)
    copyFileSync(at('a.index.changes'), at('old'))
    const bytes = readFileSync(at('old'))
    bytes[3]! ^= 4
    writeFileSync(at('a.index.changes'), bytes)
    expect(await refusal(openIndex(at('a.index'), CLOCK))).toContain('a.index.changes cannot be used')
    await buildIndex(table([1, 4], [hand(1), hand(4)]), 'cosine', options({ exactBelow }))
    expect(readdirSync(folder)).toEqual(['a.index', 'old'])
    copyFileSync(at('old'), at('a.index.changes'))
    expect((await openIndex(at('a.index'), CLOCK)).size).toBe(2)
    expect(await refusal(openIndex(at('old'), CLOCK))).toContain('changes of an index alone')
  })

  test('is opened by a worker thread, with the changes of the moment', async () => {
    const index = await build({ exactBelow })
    index.put(table([40], [hand(3.1)]))
    const workerData = { shared: index.share(), query: hand(3.3), k: 4 }
    index.remove([3])
    const answer = await new Promise((resolve, reject) => {
      const worker = new Worker(THREAD, { workerData })
      worker.once('message', resolve).once('error', reject)
    })
    expect(answer).toMatchObject({ kind, found: { ids: Int32Array.of(40, 3, 4, 2) } })
  })

  test('is shared as it was opened, whatever becomes of the file', async () => {
    const index = await build({ exactBelow })
    const shared = structuredClone(index.share())
    const before = index.search(hand(4.2), 12)
    writeFileSync(at('a.index'), 'something else')
    await index.rebuild(table([7], [hand(1)]), options({ exactBelow, path: at('b.index') }))
    expect(openShared(shared).search(hand(4.2), 12)).toEqual(before)
    for (const column of Object.values(shared.columns))
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('that cannot be written says so, and leaves nothing', async () => {
    const path = at('no folder/a.index')
    const error = await build({ exactBelow, path }).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'NOT_WRITTEN' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a rebuild', () => {
  const world = clusters(1200, 16)
  const start = async (): Promise<StoredIndex> => await buildIndex(world, 'cosine', options())
  const newer = () => options({ path: at('b.index'), fingerprint: 'newer' })
  /** The newer vectors: all of them turned round. */
  const turned = { ...world, vectors: world.vectors.map((value) => -value) }

  test('lets the old index answer, then takes its place and keeps what was changed meanwhile', async () => {
    const index = await start()
    index.remove([5])
    const query = rowOf(world, 7)
    let answers = 0
    let done = false
    const rebuilding = index.rebuild(turned, newer()).then(() => {
      done = true
    })
    index.remove([8])
    index.put(table([5000], [rowOf(world, 7)]))
    while (!done) {
      expect([...index.search(query, 2).ids].sort()).toEqual([5000, 7])
      answers++
      await setImmediate()
    }
    await rebuilding
    expect(answers).toBeGreaterThan(20)
    expect([...index.search(query, 1).ids]).toEqual([5000])
    expect([...index.search(rowOf(turned, 5), 1).ids]).toEqual([5])
    expect([...index.search(rowOf(turned, 8), 1).ids]).not.toEqual([8])
    expect([index.size, index.changed]).toEqual([1200, 2])
    expect(index.share().path).toBe(at('b.index'))
  })

  test('that is stopped leaves all as it was', async () => {
    const index = await start()
    const before = index.search(rowOf(world, 7), 20)
    const stop = new AbortController()
    const rebuilding = index.rebuild(turned, { ...newer(), signal: stop.signal })
    await setImmediate()
    stop.abort(new Error('enough'))
    await expect(rebuilding).rejects.toThrow('enough')
    expect(index.search(rowOf(world, 7), 20)).toEqual(before)
    expect(readdirSync(folder)).toEqual(['a.index'])
    await index.rebuild(turned, newer())
    expect(index.share().path).toBe(at('b.index'))
  })

  test('of wrong vectors is refused, and one at a time is enough', async () => {
    const index = await start()
    const wrong = { ...world, vectors: world.vectors.map((value, i) => (i === 9 ? Number.NaN : value)) }
    await expect(index.rebuild(wrong, newer())).rejects.toMatchObject({ code: 'VECTOR_UNUSABLE' })
    const first = index.rebuild(turned, newer())
    await expect(index.rebuild(turned, newer())).rejects.toThrow('built anew already')
    await first
    expect(statSync(at('b.index')).size).toBeGreaterThan(1000)
  })

  test('over a file that others still search leaves them what they opened', async () => {
    const index = await start()
    const other = await openIndex(at('a.index'), { ...CLOCK, dimension: 16 })
    await index.rebuild(turned, options())
    for (const [each, vectors] of [
      [index, turned],
      [other, world],
    ] as const) {
      expect([...each.search(rowOf(vectors, 7), 1).ids]).toEqual([7])
      expect([...(await each.searchExactly(rowOf(vectors, 7), 1)).ids]).toEqual([7])
    }
  })
})
