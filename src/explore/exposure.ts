import type { Balance } from '../core/balance.ts'
import type { Familiarity, PolicySettings, ScoredCandidate, Slate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type FlowPoint, type FlowWeights, flowRule } from '../core/flow.ts'
import type { ToldMix } from '../core/mix.ts'
import type { Seeds } from '../core/query.ts'
import { decodeHalfFloats, encodeHalfFloats } from './half-floats.ts'
import { emptyList, isRoomy } from './look-ahead.ts'

/**
 * How a slate came to be: the first of its recipe on the listener's day, drawn again that day, or by a seed, or by a novelty
 * or a policy that was asked for. Only those of the day may enter estimates: the listener's standing dial is a part of their days.
 */
export type Occasion = 'day' | 'again' | 'seeded' | 'adjusted'

/**
 * The shape of a body, and the law of its drawing. Up to 1, temperatures were log-odds; up to 2, no slot looked ahead to those after it, which
 * makes no difference where the list had room.
 */
const FORMAT = 3
const WITHOUT_LOOKING_AHEAD = 2

/** What a log keeps of a slate, as plain JSON: enough to work out exactly how likely any policy was to draw it. */
export interface ExposureBody {
  readonly format: typeof FORMAT | typeof WITHOUT_LOOKING_AHEAD
  readonly n: number
  readonly novelty: number
  readonly artistGap: number
  /** What jumps between neighbours cost. */
  readonly flowWeights: FlowWeights
  /** The shares of corners that the list kept to, if it did. */
  readonly balance?: Balance
  /** Where it started, if not from what the listener loves: the scores hold the closeness to it. */
  readonly from?: Seeds
  /** Tempo, key, mode and energy of what the first track followed on; null where unknown. */
  readonly after?: readonly (number | null)[]
  readonly policy: PolicySettings
  readonly pattern: readonly Familiarity[]
  readonly patternPropensity: number
  /** Positions in the pool, in the order shown. */
  readonly order: readonly number[]
  /** Probability of each prefix of the order, given the pattern. */
  readonly prefixPropensities: readonly number[]
  /** The pool's track ids, artists, types (1 = new), and corners where there is a balance. */
  readonly pool: {
    readonly track: readonly number[]
    readonly artist: readonly number[]
    readonly new: readonly (0 | 1)[]
    readonly corner?: readonly (number | null)[]
  }
  /** Head scores of the pool, pool × heads, as base64 of little-endian half floats: those that were drawn by. */
  readonly scores: string
  /** Tempo, key, mode and energy of the pool, for the flow; null where unknown. */
  readonly flow: readonly (readonly (number | null)[])[]
  /** Of slates of the day: what was told, so that the day's mix can be told again as it was. */
  readonly told?: ToldMix
}

/** Puts a slate into the form of the log. */
export function exposureBody(
  slate: Slate,
  asked: Pick<
    ExposureBody,
    'n' | 'novelty' | 'artistGap' | 'flowWeights' | 'balance' | 'from' | 'after' | 'told'
  >,
): ExposureBody {
  const places = new Map(slate.pool.map((candidate, i) => [candidate, i]))
  return {
    format: FORMAT,
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
      ...(asked.balance && { corner: slate.pool.map(({ corner }) => corner ?? null) }),
    },
    scores: encodeHalfFloats(scoresOf(slate.pool)),
    flow: slate.pool.map(flowValues),
  }
}

/** Pool × heads, in one run. */
function scoresOf(pool: Slate['pool']): Float64Array {
  const all = new Float64Array(pool.reduce((sum, { scores }) => sum + scores.length, 0))
  let at = 0
  for (const { scores } of pool) for (let head = 0; head < scores.length; head++) all[at++] = scores[head]!
  return all
}

/** A slate as its log tells it: what any policy needs to say how likely it was to draw it. */
export interface LoggedSlate {
  readonly n: number
  readonly rules: DrawRules
  readonly policy: PolicySettings
  /** As it was drawn from, with the scores that were drawn by. Rows of the catalog and likabilities are not logged: `row` is the place in the pool. */
  readonly pool: readonly ScoredCandidate[]
  readonly pattern: readonly Familiarity[]
  readonly patternPropensity: number
  /** Positions in the pool, in the order shown. */
  readonly order: readonly number[]
  readonly prefixPropensities: readonly number[]
  readonly from?: Seeds
}

