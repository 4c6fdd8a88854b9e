import { InferenceSession, Tensor as WebTensor } from 'onnxruntime-web'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeRows } from '../src/features/encoder.ts'
import { FEATURE_COUNT, FEATURE_INDEX, type FeatureName } from '../src/features/feature-names.ts'
import {
  adamW,
  inferenceModel,
  type NamedValues,
  openModel,
  openTrainer,
  type Tensor,
} from '../src/graph/index.ts'
import { type Ensemble, openEnsemble } from '../src/model/ensemble.ts'
import { type EnsembleNetwork, type EnsembleShape, ensembleNetwork } from '../src/model/ensemble-network.ts'
import { toyEnsemble, toyRows } from './suites/toy-learner.ts'

const SHAPE: EnsembleShape = {
  inputs: 4,
  labels: ['finish', 'repeat'],
  heads: 6,
  hidden: [5],
  dropout: 0.2,
  priorScale: 1,
  evidence: { artistPlays: { column: 0, mean: 0, sd: 0 }, noAudio: { column: 0, mean: 0, sd: 0 } },
  seed: 1,
}
const outputsOf = ({ logits }: EnsembleNetwork) => logits as Record<'finish', Tensor>
const named = ({ loss }: EnsembleNetwork, value: (initial: number) => number): NamedValues =>
  Object.fromEntries(
    loss.graph.parameters.map(({ origin }) =>
      origin.kind === 'parameter' ? [origin.name, Float32Array.from(origin.initial, value)] : [],
    ),
  )
/** The log-odds of a finish, [heads, rows], of the network with these parameters. */
async function logitsOf(
  network: EnsembleNetwork,
  parameters: NamedValues,
  x: Float32Array,
): Promise<Float32Array> {
  const model = await openModel(inferenceModel(outputsOf(network), parameters))
  const { finish } = await model.run({ x })
  await model.close()
  return Float32Array.from(finish!)
}
/** What the heads say before anything is learned: their priors alone. */
const priorOf = (shape: Partial<EnsembleShape>, ...x: number[]) => {
  const network = ensembleNetwork({ ...SHAPE, ...shape })
  return logitsOf(
    network,
    named(network, () => 0),
    Float32Array.from(x),
  )
}
const sd = (values: ArrayLike<number>) => {
  const all = Array.from(values)
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length
  return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length)
}

describe('an untrained ensemble', () => {
  it('has heads that differ, with and without a prior', async () => {
    for (const priorScale of [0, 1]) {
      const network = ensembleNetwork({ ...SHAPE, priorScale })
      const found = await logitsOf(
        network,
        named(network, (v) => v),
        Float32Array.of(1, -1, 0.5, 2),
      )
      expect(found).toHaveLength(6)
      expect(new Set(found).size).toBe(6)
      expect(sd(found)).toBeGreaterThan(0.05)
    }
  })

  it('reads the inputs with other signs in each head, in its first layer alone', () => {
    const network = ensembleNetwork({ ...SHAPE, hidden: [5, 5] })
    const initial = named(network, (v) => v)
    const signs = initial['hidden0.r']!
    expect(new Set(signs)).toEqual(new Set([1, -1]))
    expect(signs.slice(0, 4)).not.toEqual(signs.slice(4, 8))
    expect(new Set(initial['hidden1.r'])).toEqual(new Set([1]))
  })

  it('has one log-odds a head and row for each label, in that order', async () => {
    const network = ensembleNetwork(SHAPE)
    expect(Object.keys(network.logits)).toEqual(['finish', 'repeat'])
    expect(network.logits.repeat!.shape).toEqual([6, 'batch', 1])
    const values = named(network, () => 0)
    values['out.bias'] = Float32Array.from({ length: 12 }, (_, at) => at)
    const none = ensembleNetwork({ ...SHAPE, priorScale: 0 })
    const model = await openModel(inferenceModel(outputsOf(none), values))
    const found = await model.run({ x: new Float32Array(8) })
    expect([...found.finish!]).toEqual([0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10])
    expect([...found.repeat!]).toEqual([1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11])
    await model.close()
  })
})

