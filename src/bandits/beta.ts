import type { Random } from '../core/random.ts'

/** A draw of Gamma(shape, 1), shape > 0 (Marsaglia & Tsang 2000; below 1 by their power of a uniform). */
function gamma(shape: number, random: Random): number {
  if (shape === 1) return -Math.log(1 - random.next())
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A draw of Beta(a, b), both positive. */
export function beta(a: number, b: number, random: Random): number {
  const x = gamma(a, random)
  return x / (x + gamma(b, random))
}
