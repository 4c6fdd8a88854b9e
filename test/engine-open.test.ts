import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { train } from '../src/learn/train.ts'
import { emptyEngine, type InventedEngine, inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const OPTIONS = { listener: 'ada', seed: 1, preset: 'nano' } as const
const WORLD = { tracks: 120, years: 0.15 }

test('a new store is dated by the clock of its engine', async () => {
  const { engine, close } = await emptyEngine()
  const { value } = await engine.library.store.read('meta', ['value'], { where: { key: 'createdAt' } })
  expect(value).toEqual([String(NOW)])
  await close()
})

test('requests at the same moment share one opened model, and a newer version takes its place', async () => {
  const { engine, close } = await inventedEngine(WORLD)
  await train(engine.library, OPTIONS, silent)
  const [first, second] = await Promise.all([engine.model('ada'), engine.model('ada')])
  expect(second).toBe(first)
  const { version } = await train(engine.library, { ...OPTIONS, seed: 2 }, silent)
  const newer = await engine.model('ada')
  expect(newer.manifest.version).toBe(version)
  const raw = first.background(false)
  const [before, after] = await Promise.all([first.likability.logits(raw), newer.likability.logits(raw)])
  expect(before.finish).not.toEqual(after.finish)
  await close()
})

test('a network that ONNX Runtime refuses is a damaged version, and comes to serve by no other way', async () => {
  const { engine, close } = await inventedEngine(WORLD)
  const { models } = engine.library
  await train(engine.library, OPTIONS, silent)
  const { id } = await engine.library.listeners.get('ada')
  const { files } = await models.load(id)
  const refused = { ...files, 'model.onnx': Buffer.from('of another opset') }
  for (const serve of [false, true]) await models.save(id, refused, {}, { serve })
  const damaged = (version: number) => ({
    code: 'MODEL_DAMAGED',
    message: expect.stringContaining(
      `version ${version} is damaged: ONNX Runtime does not accept its network`,
    ),
  })
  await expect(engine.model('ada')).rejects.toMatchObject(damaged(3))
  await expect(models.use(id, 2)).rejects.toMatchObject(damaged(2))
  expect(await models.rollback(id)).toMatchObject({ manifest: { version: 1 }, from: 3 })
  expect((await engine.model('ada')).manifest.version).toBe(1)
  await close()
})

describe('of opened models', () => {
  const PEOPLE = ['ada', 'bo', 'cy', 'di', 'eve']
  /** Bytes: a quarter is for models, of which one takes some four million over a small catalog. */
  const ROOM_FOR_FOUR = 4 * 18 * 2 ** 20

  /** Five listeners, each with a model; and how many sessions were opened and closed since. */
  async function five(): Promise<InventedEngine & { opened(): number; closed(): number }> {
    const invented = await inventedEngine(WORLD, ROOM_FOR_FOUR)
    const { library } = invented.engine
    const track = { title: 'Low Tide', artist: 'The Harbour', finished: true }
    for (const name of PEOPLE.slice(1)) await invented.put(name, playsOf([track]))
    await train(library, OPTIONS, silent)
    const { files } = await library.models.load((await library.listeners.get('ada')).id)
    for (const name of PEOPLE.slice(1))
      await library.models.save((await library.listeners.get(name)).id, files, {}, { serve: true })
    const session = await InferenceSession.create(files['model.onnx']!)
    const closes = vi.spyOn(Object.getPrototypeOf(session) as typeof session, 'release')
    await session.release()
    closes.mockClear()
    const opens = vi.spyOn(InferenceSession, 'create')
    onTestFinished(() => {
      opens.mockRestore()
      closes.mockRestore()
    })
    return { ...invented, opened: () => opens.mock.calls.length, closed: () => closes.mock.calls.length }
  }

  test('each of four listeners keeps one, and a fifth takes the place of the one asked for longest ago', async () => {
    const { engine, opened, closed, close } = await five()
    const ask = async (...people: string[]) => {
      for (const name of people) await engine.model(name)
      return [opened(), closed()]
    }
    expect(await ask('ada', 'bo', 'ada', 'bo', 'cy', 'di')).toEqual([4, 0])
    expect(await ask('ada', 'eve')).toEqual([5, 1])
    expect(await ask('ada', 'cy', 'di', 'eve')).toEqual([5, 1])
    expect(await ask('bo')).toEqual([6, 2])
    await close()
    expect([opened(), closed()]).toEqual([6, 6])
  })

  test('one that another took the place of still answers a request that holds it, and is closed after', async () => {
    const { engine, opened, closed, close } = await five()
    const held = await engine.model('ada')
    const raw = held.background(false)
    const answer = await held.likability.logits(raw)
    const underWay = held.likability.logits(raw)
    const { listeners, models } = engine.library
    const { id } = await listeners.get('ada')
    await models.save(id, (await models.load(id)).files, {}, { serve: true })
    expect((await engine.model('ada')).likability).not.toBe(held.likability)
    expect(await underWay).toEqual(answer)
    expect(await held.likability.logits(raw)).toEqual(answer)
    expect(opened() - closed()).toBe(1)
    await close()
    expect(opened() - closed()).toBe(0)
  })

  test('all are closed with the engine, one that is just being opened too', async () => {
    const { engine, opened, closed, close } = await five()
    const held = await engine.model('ada')
    const underWay = held.likability.logits(held.background(false))
    const opening = engine.model('bo')
    await close()
    expect([opened(), closed()]).toEqual([2, 2])
    expect((await opening).manifest.version).toBe(2)
    expect((await underWay).finish.length).toBeGreaterThan(0)
  })
})
