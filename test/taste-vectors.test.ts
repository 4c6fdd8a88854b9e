import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import type { TrackFacts } from '../src/core/track.ts'
import { openEngine } from '../src/engine.ts'
import { blendFile, LINEAR_NAME } from '../src/learn/everybody-blend.ts'
import { itemContent, itemNames, sequencesOf } from '../src/learn/everybody-sequences.ts'
import { linearFiles } from '../src/learn/linear-taste.ts'
import { tasteLesson } from '../src/learn/taste-lesson.ts'
import { trainTasteNetwork } from '../src/learn/taste-loop.ts'
import { TASTE_NAME } from '../src/learn/taste-train.ts'
import { EVERYBODY } from '../src/library/kept-library.ts'
import type { Library } from '../src/library/library.ts'
import type { ListeningLog } from '../src/library/listening-log.ts'
import type { ModelFiles } from '../src/library/models.ts'
import { type Checkpoint, checkpointFiles } from '../src/model/checkpoint.ts'
import { readIndexFile } from '../src/neighbors/index-file.ts'
import { buildIndex } from '../src/neighbors/stored-index.ts'
import { type TasteCheckpoint, tasteFiles } from '../src/taste/taste-checkpoint.ts'
import { featureWidth } from '../src/taste/track-features.ts'
import { tasteOfEverybody } from '../src/taste-vectors.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { emptyEngine, type InventedEngine, NOW } from './suites/invented-listener.ts'
import { importWorld } from './suites/many-people.ts'

const world = makeListeners({ seed: 5, listeners: 8, tracks: 60, events: 200, spread: 2, now: NOW })
const SCALE = { sources: {} } as unknown as Checkpoint['audioScale']
let library: Library
let invented: InventedEngine
let logs: ListeningLog[]
let files: ModelFiles
let checkpoint: TasteCheckpoint

beforeAll(async () => {
  invented = await emptyEngine()
  library = invented.engine.library
  await importWorld(library, world)
  const catalog = await library.catalog()
  logs = await library.logs(await library.listeners.list())
  const data = {
    sequences: sequencesOf(catalog, logs),
    content: itemContent(catalog, SCALE),
    names: itemNames(catalog),
  }
  const lesson = tasteLesson(
    data,
    logs.map((_, s) => s),
  )
  const shape = {
    ...{ width: 8, length: 12, features: featureWidth(lesson.features), ids: true },
    encoder: { kind: 'mean', blocks: 1, heads: 2, dropout: 0 },
    ...{ batch: 4, negatives: 8, seed: 1 },
  } as const
  const loop = { stage: '', shape, learningRate: 0.01, rounds: 1, patience: 1 }
  checkpoint = (await trainTasteNetwork(lesson, undefined, loop, silent)).checkpoint
  const model = { ensemble: { onnx: new Uint8Array(1) } as Checkpoint['ensemble'], audioScale: SCALE }
  const background = { rolling: new Float32Array(2), frozen: new Float32Array(2) }
  files = { ...checkpointFiles('model', { ...model, background }), ...tasteFiles(TASTE_NAME, checkpoint) }
}, 60_000)
afterAll(() => invented.close())

const save = () => library.models.save(EVERYBODY, files, {}, { serve: true })
const cache = () => join(invented.folder, 'cache')
const file = () => join(cache(), 'taste.index')
const tasting = (folder = cache()) =>
  tasteOfEverybody(library, { active: library.models.active, catalog: () => library.catalog() }, folder)
const addTrack = async (title: string, facts: TrackFacts = { source: '' }) => {
  const session = library.imports.begin()
  session.add({ kind: 'track', track: { title, artist: 'Somebody' }, facts }, 0)
  const meta = { listener: '', name: title, sha256: title + facts.year, format: 'catalog', at: NOW }
  await session.commit(meta, () => '{}')
}
/** What a taste model that is opened anew has next after the first listener's log. */
const answer = async (folder?: string) => {
  const taste = tasting(folder)
  const vectors = await taste()
  const rows = await vectors!.after((await library.logs(await library.listeners.list()))[0]!)
  await vectors!.close()
  return rows
}