/**
 * Reads the body of an exposure back: `policyOf(policy).propensities(pool, rules, pattern, order)` are then the logged ones.
 * @param text the JSON of an `ExposureBody`
 * @throws DeepcutsError EXPOSURE_UNREADABLE for another format, for one before this that would be drawn otherwise now, and for a body whose
 * parts do not fit together
 */
export function readExposureBody(text: string): LoggedSlate {
  const body = parsed(text)
  const { n, novelty, artistGap, flowWeights, after, policy, pattern, patternPropensity, order } = body
  const { prefixPropensities, from, balance } = body
  const { track, artist, new: isNew, corner } = body.pool
  const scores = decodeHalfFloats(body.scores)
  const heads = track.length === 0 ? 0 : scores.length / track.length
  const fits =
    Number.isInteger(heads) &&
    [artist, isNew, body.flow].every(({ length }) => length === track.length) &&
    [order, prefixPropensities].every(({ length }) => length === pattern.length) &&
    order.every((position) => Number.isInteger(position) && position >= 0 && position < track.length)
  if (!fits) throw new DeepcutsError('EXPOSURE_UNREADABLE', { problem: 'its parts do not fit together' })
  const pool = track.map(
    (trackId, i): ScoredCandidate => ({
      ...{ row: i, sources: [], trackId, artist: artist[i]!, likability: Number.NaN },
      familiarity: isNew[i] ? 'new' : 'familiar',
      scores: Array.from(scores.subarray(i * heads, (i + 1) * heads)),
      ...flowPoint(body.flow[i]!),
      ...(typeof corner?.[i] === 'number' && { corner: corner[i] }),
    }),
  )
  if (body.format === WITHOUT_LOOKING_AHEAD && !isRoomy(emptyList(pool, pattern).list, artistGap))
    throw new DeepcutsError('EXPOSURE_UNREADABLE', {
      problem: 'it was drawn without looking ahead to the end of the list, which this version does',
    })
  return {
    ...{ n, policy, pool, pattern, patternPropensity, order, prefixPropensities },
    rules: {
      ...{ novelty, artistGap, flow: flowRule(flowWeights, after && flowPoint(after)) },
      ...(balance && { balance }),
    },
    ...(from && { from }),
  }
}

/** What the body of an exposure showed, in order; of any format. */
export function readShown(text: string): { readonly trackId: number; readonly new: boolean }[] {
  const { pool, order } = JSON.parse(text) as Pick<ExposureBody, 'pool' | 'order'>
  return order.map((position) => ({ trackId: pool.track[position]!, new: pool.new[position] === 1 }))
}

/** What the body of an exposure told, with how long a list was asked for and the ids of its tracks; undefined where it does not say. */
export function readTold(
  text: string,
): { readonly n: number; readonly trackIds: readonly number[]; readonly told: ToldMix } | undefined {
  const { n, told, order, pool } = JSON.parse(text) as Pick<ExposureBody, 'n' | 'told' | 'order' | 'pool'>
  return told && { n, told, trackIds: order.map((position) => pool.track[position]!) }
}

function parsed(text: string): ExposureBody {
  const body = JSON.parse(text) as { format?: unknown }
  if (body.format !== FORMAT && body.format !== WITHOUT_LOOKING_AHEAD)
    throw new DeepcutsError('EXPOSURE_UNREADABLE', {
      problem: `its format is ${body.format ?? 1}, and this version reads format ${FORMAT}`,
    })
  return body as ExposureBody
}

/** Tempo, key, mode and energy; null where unknown. */
function flowValues({ tempo, key, mode, energy }: FlowPoint): (number | null)[] {
  return [tempo, key, mode, energy].map((value) => value ?? null)
}

function flowPoint([tempo, key, mode, energy]: readonly (number | null | undefined)[]): FlowPoint {
  return {
    ...(typeof tempo === 'number' && { tempo }),
    ...(typeof key === 'number' && { key }),
    ...(typeof mode === 'number' && { mode }),
    ...(typeof energy === 'number' && { energy }),
  }
}