describe('the priors of the heads', () => {
  // Units so large that the inputs themselves hardly move: what moves is what they tell.
  const HUGE = 1e4
  const evidence = {
    artistPlays: { column: 1, mean: Math.log1p(9), sd: HUGE },
    noAudio: { column: 3, mean: 0.5, sd: HUGE },
  }
  const row = (plays: number, noAudio: number) => [
    0.3,
    (Math.log1p(plays) - Math.log1p(9)) / HUGE,
    -1.2,
    (noAudio - 0.5) / HUGE,
  ]

  it('shrink with the plays of the artist as 1 / √(1 + n / 3), and grow where the sound is not known', async () => {
    const spread = (plays: number, noAudio: number) => priorOf({ evidence }, ...row(plays, noAudio))
    const unknown = await spread(0, 0)
    expect(sd(unknown)).toBeGreaterThan(0.2)
    for (const [plays, noAudio, times] of [
      [3, 0, Math.sqrt(1 / 2)],
      [9, 0, Math.sqrt(1 / 4)],
      [297, 0, Math.sqrt(1 / 100)],
      [0, 1, Math.sqrt(1.5)],
      [9, 1, Math.sqrt(0.75)],
    ] as const) {
      const found = await spread(plays, noAudio)
      found.forEach((value, head) => {
        expect(value / unknown[head]!, `${plays} plays, ${noAudio}`).toBeCloseTo(times, 2)
      })
    }
  })

  it('are as large as stated, in log-odds, where nothing is known', async () => {
    const heads = 800
    const near = async (priorScale: number) => sd(await priorOf({ heads, priorScale }, 3, -3, 3, -3))
    const one = await near(1)
    expect(one).toBeGreaterThan(0.6)
    expect(one).toBeLessThan(1.05)
    expect(await near(2)).toBeCloseTo(2 * one, 3)
  })

  it('go by what all plays of the training had in common where they were alike', async () => {
    const alike = {
      artistPlays: { column: 9, mean: Math.log1p(9), sd: 0 },
      noAudio: { column: 9, mean: 1, sd: 0 },
    }
    const bare = await priorOf({ evidence: alike }, ...row(297, 0))
    const known = await priorOf({ evidence }, ...row(9, 1))
    bare.forEach((value, head) => {
      expect(value).toBeCloseTo(known[head]!, 2)
    })
  })

  it('are another random function for another seed and another row', async () => {
    const [a, again, other, elsewhere] = await Promise.all([
      priorOf({}, 1, 2, 3, 4),
      priorOf({}, 1, 2, 3, 4),
      priorOf({ seed: 2 }, 1, 2, 3, 4),
      priorOf({}, -1, 2, 3, 4),
    ])
    expect(again).toEqual(a)
    expect(other).not.toEqual(a)
    expect(elsewhere).not.toEqual(a)
  })

  it('are nothing that training could change', async () => {
    const network = ensembleNetwork(SHAPE)
    const names = network.loss.graph.parameters.map(({ origin }) => 'name' in origin && origin.name)
    const layer = ['weight', 'r', 's', 'bias'].map((part) => `hidden0.${part}`)
    expect(names).toEqual([...layer, 'out.weight', 'out.bias'])
    const trainer = await openTrainer(network.loss, { optimizer: adamW({ learningRate: 0.1 }) })
    const x = Float32Array.of(1, 2, -1, 0.5)
    const batch = {
      x,
      targets: Float32Array.of(1, 0),
      known: Float32Array.of(1, 1),
      weights: new Float32Array(6).fill(1),
    }
    for (let i = 0; i < 20; i++) await trainer.step(batch)
    const trained = trainer.parameters()
    await trainer.close()
    const zeros = Object.fromEntries(
      Object.entries(trained).map(([name, values]) => [name, values.map(() => 0)]),
    )
    expect(await logitsOf(network, zeros, x)).toEqual(await priorOf({}, ...x))
    expect(await logitsOf(network, trained, x)).not.toEqual(await priorOf({}, ...x))
  })
})

