/** Numbers that depend on nothing but their seed. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** Standard normal (Box–Muller). */
  normal(): number
}

/** A generator (sfc32) seeded by a list of integers; the same list gives the same numbers on every machine. */
export function seeded(...seeds: readonly number[]): Random {
  let [a, b, c, counter] = [keyOf(1, seeds), keyOf(2, seeds), keyOf(3, seeds), 1]
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next()
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return { next, normal }
}

/**
 * Fills `out` with dropout factors: 0 with probability `rate` (to 1/1024), else 1 / (1 − rate). A step of an ensemble asks for
 * millions, so the 32-bit numbers are hashes of a counter, which a processor works out side by side; each gives three factors,
 * looked up without a branch.
 */
export function fillDropout(out: Float32Array | Float64Array, rate: number, seeds: readonly number[]): void {
  const dropped = Math.min(1023, Math.round(rate * 1024))
  const factors = new Float64Array(1024).fill(0, 0, dropped).fill(1024 / (1024 - dropped), dropped)
  const [start, key] = [keyOf(1, seeds), keyOf(2, seeds)]
  for (let to = 0, counter = start; to < out.length; to += 3) {
    counter = (counter + 0x9e3779b9) | 0
    let h = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad)
    h = Math.imul(h ^ (h >>> 15) ^ key, 0x735a2d97)
    h ^= h >>> 15
    // What lies past the end of a typed array is not written.
    out[to] = factors[h >>> 22]!
    out[to + 1] = factors[(h >>> 12) & 1023]!
    out[to + 2] = factors[(h >>> 2) & 1023]!
  }
}

function keyOf(salt: number, seeds: readonly number[]): number {
  return seeds.reduce((h, seed) => mix(h ^ mix(seed)), mix(salt))
}

function mix(seed: number): number {
  let h = (seed + 0x9e3779b9) | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}
