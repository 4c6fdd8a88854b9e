/** Numbers that depend on nothing but their seed. */
export interface Random {
  /** Uniform integer in [0, 2³²). */
  uint32(): number
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** Standard normal (Box–Muller). */
  normal(): number
}

/** A generator (sfc32) seeded by a list of integers; the same list gives the same numbers on every machine. */
export function seeded(...seeds: readonly number[]): Random {
  const mixed = (salt: number) => seeds.reduce((h, seed) => mix(h ^ mix(seed)), mix(salt))
  let [a, b, c, counter] = [mixed(1), mixed(2), mixed(3), 1]
  const uint32 = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) uint32()
  const next = () => uint32() / 2 ** 32
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return { uint32, next, normal }
}

/**
 * Fills `out` with dropout factors: 0 with probability `rate` (to 1/65536), else 1 / (1 − rate).
 * Two are drawn from each 32-bit number, because a step of an ensemble asks for millions.
 */
export function fillDropout(out: Float32Array | Float64Array, rate: number, random: Random): void {
  const threshold = Math.round(rate * 65536)
  const kept = 1 / (1 - threshold / 65536)
  const even = out.length & ~1
  for (let i = 0; i < even; i += 2) {
    const bits = random.uint32()
    out[i] = bits >>> 16 < threshold ? 0 : kept
    out[i + 1] = (bits & 0xffff) < threshold ? 0 : kept
  }
  if (even < out.length) out[even] = random.uint32() >>> 16 < threshold ? 0 : kept
}

function mix(seed: number): number {
  let h = (seed + 0x9e3779b9) | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}
