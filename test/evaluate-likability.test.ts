import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { type Contender, contenders } from '../src/evaluate/contenders.ts'
import {
  describeProtocol,
  evaluateLikability,
  type NestedCvReport,
  type PaperReport,
} from '../src/evaluate/likability.ts'
import { renderLikability } from '../src/evaluate/likability-report.ts'
import { nestedCv, nestedCvSettings } from '../src/evaluate/nested-cv.ts'
import type { Table } from '../src/evaluate/table.ts'
import { tune } from '../src/evaluate/tune.ts'

interface World {
  readonly n: number
  readonly d: number
  readonly label: (row: Float64Array, next: () => number) => number
  readonly copies?: number
}

/** An invented table: uniform features, a label rule, and perhaps each row several times. */
function invent({ n, d, label, copies = 1 }: World, seed = 1): Table {
  const rng = random(seed)
  const values = new Float64Array(n * copies * d)
  const y = new Uint8Array(n * copies)
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from({ length: d }, () => rng.next())
    const own = label(row, rng.next)
    for (let copy = 0; copy < copies; copy++) {
      values.set(row, (i * copies + copy) * d)
      y[i * copies + copy] = own
    }
  }
  return {
    file: 'invented.csv',
    sha256: '',
    n: n * copies,
    features: Array.from({ length: d }, (_, j) => `feature ${j}`),
    values,
    y,
    positive: '1',
    negative: '0',
    groups: Uint32Array.from(y.keys()),
    grouped: false,
    notes: [],
  }
}

const coin = (_: Float64Array, next: () => number) => (next() < 0.5 ? 1 : 0)

async function judge(table: Table, names: readonly string[], settings = { folds: 3, repeats: 1 }) {
  const chosen = contenders(table).filter(({ name }) => names.includes(name))
  const { models, comparisons } = await nestedCv(table, chosen, settings, random('judge'), silent)
  return {
    metrics: (name: string) => models.find((model) => model.name === name)!.metrics,
    comparisons,
    models,
  }
}

test('a label that likes middling energy is learned by ours and not by a line', async () => {
  const table = invent({ n: 120, d: 2, label: ([energy]) => (Math.abs(energy! - 0.5) < 0.25 ? 1 : 0) })
  const { metrics, comparisons } = await judge(table, ['logistic-regression', 'deepcuts'])
  expect(metrics('logistic-regression').auc.mean).toBeLessThan(0.65)
  expect(metrics('deepcuts').auc.mean).toBeGreaterThan(0.95)
  const ahead = comparisons.find(({ metric }) => metric === 'logLoss')!
  expect(ahead).toMatchObject({ model: 'deepcuts', against: 'logistic-regression' })
  expect(ahead.difference.ci95[1]).toBeLessThan(0)
})

test('a coin cannot be predicted: the intervals of AUC hold one half and nothing is ahead of the base rate', async () => {
  const { metrics, comparisons } = await judge(invent({ n: 120, d: 2, label: coin }), [
    'base-rate',
    'k-nearest-neighbors',
    'deepcuts',
  ])
  for (const name of ['k-nearest-neighbors', 'deepcuts']) {
    const [low, high] = metrics(name).auc.ci95
    expect(low).toBeLessThan(0.5)
    expect(high).toBeGreaterThan(0.5)
  }
  expect(comparisons.find(({ metric }) => metric === 'logLoss')!.difference.ci95[1]).toBeGreaterThan(0)
})

test('copies of a song leak its label across a split, unless they are grouped', async () => {
  const table = invent({ n: 50, d: 3, label: coin, copies: 3 })
  const leaking = await judge(table, ['k-nearest-neighbors'])
  const grouped = await judge({ ...table, groups: table.groups.map((row) => Math.floor(row / 3)) }, [
    'k-nearest-neighbors',
  ])
  expect(leaking.metrics('k-nearest-neighbors').auc.mean).toBeGreaterThan(0.95)
  expect(grouped.metrics('k-nearest-neighbors').auc.mean).toBeLessThan(0.7)
})

test('a prediction depends on the training rows and its own features, on nothing else', async () => {
  const table = invent({ n: 90, d: 3, label: ([a], next) => (a! > next() ? 1 : 0) })
  const rng = random('noise')
  const noisy: Table = {
    ...table,
    values: table.values.map((value, i) => (i >= 61 * 3 ? 100 * rng.normal() : value)),
    y: table.y.map((label, row) => (row >= 60 ? 1 - label : label)),
  }
  const training = Uint32Array.from({ length: 60 }, (_, row) => row)
  const row = Uint32Array.from([60])
  for (const [c, contender] of contenders(table).entries()) {
    const clean = await tune(contender, table, training, random(7))
    const other = await tune(contenders(noisy)[c]!, noisy, training, random(7))
    expect(other.chosen).toBe(clean.chosen)
    expect(other.predict(row)).toEqual(clean.predict(row))
  }
})

