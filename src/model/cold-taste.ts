import { cholesky, solveCholesky } from '../core/cholesky.ts'
import { random } from '../core/random.ts'
import { AUDIO_FEATURES } from '../core/track.ts'
import { SOUND } from '../features/taste.ts'

/** Likability of a track about which and about whose listener nothing is known. */
export const PRIOR_LIKABILITY = 0.5

/**
 * What a taste is made of beforehand, as variances in log-odds: the place in the space of sound, the artist, the tags, and the track
 * itself. Taken, not fitted: they say that sound, artist and genre matter about alike.
 */
const VARIANCE = { sound: 1, artist: 0.8, tags: 0.8, own: 0.3 }
/** Squared length in the space of sound over which a taste stays alike; two tracks at random are about 18 apart. */
const LENGTH_SQUARED = 4
/** Random features that stand for the space of sound. */
const WAVES = 48
/** Log-odds for a standard deviation of popularity more. */
const POPULARITY = 0.25
/** Normal numbers in the table from which those of artists, tags and tracks are taken by their hash. */
const NORMALS = 8192
/** The two heads of a pair: a draw, and the same draw the other way round. */
const SIDES = [
  [0, 1],
  [1, -1],
] as const

/** What is known of tracks without anybody having heard them. */
export interface ColdTracks {
  /** rows × 13 scaled audio features, NaN where missing. */
  readonly audio: Float32Array
  /** Row → artist; 0 is nobody. */
  readonly artist: ArrayLike<number>
  /** Row → popularity in standard deviations of the catalog, NaN where missing. */
  popularity(row: number): number
  /** Row → its tags, with weights of which the squares sum to 1; [] where there are none. */
  tags(row: number): readonly { readonly tag: number; readonly weight: number }[]
}

/** What a listener made of a track: log-odds above or below their usual, and how unsure that is, as a variance. */
export interface Observation {
  readonly row: number
  readonly logOdds: number
  readonly variance: number
}

/** A taste as a few observations leave it. */
export interface ColdTaste {
  /** rows × heads log-odds above the listener's usual: each head is one taste that is as likely as any other. */
  heads(rows: readonly number[]): Float64Array
  /** The mean over all such tastes, without drawing any. */
  mean(row: number): number
}

/**
 * A Gaussian process over tracks (Rasmussen & Williams 2006), in closed form: the kernel is the sum of sound (squared exponential),
 * artist, tags and the track itself. Heads are draws of the posterior by Matheron's rule (Wilson et al. 2020): a taste drawn
 * beforehand, by random Fourier features (Rahimi & Recht 2007), corrected by what it gets wrong of the observations. Where audio is
 * missing, the part of sound is a draw of its own for that track: its mean is nobody's loss, and it is the more uncertain. Every second
 * head mirrors the one before it, so that the mean of the heads is exactly the mean of all tastes.
 * @param headCount even
 * @param seed draws the same heads again
 */
export function coldTaste(
  tracks: ColdTracks,
  observations: readonly Observation[],
  headCount: number,
  seed: string,
): ColdTaste {
  const kernel = kernelOf(tracks)
  const pairs = headCount / 2
  const prior = priorDraws(tracks, pairs, seed)
  const m = observations.length
  const rows = observations.map(({ row }) => row)
  const factor = cholesky(
    Float64Array.from({ length: m * m }, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m]
      return kernel(rows[i]!, rows[j]!) + (i === j ? observations[i]!.variance : 0)
    }),
    m,
  )
  const told = Float64Array.from(observations, ({ logOdds }) => logOdds)
  const meanWeights = solveCholesky(factor, told, m)

  const noise = random(`${seed}/noise`)
  const drawn = prior(rows)
  /** heads × m */
  const weights = new Float64Array(headCount * m)
  for (let pair = 0; pair < pairs; pair++) {
    const off = observations.map(
      ({ variance }, i) => drawn[i * pairs + pair]! + Math.sqrt(variance) * noise.normal(),
    )
    for (const [side, sign] of SIDES) {
      const wrong = told.map((value, i) => value - sign * off[i]!)
      weights.set(solveCholesky(factor, wrong, m), (2 * pair + side) * m)
    }
  }
  return {
    heads(asked) {
      const before = prior(asked)
      const out = new Float64Array(asked.length * headCount)
      const near = new Float64Array(m)
      asked.forEach((row, i) => {
        for (let j = 0; j < m; j++) near[j] = kernel(row, rows[j]!)
        for (let h = 0; h < headCount; h++) {
          let sum = SIDES[h & 1]![1] * before[i * pairs + (h >> 1)]!
          for (let j = 0; j < m; j++) sum += near[j]! * weights[h * m + j]!
          out[i * headCount + h] = sum
        }
      })
      return out
    },
    mean: (row) => rows.reduce((sum, other, j) => sum + kernel(row, other) * meanWeights[j]!, 0),
  }
}

