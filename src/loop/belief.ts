import { cholesky } from '../core/cholesky.ts'
import type { Random } from '../core/random.ts'
import type { Representation } from './representation.ts'
import { sigmoid } from './sitting.ts'

/** Variances in squared log-odds from which the prior is learned. */
const LOOSE = { coordinate: 4, other: 0.2, artist: 0.2, track: 0.1 } as const
/** Rounds of learning the prior. */
const ROUNDS = 2

/** A normal distribution over the weights of a listener, learned from the others, and how tracks and artists scatter around them. */
export interface Prior {
  readonly mean: Float64Array
  /** width × width. */
  readonly covariance: Float64Array
  /** Variance of the liking of single artists and single tracks. */
  readonly artist: number
  readonly track: number
}

/** What is believed of one listener: normal distributions of the weights, and of the liking of each artist and track beyond them. */
export interface Belief {
  readonly mean: Float64Array
  readonly covariance: Float64Array
  readonly artist: Float64Array
  readonly artistVariance: Float64Array
  readonly track: Float64Array
  readonly trackVariance: Float64Array
}

/** What is believed of somebody of whom nothing is known. */
export function believe(prior: Prior, tracks: number, artists: number): Belief {
  return {
    mean: prior.mean.slice(),
    covariance: prior.covariance.slice(),
    artist: new Float64Array(artists),
    artistVariance: new Float64Array(artists).fill(prior.artist),
    track: new Float64Array(tracks),
    trackVariance: new Float64Array(tracks).fill(prior.track),
  }
}

/**
 * Learns from one play: Bayesian logistic regression by assumed density filtering (Opper 1998; MacKay 1992 for the moderated
 * probability), the weights with their full covariance, artist and track as factors of their own (Stern et al. 2009).
 * @param features of the play, width numbers
 */
export function learn(
  belief: Belief,
  features: Float64Array,
  track: number,
  artist: number,
  finished: boolean,
): void {
  const { mean, covariance } = belief
  const d = mean.length
  const spread = new Float64Array(d)
  let logOdds = belief.artist[artist]! + belief.track[track]!
  let variance = belief.artistVariance[artist]! + belief.trackVariance[track]!
  for (let i = 0; i < d; i++) {
    let sum = 0
    for (let j = 0, at = i * d; j < d; j++, at++) sum += covariance[at]! * features[j]!
    spread[i] = sum
    logOdds += mean[i]! * features[i]!
    variance += sum * features[i]!
  }
  const p = sigmoid(logOdds / Math.sqrt(1 + (Math.PI * variance) / 8))
  const curvature = p * (1 - p)
  const shrink = curvature / (1 + curvature * variance)
  const move = ((finished ? 1 : 0) - p) / (1 + curvature * variance)
  for (let i = 0; i < d; i++) {
    mean[i]! += spread[i]! * move
    const by = spread[i]! * shrink
    for (let j = 0, at = i * d; j < d; j++, at++) covariance[at]! -= by * spread[j]!
  }
  belief.artist[artist]! += belief.artistVariance[artist]! * move
  belief.artistVariance[artist]! *= 1 - shrink * belief.artistVariance[artist]!
  belief.track[track]! += belief.trackVariance[track]! * move
  belief.trackVariance[track]! *= 1 - shrink * belief.trackVariance[track]!
}

/** Lets a belief fade towards the prior by a share, as tastes drift: a mean-reverting random walk whose resting state is the prior. */
export function fade(belief: Belief, prior: Prior, share: number): void {
  const keep = Math.sqrt(1 - share)
  for (let i = 0; i < belief.mean.length; i++)
    belief.mean[i] = prior.mean[i]! + keep * (belief.mean[i]! - prior.mean[i]!)
  for (let i = 0; i < belief.covariance.length; i++)
    belief.covariance[i] = (1 - share) * belief.covariance[i]! + share * prior.covariance[i]!
}

/** Weights drawn from a belief, one row a head. @param times how many standard deviations stand for one */
export function drawHeads(belief: Belief, heads: number, times: number, random: Random): Float64Array[] {
  const d = belief.mean.length
  const root = cholesky(belief.covariance, d)
  return Array.from({ length: heads }, () => {
    const z = Float64Array.from({ length: d }, () => times * random.normal())
    return Float64Array.from(belief.mean, (mean, i) => {
      let sum = mean
      for (let j = 0; j <= i; j++) sum += root[i * d + j]! * z[j]!
      return sum
    })
  })
}

/**
 * Learns the prior from many listeners by expectation maximisation (empirical Bayes): each is believed from the current prior, and the prior
 * becomes the mean and covariance of what is believed of all of them, of artists and tracks of those that were heard.
 */
export function learnPrior(
  { size, width }: Representation,
  listeners: readonly (readonly {
    readonly features: Float64Array
    readonly track: number
    readonly artist: number
    readonly finished: boolean
  }[])[],
  sizes: { readonly tracks: number; readonly artists: number },
): Prior {
  let prior: Prior = {
    mean: new Float64Array(width),
    covariance: diagonal(width, (i) => (i >= 2 && i < size ? LOOSE.coordinate : LOOSE.other)),
    artist: LOOSE.artist,
    track: LOOSE.track,
  }
  prior.mean[1] = 1
  for (let round = 0; round < ROUNDS; round++) {
    const artist = { squares: 0, count: 0 }
    const track = { squares: 0, count: 0 }
    const beliefs = listeners.map((plays) => {
      const belief = believe(prior, sizes.tracks, sizes.artists)
      for (const play of plays) learn(belief, play.features, play.track, play.artist, play.finished)
      for (const row of new Set(plays.map((play) => play.artist)))
        addSquare(artist, belief.artist[row]!, belief.artistVariance[row]!)
      for (const row of new Set(plays.map((play) => play.track)))
        addSquare(track, belief.track[row]!, belief.trackVariance[row]!)
      return belief
    })
    const mean = new Float64Array(width)
    for (const belief of beliefs) for (let i = 0; i < width; i++) mean[i]! += belief.mean[i]! / beliefs.length
    const covariance = diagonal(width, () => 1e-4)
    for (const belief of beliefs)
      for (let i = 0; i < width; i++)
        for (let j = 0; j < width; j++)
          covariance[i * width + j]! +=
            (belief.covariance[i * width + j]! +
              (belief.mean[i]! - mean[i]!) * (belief.mean[j]! - mean[j]!)) /
            beliefs.length
    prior = { mean, covariance, artist: artist.squares / artist.count, track: track.squares / track.count }
  }
  return prior
}

function addSquare(of: { squares: number; count: number }, mean: number, variance: number): void {
  of.squares += mean * mean + variance
  of.count++
}

function diagonal(size: number, value: (i: number) => number): Float64Array {
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) matrix[i * size + i] = value(i)
  return matrix
}
