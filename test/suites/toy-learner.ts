import { type Label, UNKNOWN } from '../../src/core/labels.ts'
import { silent } from '../../src/core/progress.ts'
import { random } from '../../src/core/random.ts'
import { FEATURE_COUNT, FEATURE_INDEX, type FeatureName } from '../../src/features/feature-names.ts'
import { COUNTS, type Examples } from '../../src/learn/dataset.ts'
import { ensembleOf, startLearner, teach } from '../../src/learn/learner.ts'
import { PRESETS } from '../../src/learn/presets.ts'
import type { Views } from '../../src/learn/views.ts'
import type { Ensemble } from '../../src/model/ensemble.ts'

const PLAYS = 300
const TOY_PRESET = { ...PRESETS.nano, heads: 5, hidden: [6] }
/** Never the same in the toy plays, unless a test says so. */
const DRAWN = [
  'trackRate',
  'artistPlays',
  'energy',
  'noAudio',
  'hourSin',
] as const satisfies readonly FeatureName[]

/**
 * Raw features of `n` invented plays: some drawn, the others constant; every seventh energy is missing.
 * @param noSitting 1 for plays foreseen from before their sitting
 */
export function toyRows(n: number, seed: string, noSitting: 0 | 1 = 0): Float32Array {
  const { normal, next } = random(seed)
  const raw = new Float32Array(n * FEATURE_COUNT).fill(0.1)
  for (let i = 0; i < n; i++) {
    const set = (name: FeatureName, value: number) => {
      raw[i * FEATURE_COUNT + FEATURE_INDEX[name]] = value
    }
    for (const name of DRAWN) set(name, normal())
    set('artistPlays', Math.log1p(Math.floor(next() * 20)))
    set('noAudio', i % 3 === 0 ? 1 : 0)
    if (i % 7 === 0) set('energy', Number.NaN)
    set('noSitting', noSitting)
  }
  return raw
}

/** Both views of plays that are finished when their track's rate is positive. */
function toyViews(n: number, first: number): Views {
  const examplesOf = (raw: Float32Array): Examples => ({
    size: n,
    raw,
    label: Uint8Array.from({ length: n }, (_, i) =>
      raw[i * FEATURE_COUNT + FEATURE_INDEX.trackRate]! > 0 ? 1 : 0,
    ),
    play: Int32Array.from({ length: n }, (_, i) => first + i),
    sitting: Int32Array.from({ length: n }, (_, i) => i),
    firstPlay: new Uint8Array(n),
    counts: new Int32Array(n * COUNTS.stride),
  })
  return { rolling: examplesOf(toyRows(n, 'toy')), frozen: examplesOf(toyRows(n, 'toy', 1)) }
}

/**
 * What a learner learns from toy plays.
 * @param first where the plays begin in the log
 */
export async function teachToy(labels: readonly Label[], seed: number, first = 0) {
  const views = toyViews(PLAYS, first)
  const learner = startLearner(views, labels, { preset: TOY_PRESET, seed })
  const { label } = views.rolling
  const targets = {
    labels,
    values: Int8Array.from({ length: (first + PLAYS) * labels.length }, (_, at) => {
      const finish = label[Math.floor(at / labels.length) - first] ?? UNKNOWN
      return labels[at % labels.length] === 'skip' ? 1 - finish : finish
    }),
  }
  const teaching = { stage: 'training', targets, epochs: 8, learningRate: 0.02 }
  return { learner, trained: await teach(learner, views, teaching, silent) }
}

/** An ensemble that learned a little from toy plays, with a calibration that tells the views apart. */
export async function toyEnsemble(): Promise<Ensemble> {
  const { learner, trained } = await teachToy(['finish', 'skip'], 1)
  return ensembleOf(learner, trained.parameters, CALIBRATION)
}

const CALIBRATION = { rolling: { a: 1, b: 0 }, frozen: { a: 0.5, b: 3 } }
