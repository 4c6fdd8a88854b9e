import { DeepcutsError } from '../core/errors.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { GraphError } from '../graph/index.ts'
import { EVERYBODY } from '../library/kept-library.ts'
import type { Library } from '../library/library.ts'
import { type Checkpoint, readCheckpoint } from '../model/checkpoint.ts'
import { compareOn } from './everybody-judge.ts'
import type { EverybodyReport } from './everybody-report.ts'
import type { Promotion } from './promotion.ts'

/**
 * Compares with the version of everybody that serves, on those who are left out of both trainings: the held-out models saw nothing of
 * them. Where more listeners came since, some that are left out now had taught the other; they do not count here.
 */
export async function everybodyPromotion(
  library: Library,
  {
    checkpoint: ours,
    cut,
    tasteStopped,
  }: { readonly checkpoint: Checkpoint; readonly cut: boolean; readonly tasteStopped: boolean },
  describe: (scale: AudioScale, upTo: number) => ReturnType<Parameters<typeof compareOn>[0]>,
): Promise<Promotion | undefined> {
  const active = await library.models.active(EVERYBODY)
  if (!active) return undefined
  const against = active.version
  try {
    const { files } = await library.models.load(EVERYBODY, against)
    const { everybody } = active.training as Partial<EverybodyReport>
    if (tasteStopped && everybody && everybody.taste.chosen !== 'popularity')
      return { promoted: false, against, plays: 0, reason: 'stopped before its taste model' }
    const upTo = everybody?.leftOutUpTo ?? 0
    const theirs = readCheckpoint(files, 'held-out', against)
    const { plays, difference } = await compareOn((scale) => describe(scale, upTo), ours, theirs)
    if (!difference) return { promoted: !cut, against, plays, reason: 'too few plays to compare' }
    const promoted = difference.ci95[0] <= 0
    return { promoted, against, plays, difference, reason: promoted ? 'not worse' : 'worse' }
  } catch (error) {
    if (!(error instanceof DeepcutsError || error instanceof GraphError)) throw error
    return { promoted: true, against, plays: 0, reason: 'the other cannot be read' }
  }
}