describe('a trained ensemble', () => {
  let ensemble: Ensemble
  beforeAll(async () => {
    ensemble = await toyEnsemble()
  })
  const opened = async <T>(
    use: (model: Awaited<ReturnType<typeof openEnsemble>>) => Promise<T>,
  ): Promise<T> => {
    const model = await openEnsemble(ensemble)
    try {
      return await use(model)
    } finally {
      await model.close()
    }
  }
  const changed = (raw: Float32Array, name: FeatureName, value: number) =>
    raw.map((v, at) => (at % FEATURE_COUNT === FEATURE_INDEX[name] ? value : v))

  it('learned what the plays teach', () =>
    opened(async ({ logits, heads }) => {
      const raw = toyRows(200, 'never seen')
      const found = await logits(raw)
      const right = (label: 'finish' | 'skip', wanted: boolean) =>
        Array.from({ length: 200 }, (_, i) => {
          const sum = found[label]!.slice(i * heads, (i + 1) * heads).reduce((a, b) => a + b, 0)
          return sum > 0 === (raw[i * FEATURE_COUNT + FEATURE_INDEX.trackRate]! > 0 === wanted)
        }).filter(Boolean).length
      expect(right('finish', true)).toBeGreaterThan(150)
      expect(right('skip', false)).toBeGreaterThan(150)
    }))

  it('says the same in a second runtime, WebAssembly', () =>
    opened(async ({ logits, heads }) => {
      const rows = 37
      const raw = toyRows(rows, 'second runtime')
      const [mine, x] = [await logits(raw), encodeRows(ensemble.encoder, raw)]
      const session = await InferenceSession.create(ensemble.onnx, { executionProviders: ['wasm'] })
      const theirs = await session.run({ x: new WebTensor('float32', x, [rows, ensemble.encoder.width]) })
      await session.release()
      for (const label of ['finish', 'skip'] as const) {
        expect(theirs[label]!.dims).toEqual([heads, rows, 1])
        const values = theirs[label]!.data as Float32Array
        for (let i = 0; i < rows; i++)
          for (let h = 0; h < heads; h++)
            expect(mine[label]![i * heads + h]).toBeCloseTo(values[h * rows + i]!, 4)
      }
    }))

  it('has row after row, head after head, however many rows there are', () =>
    opened(async ({ logits, heads }) => {
      const rows = 2500
      const raw = toyRows(rows, 'many rows')
      const all = await logits(raw)
      expect(all.finish).toHaveLength(rows * heads)
      expect(new Set(all.finish.slice(0, heads)).size).toBe(heads)
      for (const row of [0, 1, 1023, 1024, 1025, 2047, 2048, 2499]) {
        const one = await logits(raw.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT))
        for (const label of ['finish', 'skip'] as const)
          for (let h = 0; h < heads; h++)
            expect(all[label]![row * heads + h], `row ${row}, head ${h}`).toBeCloseTo(one[label]![h]!, 4)
      }
      expect((await logits(new Float32Array(0))).finish).toHaveLength(0)
    }))

  it('calibrates a finish, and a finish alone, by what is known of the sitting', () =>
    opened(async ({ logits }) => {
      const raw = toyRows(30, 'calibrated')
      const plain = { a: 1, b: 0 }
      const bare = await openEnsemble({ ...ensemble, calibration: { rolling: plain, frozen: plain } })
      for (const noSitting of [0, 1] as const) {
        const rows = changed(raw, 'noSitting', noSitting)
        const [found, before] = [await logits(rows), await bare.logits(rows)]
        expect(found.skip).toEqual(before.skip)
        expect(found.finish).toEqual(noSitting ? before.finish.map((z) => 0.5 * z + 3) : before.finish)
      }
      const mixed = Float32Array.from([...changed(raw, 'noSitting', 0), ...changed(raw, 'noSitting', 1)])
      const { finish } = await logits(mixed)
      expect(finish.slice(0, 150)).toEqual((await logits(changed(raw, 'noSitting', 0))).finish)
      expect(finish.slice(150)).toEqual((await logits(changed(raw, 'noSitting', 1))).finish)
      await bare.close()
    }))

  it('does not read an input that was constant in training, nor one that was never missing when it is', () =>
    opened(async ({ logits }) => {
      const raw = toyRows(20, 'later')
      const { finish, skip } = await logits(raw)
      for (const value of [-3, 0, 1000, Number.NaN, Number.POSITIVE_INFINITY])
        expect((await logits(changed(raw, 'valence', value))).finish, `${value}`).toEqual(finish)
      expect((await logits(changed(raw, 'energy', 1000))).finish).not.toEqual(finish)
      // What tells the views apart is constant in each of them.
      expect((await logits(changed(raw, 'noSitting', 1))).skip).not.toEqual(skip)
    }))

  it('takes a missing value for the mean and a flag, and holds a broken one within bounds', () =>
    opened(async ({ logits }) => {
      const raw = toyRows(20, 'broken')
      const of = async (name: FeatureName, value: number) => (await logits(changed(raw, name, value))).finish
      const mean = ensemble.encoder.columns[FEATURE_INDEX.trackRate]!.mean
      const missing = await of('trackRate', Number.NaN)
      ;(await of('trackRate', mean)).forEach((z, at) => {
        expect(missing[at]).toBeCloseTo(z, 4)
      })
      const audio = ensemble.encoder.columns[FEATURE_INDEX.energy]!
      expect(audio.flagged).toBe(true)
      expect(await of('energy', Number.NaN)).not.toEqual(await of('energy', audio.mean))
      expect(await of('trackRate', 3e38)).toEqual(await of('trackRate', 1000))
    }))
})
