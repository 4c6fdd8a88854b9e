import { DeepcutsError } from '../core/errors.ts'
import { random } from '../core/random.ts'
import { GraphError } from '../graph/index.ts'
import type { Library } from '../library/library.ts'
import type { ModelManifest } from '../library/models.ts'
import { sampledLogLoss } from '../metrics/binary.ts'
import { bootstrapInterval, type Estimate } from '../metrics/interval.ts'
import { readCheckpoint } from '../model/checkpoint.ts'
import { openEnsemble } from '../model/ensemble.ts'
import { meanProbability } from '../model/likability.ts'
import { FEWEST_SITTINGS } from './calibration.ts'
import { describeLog } from './dataset.ts'
import type { HeldOut } from './evaluation.ts'
import { historyMaker, type ListenerData } from './listener-data.ts'

/** Whether a new version serves, and why. Plain JSON. */
export interface Promotion {
  readonly promoted: boolean
  /** The version that served until now. */
  readonly against: number
  /** Held-out plays that neither of the two compared models had seen. */
  readonly plays: number
  /** Log-loss of the new one minus that of the other, for a mix, with its interval; absent when they could not be compared. */
  readonly difference?: Estimate
  readonly reason:
    | 'not worse'
    | 'worse'
    | 'too few plays to compare'
    | 'the other cannot be read'
    | 'stopped before its taste model'
}

/** With fewer plays an interval is too wide to say anything. */
const FEWEST_PLAYS = 200

/** What a version tells of the plays it learned from. */
export interface TrainedOn {
  /** End of its last play, ms since the epoch. */
  readonly lastPlayAt: number
  /** End of the first play that its held-out model had not seen; absent when it has none. */
  readonly heldOutFrom?: number
}

/**
 * Compares a new version with the one that serves, by what they foresee of the held-out plays before each sitting. It is worse when
 * the whole paired 95 % interval (bootstrap by sitting) of the difference in log-loss is above 0. Each play is foreseen by a model
 * of the serving version that had not seen it: its held-out model, and for the plays after its last the one that serves.
 * Where they cannot be compared the newer data speaks for the new one, unless its training was cut short.
 * @param tail where the held-out plays begin in the log
 * @returns undefined when no version serves the listener
 */
export async function promotionOf(
  library: Library,
  data: ListenerData,
  tail: number,
  heldOut: HeldOut,
  cut: boolean,
): Promise<Promotion | undefined> {
  const active = await library.models.active(data.listener.id)
  if (!active) return undefined
  const against = active.version
  const theirs = await predictionsOf(library, data, tail, active).catch((error: unknown) => {
    if (error instanceof DeepcutsError || error instanceof GraphError) return undefined
    throw error
  })
  if (!theirs) return { promoted: true, against, plays: 0, reason: 'the other cannot be read' }
  const rows = [...theirs.keys()].filter((i) => !Number.isNaN(theirs[i]!))
  const plays = rows.length
  const sitting = rows.map((i) => heldOut.sitting[i]!)
  if (plays < FEWEST_PLAYS || new Set(sitting).size < FEWEST_SITTINGS)
    return { promoted: !cut, against, plays, reason: 'too few plays to compare' }

  const label = rows.map((i) => heldOut.label[i]!)
  const ours = sampledLogLoss(
    rows.map((i) => heldOut.views.frozen.predictions.deepcuts![i]!),
    label,
  )
  const other = sampledLogLoss(
    rows.map((i) => theirs[i]!),
    label,
  )
  const difference = bootstrapInterval({
    groups: sitting,
    statistic: (times) => ours(times) - other(times),
    next: random(`promotion against ${against}`).next,
  })
  const promoted = difference.ci95[0] <= 0
  return { promoted, against, plays, difference, reason: promoted ? 'not worse' : 'worse' }
}

/** What the serving version foresees of the held-out plays before their sittings; NaN where none of its models may be asked. */
async function predictionsOf(
  library: Library,
  data: ListenerData,
  tail: number,
  { version, training }: ModelManifest,
): Promise<Float64Array> {
  const { lastPlayAt, heldOutFrom = Number.POSITIVE_INFINITY } = training as TrainedOn
  const { files } = await library.models.load(data.listener.id, version)
  const predict = async (name: 'model' | 'held-out', wanted: (endedAt: number) => boolean) => {
    const { ensemble, audioScale } = readCheckpoint(files, name, version)
    const { raw, play } = describeLog(data.log, historyMaker(data, audioScale)(), 'frozen', { from: tail })
    const model = await openEnsemble(ensemble)
    try {
      const { finish } = await model.logits(raw)
      return meanProbability(finish, model.heads).map((p, i) =>
        wanted(data.log.endedAt[play[i]!]!) ? p : Number.NaN,
      )
    } finally {
      await model.close()
    }
  }
  const after = await predict('model', (endedAt) => endedAt > lastPlayAt)
  if (heldOutFrom > lastPlayAt) return after
  const before = await predict('held-out', (endedAt) => endedAt >= heldOutFrom && endedAt <= lastPlayAt)
  return after.map((p, i) => (Number.isNaN(p) ? before[i]! : p))
}
