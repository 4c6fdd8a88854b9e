import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FINISH, UNKNOWN } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { FEATURE_COUNT, FEATURE_INDEX } from '../src/features/feature-names.ts'
import { cutSittings } from '../src/features/sittings.ts'
import { add, graph, inferenceModel, mul, slice } from '../src/graph/index.ts'
import type { HeldOut } from '../src/learn/evaluation.ts'
import { type ListenerData, readListenerData } from '../src/learn/listener-data.ts'
import { promotionOf } from '../src/learn/promotion.ts'
import { train } from '../src/learn/train.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { type Checkpoint, checkpointFiles } from '../src/model/checkpoint.ts'
import { emptyEngine, type InventedEngine, NOW } from './suites/invented-listener.ts'

/** Sittings of ten plays begin at six in the morning and in the evening. */
const [SITTING, HALF_DAY] = [10, 12 * 3_600_000]
const MORNING = Date.UTC(2026, 5, 1, 6)
const endOf = (play: number) =>
  MORNING + Math.floor(play / SITTING) * HALF_DAY + (1 + (play % SITTING)) * 180_000

/** Plays of forty tracks that end as told; undefined = nobody knows. */
function* plays(count: number, finished: (play: number) => boolean | undefined): Iterable<ImportRecord> {
  const { int } = random('tracks')
  for (let i = 0; i < count; i++) {
    const track = { title: `Track ${int(40)}`, artist: `Artist ${i % 7}` }
    const end = { true: 'trackdone', false: 'fwdbtn', undefined: 'logout' }[`${finished(i)}`]
    const play = { endedAt: endOf(i), msPlayed: 170_000, reasonStart: 'trackdone', reasonEnd: end }
    yield { kind: 'play', track, play: { ...play, device: 'test', precision: 'second' } }
  }
}

