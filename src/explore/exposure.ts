import type { Slate } from '../core/candidate.ts'
import type { Seeds } from '../core/query.ts'

/**
 * How a slate came to be: the first of its recipe on the listener's day, drawn again that day, or by a seed or a novelty that was
 * asked for. Only those of the day may enter estimates.
 */
export type Occasion = 'day' | 'again' | 'seeded' | 'adjusted'

/** What a log keeps of a slate, as plain JSON: enough to work out how likely any other policy was to draw it. */
export interface ExposureBody {
  readonly n: number
  readonly novelty: number
  readonly artistGap: number
  /** Where it started, if not from what the listener loves: the scores hold the closeness to it. */
  readonly from?: Seeds
  /** Tempo, key, mode and energy of what the first track followed on; null where unknown. */
  readonly after?: readonly (number | null)[]
  readonly policy: Slate['policy']
  readonly pattern: Slate['pattern']
  readonly patternPropensity: number
  /** Positions in the pool, in the order shown. */
  readonly order: readonly number[]
  /** Probability of each prefix of the order, given the pattern. */
  readonly prefixPropensities: readonly number[]
  /** The pool's track ids, artists and types (1 = new). */
  readonly pool: {
    readonly track: readonly number[]
    readonly artist: readonly number[]
    readonly new: readonly (0 | 1)[]
  }
  /** Head scores of the pool, pool × heads, as base64 of little-endian half floats. */
  readonly scores: string
  /** Tempo, key, mode and energy of the pool, for the flow; null where unknown. */
  readonly flow: readonly (readonly (number | null)[])[]
}

/** Puts a slate into the form of the log. */
export function exposureBody(
  slate: Slate,
  asked: Pick<ExposureBody, 'n' | 'novelty' | 'artistGap' | 'from' | 'after'>,
): ExposureBody {
  const places = new Map(slate.pool.map((candidate, i) => [candidate, i]))
  return {
    ...asked,
    policy: slate.policy,
    pattern: slate.pattern,
    patternPropensity: slate.patternPropensity,
    order: slate.tracks.map(({ candidate }) => places.get(candidate)!),
    prefixPropensities: slate.tracks.map(({ prefixPropensity }) => prefixPropensity),
    pool: {
      track: slate.pool.map(({ trackId }) => trackId),
      artist: slate.pool.map(({ artist }) => artist),
      new: slate.pool.map(({ familiarity }) => (familiarity === 'new' ? 1 : 0)),
    },
    scores: halfFloats(slate.pool.map(({ scores }) => scores)).toString('base64'),
    flow: slate.pool.map(({ tempo, key, mode, energy }) =>
      [tempo, key, mode, energy].map((value) => value ?? null),
    ),
  }
}

/** IEEE 754 half floats, little-endian; values are rounded to nearest, overflow becomes infinity. */
function halfFloats(rows: readonly (readonly number[])[]): Buffer {
  const out = Buffer.allocUnsafe(2 * rows.reduce((sum, { length }) => sum + length, 0))
  const single = new Float32Array(1)
  const bits = new Uint32Array(single.buffer)
  let at = 0
  for (const values of rows)
    for (let i = 0; i < values.length; i++) {
      single[0] = values[i]!
      const half = toHalf(bits[0]!)
      out[at++] = half & 0xff
      out[at++] = half >>> 8
    }
  return out
}

function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 112
  const mantissa = bits & 0x7fffff
  if (exponent >= 31) return sign | 0x7c00 | ((bits & 0x7fffffff) > 0x7f800000 ? 0x200 : 0)
  if (exponent <= 0) {
    if (exponent < -10) return sign
    const shifted = (mantissa | 0x800000) >>> (1 - exponent)
    return sign | ((shifted + 0x1000) >>> 13)
  }
  return sign | (((exponent << 10) | (mantissa >>> 13)) + ((mantissa >>> 12) & 1))
}