test('more features than rows, and holes in half of them, give finite probabilities', async () => {
  const whole = invent({ n: 18, d: 20, label: ([a]) => (a! > 0.5 ? 1 : 0) })
  const rng = random('holes')
  const values = whole.values.map((value, i) => (i % 2 === 1 && rng.next() < 0.3 ? Number.NaN : value))
  const { models } = await judge(
    { ...whole, values },
    ['logistic-regression', 'k-nearest-neighbors', 'extra-trees', 'deepcuts'],
    {
      folds: 2,
      repeats: 1,
    },
  )
  for (const { metrics } of models) expect(Number.isFinite(metrics.logLoss.mean)).toBe(true)
})

test('a training part of one class, in which a feature stands still that varies later, gives finite probabilities', async () => {
  const whole = invent({ n: 60, d: 2, label: ([a]) => (a! > 0.5 ? 1 : 0) })
  const training = Uint32Array.from(whole.y.keys()).filter((row) => whole.y[row] === 1)
  const values = whole.values.map((value, i) => (i % 2 === 1 && whole.y[(i - 1) / 2] === 1 ? 0.3 : value))
  const table = { ...whole, values }
  const all = Uint32Array.from(whole.y.keys())
  for (const contender of contenders(table)) {
    const { predict, warnings } = await tune(contender, table, training, random(1))
    for (const p of predict(all)) expect(p).toBeGreaterThan(0.5)
    for (const p of predict(all)) expect(p).toBeLessThanOrEqual(1)
    expect(warnings).toEqual([])
  }
})

test('a warning of a fit is told with the result', async () => {
  const table = invent({ n: 30, d: 1, label: coin })
  const broken: Contender = {
    name: 'broken',
    takes: 'average',
    calibrates: false,
    families: [
      [
        {
          setting: 'any',
          fit: async () => ({
            predict: (rows) => new Float64Array(rows.length).fill(0.5),
            warning: 'It diverged.',
          }),
        },
      ],
    ],
  }
  const { warnings } = await nestedCv(table, [broken], { folds: 2, repeats: 1 }, random(1), silent)
  expect(warnings).toEqual(['It diverged.'])
})

test('the base rate has no calibration slope, and its expected error is near zero', async () => {
  const { metrics } = await judge(invent({ n: 90, d: 1, label: ([a]) => (a! > 0.3 ? 1 : 0) }), ['base-rate'])
  expect(metrics('base-rate').calibrationSlope.mean).toBeNaN()
  expect(metrics('base-rate').ece.mean).toBeLessThan(0.03)
  expect(metrics('base-rate').auc.mean).toBe(0.5)
})

test('simple models choose among the same number of candidates; ours choose nothing, and calibrate where rows are many', () => {
  for (const n of [10, 1000]) {
    const models = contenders(invent({ n, d: 2, label: coin }))
    const budgets = models
      .filter(({ takes }) => takes === 'best')
      .map(({ families }) => families.flat().length)
    expect(budgets).toEqual([12, 12, 12])
    const ours = models.filter(({ name }) => name === 'deep-ensemble' || name === 'deepcuts')
    expect(ours.map(({ takes, families }) => [takes, families.length])).toEqual([
      ['average', 1],
      ['average', 2],
    ])
    expect(ours.every(({ calibrates }) => calibrates === n >= 1000)).toBe(true)
  }
})

test('ten folds ten times under a thousand rows, five folds twice from there on', () => {
  expect(nestedCvSettings(999)).toEqual({ folds: 10, repeats: 10 })
  expect(nestedCvSettings(1000)).toEqual({ folds: 5, repeats: 2 })
})

