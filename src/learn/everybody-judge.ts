import { random } from '../core/random.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { LEAST_LISTENERS } from '../library/community.ts'
import { auc, logLoss, sampledLogLoss } from '../metrics/binary.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { openEnsemble } from '../model/ensemble.ts'
import { logisticLikability, meanProbability } from '../model/likability.ts'
import { baselinePredictions } from './baselines.ts'
import type { View } from './dataset.ts'
import type { FittedEverybody } from './everybody-fit.ts'
import type { ManyViews } from './everybody-views.ts'
import type { TailScore } from './train.ts'

/** How well plays were foreseen that nothing was learned from. Plain JSON. */
export interface Judged {
  readonly listeners: number
  readonly plays: number
  /** Baselines, then the popularity that everybody's finishes tell, logistic regression, and ours; none where fewer than five listeners are judged on. */
  readonly models: readonly TailScore[]
  /** Log-loss for a mix of ours minus that of logistic regression and of popularity; 95 % intervals, bootstrap by listener. */
  readonly ahead: { readonly logistic: Estimate; readonly popularity: Estimate } | null
}

/** Plays at the base rate that everybody's rate of a track is drawn to. */
const POPULARITY_STRENGTH = 10

/** Foresees plays of listeners with what was fitted without them, beside simpler models. */
export async function judge(described: ManyViews, fitted: FittedEverybody): Promise<Judged> {
  const { views, person } = described
  const { label } = views.rolling
  const listeners = new Set(person).size
  if (listeners < LEAST_LISTENERS) return { listeners, plays: label.length, models: [], ahead: null }
  const rolling = await predictionsOf(described, 'rolling', fitted)
  const frozen = await predictionsOf(described, 'frozen', fitted)
  const score = (p: Float64Array) => ({ auc: auc(p, label), logLoss: logLoss(p, label) })
  const models = [...frozen.keys()].map((name) => ({
    name,
    ...score(rolling.get(name)!),
    beforeSitting: score(frozen.get(name)!),
  }))
  const against = (name: string) => {
    const [ours, other] = ['deepcuts', name].map((each) => sampledLogLoss(frozen.get(each)!, label))
    return bootstrapInterval({
      groups: person,
      statistic: (times) => ours!(times) - other!(times),
      next: random(`everybody against ${name}`).next,
    })
  }
  const ahead = { logistic: against('logistic-regression'), popularity: against('popularity') }
  return { listeners, plays: label.length, models, ahead }
}

async function predictionsOf(
  { views, track }: ManyViews,
  view: View,
  { checkpoint, simple, sample, everybodysRate }: FittedEverybody,
): Promise<Map<string, Float64Array>> {
  const examples = views[view]
  const base = sample.rolling.label.reduce((sum, label) => sum + label, 0) / sample.rolling.size
  const popularity = Float64Array.from(track, (row) => {
    const { finishes, plays } = everybodysRate.get(row) ?? { finishes: 0, plays: 0 }
    return (finishes + POPULARITY_STRENGTH * base) / (plays + POPULARITY_STRENGTH)
  })
  const logistic = logisticLikability(simple)
  return new Map(
    Object.entries({
      ...baselinePredictions(sample[view], examples),
      popularity,
      'logistic-regression': meanProbability((await logistic.logits(examples.raw)).finish, logistic.heads),
      deepcuts: await ensemblePredictions(checkpoint, examples.raw),
    }),
  )
}

/** Probabilities of a finish by a checkpoint's ensemble. */
async function ensemblePredictions(
  { ensemble }: Pick<Checkpoint, 'ensemble'>,
  raw: Float32Array,
): Promise<Float64Array> {
  const model = await openEnsemble(ensemble)
  try {
    return meanProbability((await model.logits(raw)).finish, model.heads)
  } finally {
    await model.close()
  }
}

/** Says by how much log-loss for a mix a checkpoint is worse than another on left-out listeners; each describes the plays on its scale. */
export async function compareOn(
  describe: (scale: AudioScale) => Promise<ManyViews>,
  ours: Checkpoint,
  other: Checkpoint,
): Promise<{ readonly plays: number; readonly difference?: Estimate }> {
  const [mine, theirs] = [await describe(ours.audioScale), await describe(other.audioScale)]
  const { label, raw } = mine.views.frozen
  const plays = label.length
  if (new Set(mine.person).size < LEAST_LISTENERS) return { plays }
  const [a, b] = [
    sampledLogLoss(await ensemblePredictions(ours, raw), label),
    sampledLogLoss(await ensemblePredictions(other, theirs.views.frozen.raw), label),
  ]
  const difference = bootstrapInterval({
    groups: mine.person,
    statistic: (times) => a(times) - b(times),
    next: random('promotion of everybody').next,
  })
  return { plays, difference }
}