/** A checkpoint of one head that knows one thing: its log-odds are `level + slope · sin(hour)`, the 1 being at six in the morning. */
function knowing(level: number, slope = 0): Checkpoint {
  const x = graph().input('x', ['batch', 1])
  const one = x.graph.constant([1], [1, 1, 1])
  const finish = add(mul(mul(slice(x, -1, 0, 1), slope), one), level)
  const columns = Array.from({ length: FEATURE_COUNT }, (_, j) => {
    const sd = j === FEATURE_INDEX.hourSin ? 1 : 0
    return { mean: 0, sd, edges: [], flagged: false, offset: 0 }
  })
  const plain = { a: 1, b: 0 }
  return {
    ensemble: {
      heads: 1,
      labels: ['finish'],
      encoder: { columns, width: 1 },
      calibration: { rolling: plain, frozen: plain },
      onnx: inferenceModel({ finish }, {}),
    },
    audioScale: { sources: {} },
    background: { rolling: new Float32Array(FEATURE_COUNT), frozen: new Float32Array(FEATURE_COUNT) },
  }
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
const lossOf = (p: number, label: number) => -Math.log(label ? p : 1 - p)

describe('the promotion of a version', () => {
  const [COUNT, TAIL] = [900, 600]
  /** Log-odds that tell which of the other version's models was asked. */
  const [SERVING, HELD_OUT] = [2, 0.5]
  let invented: InventedEngine
  let data: ListenerData
  /** Of the plays of the tail whose end is known. */
  let rows: number[]
  let label: number[]

  beforeAll(async () => {
    invented = await emptyEngine()
    const { next } = random('ends')
    await invented.put(
      'ada',
      plays(COUNT, (i) => (i % 31 === 0 ? undefined : next() < 0.6)),
    )
    data = await readListenerData(invented.engine.library, 'ada')
    rows = Array.from({ length: COUNT - TAIL }, (_, i) => TAIL + i).filter(
      (i) => data.log.outcome[i] !== UNKNOWN,
    )
    label = rows.map((i) => (data.log.outcome[i] === FINISH ? 1 : 0))
  })
  afterAll(() => invented.close())

  /** What a new version foresaw of the tail. */
  const heldOutOf = (p: (i: number) => number): HeldOut => {
    const { bounds } = cutSittings(data.log)
    const view = (predictions: number[]) => ({ predictions: { deepcuts: predictions }, spread: [] })
    return {
      label,
      sitting: rows.map((i) => bounds.findLastIndex((bound) => bound <= i)),
      firstPlay: [],
      artistPlays: [],
      hasAudio: [],
      views: { rolling: view(rows.map(() => 0.5)), frozen: view(rows.map((_, i) => p(i))) },
    }
  }
  const serve = (
    training: { lastPlayAt: number; heldOutFrom?: number },
    more: Record<string, Uint8Array> = {},
  ) => {
    const files = {
      ...checkpointFiles('model', knowing(SERVING)),
      ...checkpointFiles('held-out', knowing(HELD_OUT)),
      ...more,
    }
    return invented.engine.library.models.save(data.listener.id, files, training, { serve: true })
  }
  const promote = (p: (i: number) => number = () => 0.6, cut = false, sitting?: readonly number[]) =>
    promotionOf(invented.engine.library, data, TAIL, { ...heldOutOf(p), ...(sitting && { sitting }) }, cut)
  /** The mean difference in log-loss over the plays `from … `, if the other version said so of each. */
  const expected = (p: (i: number) => number, theirs: (play: number) => number, from = TAIL) => {
    const compared = [...rows.keys()].filter((k) => rows[k]! >= from)
    const differences = compared.map(
      (k) => lossOf(p(k), label[k]!) - lossOf(sigmoid(theirs(rows[k]!)), label[k]!),
    )
    return { plays: compared.length, mean: differences.reduce((a, b) => a + b, 0) / compared.length }
  }

  it('has nothing to be compared with where none serves', async () => {
    expect(await promote()).toBeUndefined()
  })

  it('asks the model that serves of plays after its last alone, and of those before that which had not seen them', async () => {
    const [from, last] = [TAIL + 45, TAIL + 130]
    const { version } = await serve({ heldOutFrom: endOf(from), lastPlayAt: endOf(last) })
    const p = (i: number) => 0.5 + (i % 5) / 20
    const found = await promote(p)
    const { plays: compared, mean } = expected(p, (play) => (play > last ? SERVING : HELD_OUT), from)
    expect(compared).toBeLessThan(rows.length - 40)
    expect(found).toMatchObject({ against: version, plays: compared })
    expect(found!.difference!.mean).toBeCloseTo(mean, 6)
  })

  it('asks no other model of plays that the one that serves has seen where none was held out', async () => {
    await serve({ lastPlayAt: endOf(TAIL + 40) })
    const { plays: compared, mean } = expected(
      () => 0.6,
      () => SERVING,
      TAIL + 41,
    )
    const found = await promote()
    expect(found!.plays).toBe(compared)
    expect(found!.difference!.mean).toBeCloseTo(mean, 6)
  })

  it('compares on the same held-out plays when the data has not changed', async () => {
    await serve({ heldOutFrom: endOf(TAIL), lastPlayAt: endOf(COUNT - 1) })
    const found = await promote()
    const { mean } = expected(
      () => 0.6,
      () => HELD_OUT,
    )
    expect(found!.plays).toBe(rows.length)
    expect(found!.difference!.mean).toBeCloseTo(mean, 6)
  })

  it('is refused when it is worse beyond chance, and not for what may be chance', async () => {
    await serve({ heldOutFrom: endOf(TAIL), lastPlayAt: endOf(COUNT - 1) })
    const worse = await promote(() => 0.3)
    expect(worse).toMatchObject({ promoted: false, reason: 'worse' })
    expect(worse!.difference!.ci95[0]).toBeGreaterThan(0)
    const near = sigmoid(HELD_OUT)
    const draw = random('by chance')
    const noise = rows.map(() => (draw.next() - 0.5) / 5)
    const byChance = await promote((i) => near + noise[i]!)
    expect(byChance!.difference!.mean).toBeGreaterThan(0)
    expect(byChance).toMatchObject({ promoted: true, reason: 'not worse' })
    const better = await promote((i) => (label[i] ? 0.8 : 0.3))
    expect(better).toMatchObject({ promoted: true, reason: 'not worse' })
    expect(better!.difference!.ci95[1]).toBeLessThan(0)
  })

  it('draws whole sittings: one bad evening proves nothing', async () => {
    await serve({ heldOutFrom: endOf(TAIL), lastPlayAt: endOf(COUNT - 1) })
    const evening = (i: number) => Math.floor(rows[i]! / SITTING) === TAIL / SITTING + 5
    const found = await promote((i) => {
      const p = sigmoid(HELD_OUT)
      return evening(i) ? (label[i] ? 1e-5 : 1 - 1e-5) : p
    })
    expect(found!.difference!.mean).toBeGreaterThan(0.1)
    expect(found).toMatchObject({ promoted: true, reason: 'not worse' })
  })

  it('is refused to a training that was cut short where nothing shows that it is as good', async () => {
    await serve({ heldOutFrom: endOf(rows.at(-100)!), lastPlayAt: endOf(rows.at(-1)!) })
    expect(await promote(undefined, true)).toMatchObject({
      promoted: false,
      reason: 'too few plays to compare',
    })
    await serve({ heldOutFrom: endOf(TAIL), lastPlayAt: endOf(rows.at(-1)!) })
    const perfect = (i: number) => (label[i] ? 0.99 : 0.01)
    expect(await promote(perfect, true)).toMatchObject({ promoted: true, reason: 'not worse' })
  })

  it('takes plays of under 20 sittings for too few, however many they are', async () => {
    await serve({ heldOutFrom: endOf(TAIL), lastPlayAt: endOf(rows.at(-1)!) })
    const turned = (i: number) => (label[i] ? 0.01 : 0.99)
    for (const [sittings, reason] of [
      [19, 'too few plays to compare'],
      [20, 'worse'],
    ] as const) {
      const sitting = rows.map((_, k) => k % sittings)
      expect(await promote(turned, false, sitting)).toMatchObject({ reason })
    }
  })

  it('is granted where fewer than 200 plays are left to compare on, with their number', async () => {
    for (const [first, reason] of [
      [199, 'too few plays to compare'],
      [200, 'worse'],
    ] as const) {
      const from = rows.at(-first)!
      await serve({ heldOutFrom: endOf(from), lastPlayAt: endOf(COUNT - 1) })
      const found = await promote(() => 0.1)
      expect(found).toMatchObject({ plays: first, reason, promoted: first < 200 })
    }
    await serve({ lastPlayAt: endOf(COUNT - 1) })
    expect(await promote(() => 0.1)).toMatchObject({ plays: 0, promoted: true })
  })

  it('is granted where the other cannot be read: damaged, of other features, no model at all', async () => {
    const training = { heldOutFrom: endOf(TAIL), lastPlayAt: endOf(COUNT - 1) }
    const refused = { promoted: true, plays: 0, reason: 'the other cannot be read' }
    const damaged = await serve(training)
    const path = join(invented.folder, 'models', String(damaged.version), 'held-out.json')
    const bytes = readFileSync(path)
    bytes[5]! ^= 1
    writeFileSync(path, bytes)
    expect(await promote(() => 0.1)).toEqual({ ...refused, against: damaged.version })

    const tables = checkpointFiles('model', knowing(SERVING))['model.json']!
    const others = Buffer.from(Buffer.from(tables).toString().replace('trackPlays', 'mood'))
    const old = await serve(training, { 'model.json': others })
    expect(await promote(() => 0.1)).toEqual({ ...refused, against: old.version })

    const broken = await serve(training, { 'model.onnx': Buffer.from('no graph') })
    expect(await promote(() => 0.1)).toEqual({ ...refused, against: broken.version })
  })
})

describe('a training', () => {
  let invented: InventedEngine
  const [COUNT, TURNED] = [2100, 1850]
  beforeEach(async () => {
    invented = await emptyEngine()
    invented.clock.at = NOW
    const { next } = random('turned')
    // Mornings are finished and evenings skipped, until it is the other way round.
    const morning = (i: number) => Math.floor(i / SITTING) % 2 === 0
    await invented.put(
      'ada',
      plays(COUNT, (i) => next() < 0.1 !== (morning(i) === i < TURNED)),
    )
    return () => invented.close()
  })

  it('whose plays ended the other way round does not serve; one that is no worse than the one that does, does', async () => {
    const { models } = invented.engine.library
    const turned = checkpointFiles('model', knowing(0, -2))
    await models.save(1, turned, { lastPlayAt: 0 }, { serve: true })
    const options = { listener: 'ada', preset: 'nano' } as const
    const refused = await train(invented.engine.library, { ...options, seed: 1 }, silent)
    expect(refused).toMatchObject({
      version: 2,
      promotion: { promoted: false, against: 1, plays: 210, reason: 'worse' },
    })
    expect((await models.active(1))?.version).toBe(1)
    expect((await models.list(1)).map(({ version }) => version)).toEqual([2, 1])

    await models.use(1, 2)
    const again = await train(invented.engine.library, { ...options, seed: 2 }, silent)
    expect(again.promotion).toMatchObject({ promoted: true, against: 2, plays: 210, reason: 'not worse' })
    expect(Math.abs(again.promotion!.difference!.mean)).toBeLessThan(0.2)
    expect((await models.active(1))?.version).toBe(3)
  })
})