test('progress counts every fit, and an abort stops the run', async () => {
  const table = invent({ n: 30, d: 1, label: coin })
  const lines: string[] = []
  const progress = {
    stage: (name: string, total: number, unit?: string) => lines.push(`${name} ${total} ${unit}`),
    at: (done: number) => lines.push(String(done)),
    done: () => lines.push('done'),
  }
  const models = contenders(table).slice(0, 2)
  await nestedCv(table, models, { folds: 2, repeats: 1 }, random(1), progress)
  expect(lines).toEqual(['Nested cross-validation 4 fits', '1', '2', '3', '4', 'done'])
  const aborted = AbortSignal.abort(new Error('stopped by hand'))
  await expect(nestedCv(table, models, { folds: 2, repeats: 1 }, random(1), silent, aborted)).rejects.toThrow(
    'by hand',
  )
})

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-likability-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('too few rows of one kind are refused, naming which and how many are needed', async () => {
  const path = join(folder, 'few.csv')
  writeFileSync(
    path,
    ['energy,liked', ...Array.from({ length: 30 }, (_, i) => `${i / 30},${i < 4 ? 'yes' : 'no'}`)].join('\n'),
  )
  const options = { table: path, label: 'liked', protocol: 'nested-cv', seed: 1 } as const
  await expect(evaluateLikability(options, silent)).rejects.toThrow(
    'few.csv has 4 rows with liked = yes, but cross-validation with 10 folds needs at least 10 of each kind. Label more rows.',
  )
  await expect(evaluateLikability({ ...options, protocol: 'paper' }, silent)).rejects.toMatchObject({
    code: 'TABLE_TOO_FEW_ROWS',
  })
})

test.each(['nested-cv', 'paper'] as const)('%s says who reads what a catalog teaches', (protocol) => {
  const told = 'what was learned from it is read by every model alike'
  expect(describeProtocol(protocol, true)).toContain(told)
  expect(describeProtocol(protocol, true)).toContain('It may hold the tested rows too, without their labels.')
  expect(describeProtocol(protocol, false)).not.toContain('catalog')
})

test('the report in words marks the best value and says whether ours is ahead', () => {
  const at = (mean: number) => ({ mean, ci95: [mean - 0.05, mean + 0.05] as const })
  const none = { mean: Number.NaN, ci95: [Number.NaN, Number.NaN] as const }
  const scored = (name: string, auc: number, slope = at(1.2)) => ({
    name,
    metrics: {
      accuracy: at(auc),
      auc: at(auc),
      logLoss: at(1 - auc),
      brier: at(0.2),
      ece: at(0.1),
      calibrationSlope: slope,
    },
    chosen: {},
  })
  const report: NestedCvReport = {
    task: 'likability',
    dataset: {
      file: 't.csv',
      sha256: 'abc',
      rows: 50,
      positives: 20,
      positive: 'yes',
      features: ['energy'],
      groups: 50,
    },
    seed: 3,
    notes: ['tempo was dropped: it is empty.'],
    protocol: {
      name: 'nested-cv',
      outerFolds: 10,
      repeats: 10,
      innerFolds: 3,
      groupedBy: [],
      description: 'How.',
    },
    models: [scored('base-rate', 0.5, none), scored('extra-trees', 0.8), scored('deepcuts', 0.9)],
    comparisons: [
      {
        model: 'deepcuts',
        against: 'base-rate',
        metric: 'logLoss',
        difference: { mean: -0.4, ci95: [-0.5, -0.3] },
      },
      {
        model: 'deepcuts',
        against: 'extra-trees',
        metric: 'logLoss',
        difference: { mean: -0.1, ci95: [-0.3, 0.1] },
      },
      {
        model: 'deepcuts',
        against: 'extra-trees',
        metric: 'auc',
        difference: { mean: -0.1, ci95: [-0.2, -0.05] },
      },
    ],
  }
  const text = renderLikability(report)
  expect(text).toContain('Note: tempo was dropped')
  expect(text).toMatch(/deepcuts +│ \.900 \*/)
  expect(text).not.toMatch(/extra-trees +│ \.800 \*/)
  expect(text).toContain(
    'log-loss: deepcuts is ahead of base-rate −.400 [−.500, −.300]; not distinguishable from extra-trees −.100 [−.300, +.100].',
  )
  expect(text).toContain('AUC: deepcuts is behind extra-trees −.100')
  expect(
    Math.max(
      ...text
        .split('\n')
        .filter((line) => line.startsWith('│'))
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(80)
  expect(JSON.parse(JSON.stringify(report)).models[0].metrics.calibrationSlope.mean).toBeNull()

  const range = { mean: 0.8, min: 0.6, max: 1 }
  const paper: PaperReport = {
    ...report,
    protocol: {
      name: 'paper',
      splits: 40,
      training: 36,
      validation: 9,
      test: 5,
      innerFolds: 3,
      groupedBy: [],
      description: 'How.',
    },
    models: [
      {
        name: 'deepcuts',
        metrics: { trainingAccuracy: range, validationAccuracy: range, testAccuracy: range },
      },
    ],
  }
  expect(renderLikability(paper)).toMatch(
    /80\.0 % \*[\s\S]*60\.0 % … 100\.0 %[\s\S]*40 random splits 36\/9\/5/,
  )
})
