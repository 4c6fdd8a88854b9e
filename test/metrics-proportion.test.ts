import { describe, expect, it } from 'vitest'
import { auc } from '../src/metrics/binary.ts'
import { groupedShare } from '../src/metrics/proportion.ts'
import { rocCurve } from '../src/metrics/roc.ts'

const ids = (n: number) => Array.from({ length: n }, (_, i) => i)

describe('the interval of a share', () => {
  it('is Wilson’s, of one row less, where every row is a group of its own', () => {
    const { mean, ci95 } = groupedShare([1, 1, 1, 1, 1, 1, 1, 1, 0, 0], ids(10))
    expect(mean).toBe(0.8)
    // (.8 + z²/18 ± z √(.16/9 + (z/18)²)) / (1 + z²/9) with z = 1.96: ten groups tell a variance as nine rows do.
    expect(ci95[0]).toBeCloseTo(0.4738, 4)
    expect(ci95[1]).toBeCloseTo(0.9467, 4)
  })

  it('is wider where rows of a group go together, as if each group were a row', () => {
    const y = ids(100).map((i) => (i < 50 ? 1 : 0))
    const width = (groups: number[]) => {
      const [low, high] = groupedShare(y, groups).ci95
      return high - low
    }
    const together = ids(100).map((i) => Math.floor(i / 10))
    expect(width(together)).toBeGreaterThan(2.5 * width(ids(100)))
    expect(width(ids(100))).toBeCloseTo(0.193, 2)
  })

  it('does not shrink to nothing where all rows are alike', () => {
    const { mean, ci95 } = groupedShare([1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2])
    expect([mean, ci95[1]]).toEqual([1, 1])
    expect(ci95[0]).toBeCloseTo(3 / (3 + 1.96 ** 2), 10)
  })

  it('does not exist without rows', () => {
    expect(groupedShare([], []).mean).toBeNaN()
  })
})

describe('a ROC curve', () => {
  it('goes over the corners of a worked example', () => {
    expect(rocCurve([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0])).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ])
  })

  it('goes straight where scores are equal', () => {
    expect(rocCurve([0.5, 0.5, 0.5], [1, 0, 1])).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  it('encloses the AUC, thinned or not', () => {
    const scores = ids(2000).map((i) => Math.sin(i * 12.9898) * 0.5 + (i % 2) * 0.4)
    const y = ids(2000).map((i) => i % 2)
    for (const step of [0, 0.01]) {
      const curve = rocCurve(scores, y, step)
      let area = 0
      for (let k = 1; k < curve.length; k++)
        area += (curve[k]![0] - curve[k - 1]![0]) * ((curve[k]![1] + curve[k - 1]![1]) / 2)
      expect(area).toBeCloseTo(auc(scores, y), step === 0 ? 10 : 2)
    }
    expect(rocCurve(scores, y, 0.01).length).toBeLessThan(250)
  })

  it('does not exist with one class', () => {
    expect(rocCurve([0.1, 0.2], [1, 1])).toEqual([])
  })
})
