import { createHmac } from 'node:crypto'

/** A source of randomness that is passed in, never global. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, n). */
  int(n: number): number
  /** Standard normal (Box–Muller). */
  normal(): number
  /** An index drawn with probability proportional to `weights` (non-negative, at least one positive). */
  pick(weights: ArrayLike<number>): number
  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[]
  /** An independent stream named by `label`, the same for the same seed and label. */
  fork(label: string): Random
}

/**
 * A seeded generator (sfc32, seeded through splitmix32): the same seed gives the same numbers on every machine.
 * @param seed any number or text
 */
export function random(seed: number | string): Random {
  let [a, b, c] = [hash(`${seed}:a`), hash(`${seed}:b`), hash(`${seed}:c`)]
  let counter = 1
  const uint32 = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 15; i++) uint32()
  const next = () => (uint32() * 2 ** 21 + (uint32() >>> 11)) / 2 ** 53
  let spare: number | undefined
  const self: Random = {
    next,
    int: (n) => Math.floor(next() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    pick(weights) {
      let total = 0
      for (let i = 0; i < weights.length; i++) total += weights[i]!
      let left = next() * total
      let last = 0
      for (let i = 0; i < weights.length; i++) {
        if (weights[i]! <= 0) continue
        last = i
        left -= weights[i]!
        if (left < 0) return i
      }
      return last
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1))
        const kept = items[i]!
        items[i] = items[j]!
        items[j] = kept
      }
      return items
    },
    fork: (label) => random(`${seed}/${label}`),
  }
  return self
}

/** A seed that nobody without the secret can predict: HMAC-SHA-256 of the parts, as 32 hex digits. */
export function secretSeed(secret: string, ...parts: readonly (string | number)[]): string {
  return createHmac('sha256', secret).update(parts.join('\u001f')).digest('hex').slice(0, 32)
}

function hash(text: string): number {
  let h = 2166136261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619)
  h = (h + 0x9e3779b9) | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}
