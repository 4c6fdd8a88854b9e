import { expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import {
  accuracy,
  auc,
  brier,
  logLoss,
  sampledAccuracy,
  sampledAuc,
  sampledBrier,
  sampledLogLoss,
} from '../src/metrics/binary.ts'
import { calibrationSlope, ece, sampledCalibrationSlope, sampledEce } from '../src/metrics/calibration.ts'

test('AUC counts the pairs in the right order, ties half', () => {
  // positives .9 .5; negatives .5 .1 .7: pairs right 1+1+1, .5>.1 1, .5=.5 half, .5<.7 0 → 4.5 / 6
  expect(auc([0.9, 0.5, 0.5, 0.1, 0.7], [1, 1, 0, 0, 0])).toBeCloseTo(4.5 / 6, 12)
  expect(auc([1, 1, 1, 1], [1, 0, 1, 0])).toBe(0.5)
  expect(auc([3, 2, 1], [0, 0, 1])).toBe(0)
  expect(auc([1, 2], [1, 1])).toBeNaN()
})

test('AUC agrees with counting every pair', () => {
  const scores = Array.from({ length: 60 }, (_, i) => (i * 37) % 11)
  const y = Array.from({ length: 60 }, (_, i) => ((i * 29) % 7 < 3 ? 1 : 0))
  let won = 0
  let pairs = 0
  for (let i = 0; i < 60; i++) {
    for (let j = 0; j < 60; j++) {
      if (!(y[i] === 1 && y[j] === 0)) continue
      pairs++
      won += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0
    }
  }
  expect(auc(scores, y)).toBeCloseTo(won / pairs, 12)
})

test('log-loss, Brier score and accuracy agree with values worked by hand', () => {
  const p = [0.8, 0.4, 0.5]
  const y = [1, 0, 0]
  expect(logLoss(p, y)).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6) + Math.log(0.5)) / 3, 12)
  expect(brier(p, y)).toBeCloseTo((0.04 + 0.16 + 0.25) / 3, 12)
  expect(accuracy(p, y)).toBeCloseTo(2 / 3, 12)
})

test('a certain and wrong prediction costs much but not everything', () => {
  expect(logLoss([0], [1])).toBeCloseTo(-Math.log(1e-6), 9)
})

test('no rows have no score', () => {
  for (const metric of [auc, logLoss, brier, accuracy, ece, calibrationSlope])
    expect(metric([], [])).toBeNaN()
})

test('ECE is the mass-weighted gap between what was said and what came', () => {
  // two bins: {.1 .2 | labels 0 1} gap .35, {.8 .9 | labels 1 1} gap .15
  expect(ece([0.9, 0.1, 0.8, 0.2], [1, 0, 1, 1], 2)).toBeCloseTo((2 * 0.35 + 2 * 0.15) / 4, 12)
})

test('ECE of one probability for everyone is its distance from the base rate, in any order of rows', () => {
  const y = Array.from({ length: 100 }, (_, i) => (i < 30 ? 1 : 0))
  expect(ece(new Float64Array(100).fill(0.3), y)).toBeCloseTo(0, 12)
  expect(ece(new Float64Array(100).fill(0.5), y)).toBeCloseTo(0.2, 12)
})

test('the calibration slope of log-odds that were doubled is one half', () => {
  // at log-odds ±ln 3 the true rate is 3/4 and 1/4; they are said as ±2 ln 3 → .9 and .1
  const p = [...Array(40).fill(0.9), ...Array(40).fill(0.1)] as number[]
  const y = p.map((value, i) => (value > 0.5 === (i % 4 !== 0) ? 1 : 0))
  expect(calibrationSlope(p, y)).toBeCloseTo(0.5, 6)
})

test('the calibration slope does not exist for one probability, one class or a perfect separation', () => {
  expect(calibrationSlope([0.4, 0.4, 0.4], [0, 1, 0])).toBeNaN()
  expect(calibrationSlope([0.2, 0.4, 0.6], [1, 1, 1])).toBeNaN()
  expect(calibrationSlope([0.2, 0.3, 0.6, 0.8], [0, 0, 1, 1])).toBeNaN()
})

test.each([
  ['auc', auc, sampledAuc],
  ['logLoss', logLoss, sampledLogLoss],
  ['brier', brier, sampledBrier],
  ['accuracy', accuracy, sampledAccuracy],
  ['ece', ece, sampledEce],
  ['calibrationSlope', calibrationSlope, sampledCalibrationSlope],
] as const)('%s of a sample told by counts is that of its rows written out', (_, plain, sampled) => {
  const rng = random('samples')
  // Coarse probabilities tie; every tenth play is far from what was said.
  const p = Float64Array.from({ length: 97 }, (_, i) => (i % 3 ? rng.int(20) / 20 : rng.next()))
  const y = Uint8Array.from(p, (value) => (rng.next() < 0.1 + 0.8 * value ? 1 : 0))
  const on = sampled(p, y)
  for (let draw = 0; draw < 30; draw++) {
    const times = Uint32Array.from(p, () => Math.max(0, rng.int(5) - 1))
    const rows = rng.shuffle(Array.from(times).flatMap((n, row) => Array<number>(n).fill(row)))
    const written = plain(
      rows.map((row) => p[row]!),
      rows.map((row) => y[row]!),
    )
    expect(on(times)).toBeCloseTo(written, 10)
  }
})

test('ECE has bins of equal mass even where a run of ties crosses their ends', () => {
  // in order: .2 .2 .2 .2 .2 | .9 with one positive of five: two bins of three hold gaps 0, 0, 0 and 0, 0, .1
  expect(ece([0.2, 0.2, 0.9, 0.2, 0.2, 0.2], [1, 0, 1, 0, 0, 0], 2)).toBeCloseTo(0.1 / 6, 12)
  // more bins than rows: each row is a bin
  expect(ece([0.2, 0.8], [0, 1], 15)).toBeCloseTo(0.2, 12)
})
