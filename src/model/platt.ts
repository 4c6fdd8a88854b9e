import { sigmoid } from './logistic.ts'

/** A calibration of log-odds: p = sigmoid(a · logit + b). */
export interface Platt {
  readonly a: number
  readonly b: number
}

/**
 * Fits Platt scaling on held-out log-odds: targets (n₊+1)/(n₊+2) and 1/(n₋+2) instead of 1 and 0 (Platt 1999), by the
 * Newton method with backtracking of Lin, Lin & Weng 2007.
 * @param logits n log-odds (or any scores) of rows the model was not fitted on
 * @param y n labels, 0 or 1
 */
export function fitPlatt(logits: ArrayLike<number>, y: ArrayLike<number>): Platt {
  const n = y.length
  let positives = 0
  for (let i = 0; i < n; i++) positives += y[i]!
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (n - positives + 2)
  const target = Float64Array.from({ length: n }, (_, i) => (y[i] ? high : low))

  let a = 0
  let b = Math.log((positives + 1) / (n - positives + 1))
  let loss = crossEntropy(logits, target, a, b)
  for (let iteration = 0; iteration < 100; iteration++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12]
    for (let i = 0; i < n; i++) {
      const s = logits[i]!
      const p = sigmoid(a * s + b)
      const residual = p - target[i]!
      const curvature = p * (1 - p)
      ga += residual * s
      gb += residual
      haa += curvature * s * s
      hab += curvature * s
      hbb += curvature
    }
    if (Math.abs(ga) < 1e-8 * n && Math.abs(gb) < 1e-8 * n) break
    const determinant = haa * hbb - hab * hab
    if (!(determinant > 0)) break
    const da = -(hbb * ga - hab * gb) / determinant
    const db = -(haa * gb - hab * ga) / determinant
    const descent = ga * da + gb * db
    let step = 1
    for (; step > 1e-10; step /= 2) {
      const next = crossEntropy(logits, target, a + step * da, b + step * db)
      if (next <= loss + 1e-4 * step * descent) {
        a += step * da
        b += step * db
        loss = next
        break
      }
    }
    if (step <= 1e-10) break
  }
  return { a, b }
}

/** The calibrated probability of a log-odds. */
export function applyPlatt(platt: Platt, logit: number): number {
  return sigmoid(platt.a * logit + platt.b)
}

function crossEntropy(scores: ArrayLike<number>, target: Float64Array, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < target.length; i++) {
    const z = a * scores[i]! + b
    sum += Math.max(z, 0) - z * target[i]! + Math.log1p(Math.exp(-Math.abs(z)))
  }
  return sum
}
