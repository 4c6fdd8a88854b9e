import { clip } from './binary.ts'
import { ascending, everyRow, type SampledMetric, tieEnds } from './sample.ts'

/**
 * Expected calibration error over bins of equal mass: Σ (rows in bin / n) · |mean label − mean probability| (Naeini et al. 2015,
 * with quantile bins). Rows of equal probability share their mean label, so their order does not matter. NaN without rows.
 * @param p probabilities, 0…1
 * @param y labels, 0 or 1
 */
export function ece(p: ArrayLike<number>, y: ArrayLike<number>, bins = 15): number {
  return sampledEce(p, y, bins)(everyRow(y.length))
}

/** `ece` on samples of the rows: each has bins of its own. */
export function sampledEce(p: ArrayLike<number>, y: ArrayLike<number>, bins = 15): SampledMetric {
  const order = ascending(p)
  const ends = tieEnds(p, order)
  const label = Uint8Array.from(order, (row) => y[row]!)
  return (times) => {
    let n = 0
    for (let k = 0; k < order.length; k++) n += times[k]!
    let [error, inBin, bin, told, k] = [0, 0, 0, 0, 0]
    for (const end of ends) {
      let [all, ones] = [0, 0]
      const probability = p[order[k]!]!
      for (; k < end; k++) {
        const drawn = times[order[k]!]!
        all += drawn
        ones += drawn * label[k]!
      }
      const gap = ones / all - probability
      while (all > 0) {
        const binEnd = Math.floor(((bin + 1) * n) / bins)
        const here = Math.min(all, binEnd - told)
        inBin += here * gap
        told += here
        all -= here
        if (told < binEnd) continue
        error += Math.abs(inBin)
        inBin = 0
        bin++
      }
    }
    return error / n
  }
}

/**
 * Calibration slope: b of the logistic recalibration logit P(y) = a + b · logit(p) (Cox 1958). 1 is right, below 1 the
 * probabilities are too extreme, above 1 too timid. NaN where it does not exist: one class, one probability only, or
 * probabilities that separate the classes.
 */
export function calibrationSlope(p: ArrayLike<number>, y: ArrayLike<number>): number {
  return sampledCalibrationSlope(p, y)(everyRow(y.length))
}

/** `calibrationSlope` on samples of the rows. */
export function sampledCalibrationSlope(p: ArrayLike<number>, y: ArrayLike<number>): SampledMetric {
  const x = Float64Array.from({ length: y.length }, (_, i) => Math.log(clip(p[i]!) / (1 - clip(p[i]!))))
  return (times) => slopeOf(x, y, times)
}

/** Newton's method on the logistic recalibration, its steps held to a length of 3. */
function slopeOf(x: Float64Array, y: ArrayLike<number>, times: Uint32Array): number {
  const n = times.reduce((sum, drawn) => sum + drawn, 0)
  let a = 0
  let b = 0
  let previous = Number.POSITIVE_INFINITY
  for (let iteration = 0; iteration < 100; iteration++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0]
    let loss = 0
    for (let i = 0; i < x.length; i++) {
      const drawn = times[i]!
      if (drawn === 0) continue
      const z = a + b * x[i]!
      const q = 1 / (1 + Math.exp(-z))
      const residual = drawn * (q - y[i]!)
      const curvature = drawn * q * (1 - q)
      loss += drawn * (Math.max(z, 0) - z * y[i]! + Math.log1p(Math.exp(-Math.abs(z))))
      ga += residual
      gb += residual * x[i]!
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
