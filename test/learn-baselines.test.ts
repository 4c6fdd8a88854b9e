import { expect, test } from 'vitest'
import { baselinePredictions } from '../src/learn/baselines.ts'
import type { Examples } from '../src/learn/dataset.ts'
import { auc } from '../src/metrics/binary.ts'

/** Plays with the counts [track finishes, track skips, artist finishes, artist skips]. */
function plays(...rows: readonly { label: number; counts: readonly number[] }[]): Examples {
  return {
    size: rows.length,
    raw: new Float32Array(0),
    label: Uint8Array.from(rows, ({ label }) => label),
    play: Int32Array.from(rows.keys()),
    sitting: Int32Array.from(rows.keys()),
    firstPlay: new Uint8Array(rows.length),
    counts: Int32Array.from(rows.flatMap(({ counts }) => counts)),
  }
}

const nothing = [0, 0, 0, 0]
const training = plays(
  { label: 1, counts: nothing },
  { label: 1, counts: [40, 0, 40, 0] },
  { label: 1, counts: [40, 0, 40, 0] },
  { label: 0, counts: [0, 40, 0, 40] },
)

test('the base rate is the share of the training part for every play, so its AUC is one half', () => {
  const test = plays(
    { label: 0, counts: nothing },
    { label: 1, counts: [9, 0, 9, 0] },
    { label: 0, counts: nothing },
  )
  const p = baselinePredictions(training, test)['base-rate']
  expect(Array.from(p)).toEqual([0.75, 0.75, 0.75])
  expect(auc(p, test.label)).toBe(0.5)
})

test('a rate of its own goes by its own counts, and is the base rate where there are none', () => {
  const seen = plays(
    { label: 1, counts: [1000, 0, 0, 1000] },
    { label: 0, counts: [0, 1000, 1000, 0] },
    { label: 1, counts: nothing },
  )
  const p = baselinePredictions(training, seen)
  expect(p['track-rate'][0]).toBeGreaterThan(0.99)
  expect(p['track-rate'][1]).toBeLessThan(0.01)
  expect(p['artist-rate'][0]).toBeLessThan(0.01)
  expect(p['artist-rate'][1]).toBeGreaterThan(0.99)
  expect([p['track-rate'][2], p['artist-rate'][2]]).toEqual([0.75, 0.75])
})

test('rates that foretell nothing on the training part are drawn far to the base rate', () => {
  const noise = plays(
    ...[0, 1, 0, 1, 0, 1, 0, 1].map((label, i) => ({ label, counts: i < 4 ? [3, 0, 0, 0] : [0, 3, 0, 0] })),
  )
  const [high] = baselinePredictions(noise, plays({ label: 1, counts: [3, 0, 0, 0] }))['track-rate']
  expect(high).toBeGreaterThan(0.5)
  expect(high).toBeLessThan(0.55)
})
