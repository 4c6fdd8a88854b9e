import type { Random } from '../core/random.ts'
import { normal } from './normal.ts'

/** A draw of Gamma(shape, 1), shape > 0 (Marsaglia & Tsang 2000, with their squeeze; below 1 by their power of a uniform). */
export function gamma(shape: number, random: Random): number {
  if (shape === 1) return -Math.log(1 - random.next())
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    const u = 1 - random.next()
    const squared = x * x
    if (u < 1 - 0.0331 * squared * squared) return d * v
    if (Math.log(u) < squared * 0.5 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A draw of Beta(a, b), both positive. */
export function beta(a: number, b: number, random: Random): number {
  const x = gamma(a, random)
  return x / (x + gamma(b, random))
}
