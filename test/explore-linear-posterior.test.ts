import { describe, expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import {
  type LinearObservations,
  type LinearPrior,
  linearBelief,
  linearPosterior,
  sampleHeads,
} from '../src/explore/linear-posterior.ts'

const prior = (mean: number[], variance: number[]): LinearPrior => ({
  mean: Float64Array.from(mean),
  variance: Float64Array.from(variance),
})

/** m observations of weights that are known. */
function seen(weights: number[], m: number, noise: number): LinearObservations {
  const rng = random('seen')
  const features = Float64Array.from({ length: m * weights.length }, () => rng.normal())
  return {
    features,
    values: Float64Array.from({ length: m }, (_, i) =>
      weights.reduce(
        (sum, w, j) => sum + w * features[i * weights.length + j]!,
        Math.sqrt(noise) * rng.normal(),
      ),
    ),
    variances: new Float64Array(m).fill(noise),
  }
}

const NOTHING: LinearObservations = {
  features: new Float64Array(0),
  values: new Float64Array(0),
  variances: new Float64Array(0),
}

describe('a linear posterior', () => {
  test('agrees with one worked out by hand', () => {
    // One weight: N(-1, 2) and one observation y = 3 at x = 2 with noise 4: precision 1/2 + 4/4, mean (-1/2 + 2·3/4)/1.5.
    const { mean, factor } = linearPosterior(prior([-1], [2]), {
      features: Float64Array.of(2),
      values: Float64Array.of(3),
      variances: Float64Array.of(4),
    })
    expect(mean[0]).toBeCloseTo(1 / 1.5, 12)
    expect(factor[0]! ** 2).toBeCloseTo(1.5, 12)
  })

  test('is the prior where nothing was seen, and finds the weights where much was', () => {
    const before = linearPosterior(prior([-1, 0.5, 0], [1, 2, 3]), NOTHING)
    expect(Array.from(before.mean)).toEqual([-1, 0.5, 0].map((value) => expect.closeTo(value, 12)))
    const after = linearPosterior(prior([-1, -1, -1], [1, 1, 1]), seen([2, -0.3, 0.7], 5_000, 0.5))
    expect(Array.from(after.mean)).toEqual([2, -0.3, 0.7].map((value) => expect.closeTo(value, 1)))
  })

  test('learns one observation at a time what it learns from all at once', () => {
    const some = seen([1, -1, 2, 0], 40, 0.3)
    const belief = linearBelief(prior([0, 0, 0, 1], [1, 1, 2, 2]))
    for (let i = 0; i < 40; i++) belief.observe(some.features.slice(i * 4, i * 4 + 4), some.values[i]!, 0.3)
    expect(belief.posterior()).toEqual(linearPosterior(prior([0, 0, 0, 1], [1, 1, 2, 2]), some))
  })

  test('stays defined with 128 features that are all the same, and nearly no noise', () => {
    const features = new Float64Array(128 * 30).fill(1)
    const posterior = linearPosterior(prior(new Array(128).fill(0), new Array(128).fill(1)), {
      features,
      values: new Float64Array(30).fill(5),
      variances: new Float64Array(30).fill(1e-6),
    })
    expect(posterior.mean.reduce((a, b) => a + b, 0)).toBeCloseTo(5, 5)
    expect(sampleHeads(posterior, features, 8, random(1)).every(Number.isFinite)).toBe(true)
  })
})

describe('heads drawn from it', () => {
  const posterior = linearPosterior(prior([-1, 0], [1, 4]), seen([0.4, 0.1], 3, 2))
  const rows = Float64Array.of(1, 0, 0, 1, 1, -2)

  test('have its mean exactly, for an even count', () => {
    const heads = sampleHeads(posterior, rows, 32, random('heads'))
    for (let row = 0; row < 3; row++) {
      const mean = heads.subarray(row * 32, row * 32 + 32).reduce((a, b) => a + b, 0) / 32
      expect(mean).toBeCloseTo(
        rows[2 * row]! * posterior.mean[0]! + rows[2 * row + 1]! * posterior.mean[1]!,
        10,
      )
    }
  })

  test('vary as much as it is unsure, together where the features go together', () => {
    const count = 40_000
    const heads = sampleHeads(posterior, rows, count, random('spread'))
    const [a, b, c] = [posterior.factor[0]!, posterior.factor[2]!, posterior.factor[3]!]
    // Covariance is (L Lᵀ)⁻¹.
    const [p, q, r] = [a * a, a * b, b * b + c * c]
    const determinant = p * r - q * q
    const covariance = [r / determinant, -q / determinant, p / determinant] as const
    const variance = (x: number, y: number) =>
      x * x * covariance[0] + 2 * x * y * covariance[1] + y * y * covariance[2]
    for (let row = 0; row < 3; row++) {
      const own = heads.subarray(row * count, row * count + count)
      const mean = own.reduce((sum, value) => sum + value, 0) / count
      const spread = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
      expect(spread / variance(rows[2 * row]!, rows[2 * row + 1]!)).toBeCloseTo(1, 1)
    }
  })

  test('are the same for the same seed, and one head is one draw', () => {
    expect(sampleHeads(posterior, rows, 6, random(3))).toEqual(sampleHeads(posterior, rows, 6, random(3)))
    expect(sampleHeads(posterior, rows, 1, random(3))).toHaveLength(3)
    expect(sampleHeads(posterior, rows, 6, random(4))).not.toEqual(sampleHeads(posterior, rows, 6, random(3)))
  })
})
