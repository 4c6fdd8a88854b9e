import { random } from '../core/random.ts'
import { sampledAuc, sampledLogLoss } from '../metrics/binary.ts'
import { sampledCalibrationSlope, sampledEce } from '../metrics/calibration.ts'
import {
  bootstrapInterval,
  bootstrapNormalInterval,
  type Estimate,
  notNegative,
} from '../metrics/interval.ts'
import { bySitting } from './by-sitting.ts'
import { type Judged, OURS } from './rows.ts'

/** Enough for a standard error (Efron & Tibshirani 1993, ch. 6.4); a slope is costly to find. */
const SLOPE_DRAWS = 200

export const SCORES = ['auc', 'logLoss', 'ece', 'slope'] as const
export type Score = (typeof SCORES)[number]

export interface ModelScores {
  readonly name: string
  readonly scores: Readonly<Record<Score, Estimate>>
}

/** Ours minus the baseline with the least log-loss, paired over the same sittings. */
export interface Ahead {
  readonly against: string
  readonly auc: Estimate
  readonly logLoss: Estimate
}

export interface RowScores {
  readonly n: number
  readonly sittings: number
  readonly finishes: number
  readonly models: readonly ModelScores[]
  readonly ahead?: Ahead
}

/** Scores every model on a row of the report, with 95 % intervals by bootstrap over sittings, where those are enough. */
export function scoreModels(judged: Judged, seed: string): RowScores {
  const { label, sitting, names, predictions } = judged
  const bootstrap = (metric: string) => ({ groups: sitting, next: random(`${seed}/${metric}`).next })
  const enough = (estimate: Estimate) => bySitting(sitting, estimate)
  const models = names.map((name): ModelScores => {
    const p = predictions[name]!
    return {
      name,
      scores: {
        auc: enough(bootstrapInterval({ ...bootstrap('auc'), statistic: sampledAuc(p, label) })),
        logLoss: enough(bootstrapInterval({ ...bootstrap('logLoss'), statistic: sampledLogLoss(p, label) })),
        ece: enough(
          notNegative(bootstrapNormalInterval({ ...bootstrap('ece'), statistic: sampledEce(p, label) })),
        ),
        slope: enough(
          bootstrapNormalInterval({
            ...bootstrap('slope'),
            statistic: sampledCalibrationSlope(p, label),
            draws: SLOPE_DRAWS,
          }),
        ),
      },
    }
  })
  const against = models
    .filter(({ name }) => name !== OURS)
    .reduce<ModelScores | undefined>(
      (best, model) => (best && best.scores.logLoss.mean <= model.scores.logLoss.mean ? best : model),
      undefined,
    )
  const difference = (metric: typeof sampledAuc, name: string, theirs: string) => {
    const [a, b] = [metric(predictions[OURS]!, label), metric(predictions[theirs]!, label)]
    return enough(
      bootstrapInterval({ ...bootstrap(`ahead/${name}`), statistic: (times) => a(times) - b(times) }),
    )
  }
  return {
    n: judged.n,
    sittings: new Set(sitting).size,
    finishes: label.reduce((sum, y) => sum + y, 0),
    models,
    ...(against && {
      ahead: {
        against: against.name,
        auc: difference(sampledAuc, 'auc', against.name),
        logLoss: difference(sampledLogLoss, 'logLoss', against.name),
      },
    }),
  }
}