describe('the taste vectors of everybody', () => {
  it('are none before there is a version, and those of the one that serves then', async () => {
    const taste = tasting()
    expect(await taste()).toBeUndefined()
    await save()
    const first = await taste()
    const rows = await first!.after(logs[0]!)
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, row) => row))
    expect(await taste()).toBe(first)
    await save()
    expect(await taste()).not.toBe(first)
    expect(await (await taste())!.after(logs[0]!)).toEqual(rows)
    await (await taste.opened())!.close()
  })

  it('answer who asked before another version came, and nobody who asks after', async () => {
    const taste = tasting()
    const before = (await taste())!
    const underWay = [before.after(logs[1]!), before.after(logs[2]!)]
    await save()
    await (await taste())!.after(logs[1]!)
    for (const rows of await Promise.all(underWay)) expect(rows).toHaveLength(60)
    expect(await before.after(logs[3]!)).toEqual([])
    await (await taste.opened())!.close()
  })

  it('add to the log-odds of new and of known rows as much a standard deviation as their version says', async () => {
    const kind = (taste: number, linear: number) => ({
      weights: { taste, linear },
      listeners: 9,
      plays: 99,
      auc: {},
    })
    const catalog = await library.catalog()
    const names = itemNames(catalog).items
    const items = names.slice(0, 40)
    const linear = {
      items,
      factors: Float32Array.from({ length: items.length * 32 }, (_, at) => Math.sin(at)),
    }
    const addedBy = async (fresh: number, familiar: number, alone = 0) => {
      const blend = blendFile({ new: kind(fresh, alone), familiar: kind(familiar, alone) })
      const more = { ...files, ...blend, ...linearFiles(LINEAR_NAME, linear) }
      await library.models.save(EVERYBODY, more, {}, { serve: true })
      const taste = tasting()
      const vectors = (await taste())!
      const added = await vectors.added((await library.logs(await library.listeners.list()))[0]!)
      await vectors.close()
      return added
    }
    expect(await addedBy(0, 0)).toBeUndefined()
    const [one, two] = [(await addedBy(1, 0))!, (await addedBy(2, 0.5))!]
    const rows = Array.from({ length: catalog.size }, (_, row) => row)
    const mean = (of: (row: number) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length
    expect(mean((row) => one(row, 'new'))).toBeCloseTo(0, 3)
    expect(mean((row) => one(row, 'new') ** 2)).toBeCloseTo(1, 3)
    for (const row of rows) {
      expect(one(row, 'familiar')).toBeCloseTo(0, 9)
      expect(two(row, 'new')).toBeCloseTo(2 * one(row, 'new'), 5)
      expect(two(row, 'familiar')).toBeCloseTo(0.5 * one(row, 'new'), 5)
    }
    // A row that iALS learned nothing of has nothing added by it.
    const linearAlone = (await addedBy(0, 0, 1))!
    expect(rows.filter((row) => linearAlone(row, 'new') !== 0)).toEqual(rows.slice(0, 40))
    await save()
  })

  it('are those of the catalog as it is now', async () => {
    const taste = tasting()
    const before = await taste()
    await addTrack('Brand new')
    expect(await taste()).not.toBe(before)
    expect(
      await (await taste())!.after((await library.logs(await library.listeners.list()))[0]!),
    ).toHaveLength(61)
    await (await taste.opened())!.close()
  })

  it('are read from their file where it is of this version and this catalog, and from no other', async () => {
    await save()
    const right = await answer()
    const { header, columns } = await readIndexFile(file())
    const { ids, vectors } = columns as { ids: Int32Array; vectors: Float32Array }
    // Vectors of nothing: all tracks are equally near, so they come in the order of the catalog.
    const nothing = { ids, vectors: new Float32Array(vectors.length), dimension: header.dimension }
    const keepNothing = (fingerprint: string) => buildIndex(nothing, 'dot', { path: file(), fingerprint })
    const inOrder = [...ids]
    expect(right).not.toEqual(inOrder)
    await keepNothing(`${header.fingerprint}0`)
    expect(await answer()).toEqual(right)
    expect((await readIndexFile(file())).columns).toEqual(columns)

    await keepNothing(header.fingerprint)
    expect(await answer()).toEqual(inOrder)
    await save()
    expect(await answer(), 'another version').toEqual(right)

    await keepNothing((await readIndexFile(file())).header.fingerprint)
    expect(await answer()).toEqual(inOrder)
    await addTrack('Brand new', { source: '', year: 1999 })
    expect((await library.catalog()).size).toBe(ids.length)
    expect(await answer(), 'another catalog of the same size').not.toEqual(inOrder)
    await addTrack('One more')
    const more = await answer()
    expect(more).toHaveLength(ids.length + 1)
    expect(more).not.toEqual([...more].sort((a, b) => a - b))

    await keepNothing((await readIndexFile(file())).header.fingerprint)
    expect(await answer(), 'too few rows').toEqual(more)
    await save()
    expect(await answer()).toEqual(more)
    expect(readdirSync(cache()).filter((name) => name.startsWith('taste'))).toEqual(['taste.index'])
  })

  it('are worked out again where their file is damaged, cut short or missing, and without one where none can be written', async () => {
    const right = await answer()
    const whole = readFileSync(file())
    const flipped = Buffer.from(whole)
    flipped[100]! ^= 1
    for (const bytes of [flipped, whole.subarray(0, 200), Buffer.alloc(0)]) {
      writeFileSync(file(), bytes)
      expect(await answer()).toEqual(right)
      expect(readFileSync(file()).equals(whole)).toBe(true)
    }
    rmSync(file())
    expect(await answer()).toEqual(right)
    expect(readFileSync(file()).equals(whole)).toBe(true)
    expect(await answer(join(file(), 'no folder'))).toEqual(right)
  })

  it('and the model of everybody are for nobody while the community is off', async () => {
    await save()
    rmSync(file(), { force: true })
    const { engine, folder } = invented
    const { name } = world.listeners[0]!
    expect((await engine.serving(name)).whose).toBe('nobody')
    await expect(engine.model(name)).rejects.toMatchObject({ code: 'NO_MODEL' })
    expect(await engine.taste(name)).toBeUndefined()
    expect((await engine.signals(name)).taste).toBeUndefined()
    expect(existsSync(file())).toBe(false)
    await engine.close()
    const shared = await openEngine({ data: folder, now: () => NOW, timeZone: 'UTC', community: true })
    const close = async () => {
      await shared.close()
      rmSync(folder, { recursive: true, force: true })
    }
    invented = { ...invented, engine: shared, close }
    expect((await shared.taste(name))!.length).toBeGreaterThan(60)
    expect(existsSync(file())).toBe(true)
    const parameters = Object.fromEntries(
      Object.entries(checkpoint.parameters).map(([key, values]) => [
        key,
        key.startsWith('tower') ? values : Float32Array.from(values).fill(Number.NaN),
      ]),
    )
    const poisoned = { ...checkpoint, parameters }
    const bad = { ...files, ...tasteFiles(TASTE_NAME, poisoned) }
    await shared.library.models.save(EVERYBODY, bad, {}, { serve: true })
    await expect(shared.taste(name)).rejects.toMatchObject({ code: 'VECTOR_UNUSABLE' })
    expect((await shared.signals(name)).taste).toMatchObject({ code: 'VECTOR_UNUSABLE' })
    // Its network is no network: it is the one that is asked.
    await expect(shared.model(name)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
    expect(await shared.serving(name)).toMatchObject({
      version: 0,
      problem: expect.stringMatching('damaged'),
    })
  })
})
