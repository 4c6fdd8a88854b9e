import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { evaluateLikability } from '../src/evaluate/likability.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-likability-long-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = join(folder, 'songs.csv')
const rng = random(1)
writeFileSync(
  path,
  [
    'energy,valence,liked',
    ...Array.from({ length: 60 }, () => {
      const energy = rng.next()
      return `${energy},${rng.next()},${energy > 0.5 ? 'yes' : 'no'}`
    }),
  ].join('\n'),
)

test('nested cross-validation of a small table gives the whole contract, the same twice', {
  timeout: 300_000,
}, async () => {
  const options = { table: path, label: 'liked', protocol: 'nested-cv', seed: 5 } as const
  const report = await evaluateLikability(options, silent)
  expect(report).toMatchObject({
    task: 'likability',
    dataset: { file: 'songs.csv', rows: 60, positive: 'yes', features: ['energy', 'valence'], groups: 60 },
    protocol: { name: 'nested-cv', outerFolds: 10, repeats: 10, innerFolds: 3 },
    seed: 5,
  })
  expect(report.dataset.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(report.models.map(({ name }) => name)).toEqual([
    'base-rate',
    'logistic-regression',
    'k-nearest-neighbors',
    'extra-trees',
    'deep-ensemble',
    'deepcuts',
  ])
  for (const { metrics } of report.models) {
    expect(Object.keys(metrics)).toEqual(['accuracy', 'auc', 'logLoss', 'brier', 'ece', 'calibrationSlope'])
  }
  const ours = report.models.find(({ name }) => name === 'deepcuts')!.metrics
  expect('auc' in ours && ours.auc.mean).toBeGreaterThan(0.95)
  expect(await evaluateLikability(options, silent)).toEqual(report)
})

test('the paper protocol gives accuracies of forty splits', { timeout: 300_000 }, async () => {
  const report = await evaluateLikability({ table: path, label: 'liked', protocol: 'paper', seed: 5 }, silent)
  expect(report.protocol).toMatchObject({ name: 'paper', splits: 40, training: 43, validation: 11, test: 6 })
  for (const { metrics } of report.models) {
    expect(Object.keys(metrics)).toEqual(['trainingAccuracy', 'validationAccuracy', 'testAccuracy'])
  }
})
