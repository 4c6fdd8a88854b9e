import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { buildIndex, exactIndex, openIndex, openShared } from '../src/neighbors/stored-index.ts'
import type { Metric, VectorTable } from '../src/neighbors/vector-index.ts'
import { vectorIndexSuite } from './suites/vector-index.ts'
import { clock, hand, table } from './suites/vector-worlds.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-neighbors-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const build = (world: VectorTable, exactBelow: number, metric: Metric = 'cosine') =>
  buildIndex(world, metric, { path: join(folder, `${files++}.index`), fingerprint: 'model 1', exactBelow })
const reopened = async (world: VectorTable, exactBelow: number) => {
  const { path } = (await build(world, exactBelow)).share()
  const { dimension } = world
  return await openIndex(path, { fingerprint: 'model 1', metric: 'cosine', dimension })
}

vectorIndexSuite('exact, in memory', async (world) => exactIndex(world, 'cosine'))
vectorIndexSuite('exact, from a file', (world) => reopened(world, 1e9))
vectorIndexSuite('a graph', (world) => build(world, 1), 0.98)
vectorIndexSuite('a graph, shared', async (world) => openShared((await build(world, 1)).share()), 0.98)
vectorIndexSuite(
  'an exact index that became a graph',
  async (world) => {
    const index = await build(table([12345], [new Float32Array(world.dimension)]), 1e9)
    await index.rebuild(world, { path: join(folder, `${files++}.index`), fingerprint: '2', exactBelow: 1 })
    return index
  },
  0.98,
)

describe('the kind of an index', () => {
  test('is exact for few vectors and a graph from the threshold on', async () => {
    expect((await build(clock(), 13)).kind).toBe('exact')
    expect((await build(clock(), 12)).kind).toBe('hnsw')
    expect((await build(table([], [], 4), 0)).kind).toBe('exact')
    const path = join(folder, 'small.index')
    expect((await buildIndex(clock(), 'cosine', { path, fingerprint: '' })).kind).toBe('exact')
  })

  test('is exact for an inner product, where longer vectors are nearer', async () => {
    const world = table([1, 2, 3, 4], [hand(1), hand(3, 4, 9), hand(6, 4, 2), hand(12, 4, 0.5)])
    const index = await build(world, 1, 'dot')
    expect([index.kind, index.metric]).toEqual(['exact', 'dot'])
    const { ids, scores } = index.search(hand(1, 4, 2), 4)
    expect([...ids]).toEqual([2, 1, 4, 3])
    expect(scores[0]).toBeCloseTo(18 * Math.cos(Math.PI / 3), 5)
    expect(scores[3]).toBeLessThan(0)
  })
})
