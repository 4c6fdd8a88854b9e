import type { ScoredCandidate } from './candidate.ts'
import type { DrawRules } from './draw-rules.ts'

/** How much each kind of jump between neighbours costs at most, in nats of log-weight. */
export interface FlowWeights {
  /** Half an octave of tempo, the largest distance there is. */
  readonly tempo: number
  /** The far side of the circle of fifths and the other mode. */
  readonly key: number
  /** From silence to full energy. */
  readonly energy: number
}

/** What the flow knows of a track; undefined where unknown. */
export type FlowPoint = Pick<ScoredCandidate, 'tempo' | 'key' | 'mode' | 'energy'>

/** A cost of playing `next` right after `previous`, 0 … the sum of the weights; what is unknown of either costs nothing. */
export function flowCost(weights: FlowWeights) {
  return (previous: FlowPoint | undefined, next: FlowPoint): number =>
    previous === undefined
      ? 0
      : weights.tempo * tempoDistance(previous.tempo, next.tempo) +
        weights.key * keyDistance(previous, next) +
        weights.energy * energyDistance(previous.energy, next.energy)
}

/**
 * The flow of a list as a rule of the drawing.
 * @param after what the first track follows on; absent: nothing
 */
export function flowRule(weights: FlowWeights, after?: FlowPoint): DrawRules['flow'] {
  const cost = flowCost(weights)
  return (previous, next) => cost(previous ?? after, next)
}

/** Distance on the circle of octaves, 0…1: half and double time are the same tempo, √2 times is the farthest. */
export function tempoDistance(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined || !(a > 0 && b > 0)) return 0
  const octaves = Math.log2(a / b)
  return 2 * Math.abs(octaves - Math.round(octaves))
}

/**
 * Steps on the circle of fifths, the other mode one more, over the most there can be (7): 0…1. A minor key stands where its
 * relative major does, as on the Camelot wheel.
 */
export function keyDistance(
  a: Pick<ScoredCandidate, 'key' | 'mode'>,
  b: Pick<ScoredCandidate, 'key' | 'mode'>,
): number {
  const [one, other] = [fifths(a), fifths(b)]
  if (Number.isNaN(one) || Number.isNaN(other)) return 0
  const apart = Math.abs(one - other)
  return (Math.min(apart, 12 - apart) + (a.mode === b.mode ? 0 : 1)) / 7
}

function fifths({ key, mode }: Pick<ScoredCandidate, 'key' | 'mode'>): number {
  if (key === undefined || mode === undefined || !(key >= 0) || Number.isNaN(mode)) return Number.NaN
  return ((mode === 0 ? key + 3 : key) * 7) % 12
}

function energyDistance(a: number | undefined, b: number | undefined): number {
  return a === undefined || b === undefined ? 0 : Math.abs(a - b) || 0
}
