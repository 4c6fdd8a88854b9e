import { ascending, clip } from './binary.ts'

/**
 * Expected calibration error over bins of equal mass: Σ (rows in bin / n) · |mean label − mean probability| (Naeini et al. 2015,
 * with quantile bins). Rows of equal probability share their mean label, so their order does not matter. NaN without rows.
 * @param p probabilities, 0…1
 * @param y labels, 0 or 1
 */
export function ece(p: ArrayLike<number>, y: ArrayLike<number>, bins = 15): number {
  const n = y.length
  if (n === 0) return Number.NaN
  const order = ascending(p)
  const gap = new Float64Array(n)
  for (let start = 0; start < n; ) {
    let end = start
    let positives = 0
    while (end < n && p[order[end]!] === p[order[start]!]) positives += y[order[end++]!]!
    gap.fill(positives / (end - start) - p[order[start]!]!, start, end)
    start = end
  }
  let error = 0
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0
    for (let k = Math.floor((bin * n) / bins); k < Math.floor(((bin + 1) * n) / bins); k++) sum += gap[k]!
    error += Math.abs(sum)
  }
  return error / n
}

/**
 * Calibration slope: b of the logistic recalibration logit P(y) = a + b · logit(p) (Cox 1958). 1 is right, below 1 the
 * probabilities are too extreme, above 1 too timid. NaN where it does not exist: one class, one probability only, or
 * probabilities that separate the classes.
 */
export function calibrationSlope(p: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = y.length
  const x = Float64Array.from({ length: n }, (_, i) => Math.log(clip(p[i]!) / (1 - clip(p[i]!))))
  let a = 0
  let b = 0
  let previous = Number.POSITIVE_INFINITY
  for (let iteration = 0; iteration < 100; iteration++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0]
    let loss = 0
    for (let i = 0; i < n; i++) {
      const z = a + b * x[i]!
      const q = 1 / (1 + Math.exp(-z))
      const curvature = q * (1 - q)
      loss += Math.max(z, 0) - z * y[i]! + Math.log1p(Math.exp(-Math.abs(z)))
      ga += q - y[i]!
      gb += (q - y[i]!) * x[i]!
      haa += curvature
      hab += curvature * x[i]!
      hbb += curvature * x[i]! ** 2
    }
    const determinant = haa * hbb - hab * hab
    if (!(determinant > 1e-10 * haa * hbb) || loss < 1e-6 * n) return Number.NaN
    if (Math.abs(ga) + Math.abs(gb) < 1e-9 * n || Math.abs(previous - loss) < 1e-13 * n) return b
    previous = loss
    const size = Math.max(1, Math.hypot(hbb * ga - hab * gb, haa * gb - hab * ga) / determinant / 3)
    a -= (hbb * ga - hab * gb) / determinant / size
    b -= (haa * gb - hab * ga) / determinant / size
  }
  return Number.NaN
}