/** Log-odds that popularity adds; 0 where it is not known. */
export function popularityLogOdds(standardDeviations: number): number {
  if (Number.isNaN(standardDeviations)) return 0
  return POPULARITY * Math.min(Math.max(standardDeviations, -2), 2)
}

/** A row's sound in `out`; false where a feature is missing. */
function soundAt(audio: Float32Array, row: number, out: Float64Array): boolean {
  const base = row * AUDIO_FEATURES.length
  for (let k = 0; k < SOUND.length; k++) {
    out[k] = audio[base + SOUND[k]!]!
    if (Number.isNaN(out[k]!)) return false
  }
  return true
}

function kernelOf({ audio, artist, tags }: ColdTracks): (a: number, b: number) => number {
  const [one, other] = [new Float64Array(SOUND.length), new Float64Array(SOUND.length)]
  return (a, b) => {
    let sum = a === b ? VARIANCE.own : 0
    if (a === b || (artist[a] !== 0 && artist[a] === artist[b])) sum += VARIANCE.artist
    if (a === b) return sum + VARIANCE.sound + VARIANCE.tags
    if (soundAt(audio, a, one) && soundAt(audio, b, other)) {
      let squares = 0
      for (let k = 0; k < SOUND.length; k++) squares += (one[k]! - other[k]!) ** 2
      sum += VARIANCE.sound * Math.exp(-squares / (2 * LENGTH_SQUARED))
    }
    const tagsOfB = tags(b)
    if (tagsOfB.length)
      for (const { tag, weight } of tags(a))
        for (const its of tagsOfB) if (its.tag === tag) sum += VARIANCE.tags * weight * its.weight
    return sum
  }
}

let once: { table: Float64Array; frequency: Float64Array; phase: Float64Array } | undefined

/** Normal numbers, and the waves that stand for the space of sound: the same for all tastes, drawn when first asked for. */
function drawnOnce() {
  if (once) return once
  const rng = random('cold taste')
  const normals = (length: number) => Float64Array.from({ length }, () => rng.normal())
  once = {
    table: normals(NORMALS),
    frequency: normals(WAVES * SOUND.length).map((value) => value / Math.sqrt(LENGTH_SQUARED)),
    phase: Float64Array.from({ length: WAVES }, () => 2 * Math.PI * rng.next()),
  }
  return once
}

/** A function that gives rows × heads log-odds of tastes drawn beforehand. */
function priorDraws({ audio, artist, tags }: ColdTracks, heads: number, seed: string) {
  const { table, frequency, phase } = drawnOnce()
  const own = random(`${seed}/prior`).int(2 ** 31)
  const amplitude = Math.sqrt((2 * VARIANCE.sound) / WAVES)
  const weight = Float64Array.from(
    { length: WAVES * heads },
    (_, i) => amplitude * table[mix(own, i) & (NORMALS - 1)]!,
  )
  const sound = new Float64Array(SOUND.length)

  return (rows: readonly number[]): Float64Array => {
    const out = new Float64Array(rows.length * heads)
    rows.forEach((row, i) => {
      const at = i * heads
      const add = (kind: number, key: number, scale: number) => {
        const base = mix(own + kind, key)
        for (let h = 0; h < heads; h++) out[at + h]! += scale * table[mix(base, h) & (NORMALS - 1)]!
      }
      if (soundAt(audio, row, sound)) {
        for (let w = 0; w < WAVES; w++) {
          let angle = phase[w]!
          for (let k = 0; k < SOUND.length; k++) angle += frequency[w * SOUND.length + k]! * sound[k]!
          const wave = Math.cos(angle)
          for (let h = 0; h < heads; h++) out[at + h]! += wave * weight[w * heads + h]!
        }
      } else add(1, row, Math.sqrt(VARIANCE.sound))
      if (artist[row] === 0) add(2, row, Math.sqrt(VARIANCE.artist))
      else add(3, artist[row]!, Math.sqrt(VARIANCE.artist))
      const told = tags(row)
      if (told.length === 0) add(4, row, Math.sqrt(VARIANCE.tags))
      for (const { tag, weight: share } of told) add(5, tag, Math.sqrt(VARIANCE.tags) * share)
      add(6, row, Math.sqrt(VARIANCE.own))
    })
    return out
  }
}

/** A hash of two integers (the finaliser of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
