import { breathe } from '../core/breathe.ts'
import { random } from '../core/random.ts'
import type { PolicyEstimate } from '../off-policy/estimate.ts'
import { foreseeSlates } from '../off-policy/slate-model.ts'
import {
  cascadeDoublyRobust,
  independentIps,
  type LoggedSlate,
  onPolicy,
  rewardInteractionIps,
  slateWeight,
  standardIps,
} from '../off-policy/slates.ts'
import { describeWeights, refusal } from '../off-policy/weights.ts'
import {
  type AnsweredSlate,
  type CountedLog,
  type CountedSlate,
  SLOT_COLUMNS,
  slateCounter,
} from './policy-log.ts'
import { type PolicyReport, policyMetrics } from './policy-metrics.ts'
import type { TargetPolicy } from './policy-slates.ts'

const UNIT = { one: 'sitting', many: 'sittings' }
const PENALTY = 1

const DESCRIPTION =
  'A sitting is a slate of the day of which a track was played within 48 hours; its value is the sum over the slots up to the last one played: ' +
  'a finish .75, a skip −.125, a like ±.125. Weights are those of slot types and tracks up to a slot. Listeners are taken to go ' +
  'through a slate from the top and to leave it by what they have heard of it. If so, standard IPS is right; so are RIPS and cascade-DR where nothing ' +
  'after a slot changes it, and independent IPS where a slot is worth what its own track is. Tracks that the log did not consider stay out. '
const BY_LISTENER = '95 % intervals: Student’s t, clustered by listener.'
const BY_SITTING = '95 % intervals: Student’s t, sitting by sitting, and about this listener alone.'

export interface PolicyQuestion {
  /** Where the log is from. */
  readonly name: string
  readonly sha256: readonly string[]
  readonly target: TargetPolicy
  readonly seed: number
}

/** Judges a policy on slates that another one drew. The same slates, target and seed give the same report. */
export function evaluateSlates(log: readonly AnsweredSlate[], question: PolicyQuestion): PolicyReport {
  const counter = slateCounter(question.target)
  for (const slate of log) counter.add(slate)
  return judged(counter.counted(), question)
}

/** How long a slice of an estimate may hold up others, ms. */
const SLICE_MS = 10

/** As `evaluateSlates`, in slices between which others have their turn; the same report. */
export async function evaluateInSlices(
  log: readonly AnsweredSlate[],
  question: PolicyQuestion,
  signal?: AbortSignal,
): Promise<PolicyReport> {
  const counter = slateCounter(question.target)
  let began = performance.now()
  for (const slate of log) {
    counter.add(slate)
    if (performance.now() - began < SLICE_MS) continue
    await breathe(signal)
    began = performance.now()
  }
  return judged(counter.counted(), question)
}

function judged({ slates, notes }: CountedLog, { name, sha256, target, seed }: PolicyQuestion): PolicyReport {
  const listeners = new Set(slates.map(({ listener }) => listener)).size
  const foreseen = foreseeSlates(
    slates.map(({ slots }) => slots),
    { columns: SLOT_COLUMNS, penalty: PENALTY, random: random(seed).fork('folds') },
  )
  const logged = slates.map(
    ({ listener, rewards, reweighted }, i): LoggedSlate => ({
      group: listeners > 1 ? listener : i,
      rewards,
      prefixWeights: reweighted.prefixWeights,
      slotWeights: reweighted.slotWeights,
      foreseen: foreseen[i]!,
    }),
  )
  const weights = describeWeights(Float64Array.from(logged, slateWeight))
  const unsupported = unsupportedShare(slates)
  const refused = refusal(weights, unsupported, UNIT)
  return {
    task: 'policy',
    dataset: { name, sha256, rounds: slates.length, listeners, unit: UNIT.one },
    protocol: { name: 'off-policy', description: DESCRIPTION + (listeners > 1 ? BY_LISTENER : BY_SITTING) },
    policy: policyWords(target),
    seed,
    notes,
    metrics: policyMetrics({
      onPolicy: onPolicy(logged),
      weights,
      unsupported,
      refused,
      estimates: refused === null ? estimatesOf(logged) : [],
    }),
  }
}

function estimatesOf(slates: readonly LoggedSlate[]): PolicyEstimate[] {
  return [cascadeDoublyRobust, rewardInteractionIps, standardIps, independentIps].map((estimate) =>
    estimate(slates),
  )
}

function unsupportedShare(slates: readonly CountedSlate[]): number {
  const sum = slates.reduce((total, { reweighted }) => total + reweighted.unsupported, 0)
  return slates.length === 0 ? 0 : sum / slates.length
}

/** The target as words: "mixture with novelty 0.4". */
function policyWords({ name, ...settings }: TargetPolicy): string {
  const said = Object.entries(settings).filter(([, value]) => value !== undefined)
  return [name, ...said.map(([key, value], i) => `${i === 0 ? 'with' : 'and'} ${key} ${value}`)].join(' ')
}
