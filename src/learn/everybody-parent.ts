import { DeepcutsError } from '../core/errors.ts'
import { EVERYBODY } from '../library/kept-library.ts'
import type { Library } from '../library/library.ts'
import { type Checkpoint, readCheckpoint } from '../model/checkpoint.ts'
import { readTaste } from '../taste/taste-checkpoint.ts'
import type { Evaluation } from './evaluation.ts'
import type { EverybodyBlend } from './everybody-blend.ts'
import type { PartBounds } from './everybody-data.ts'
import type { EverybodyReport } from './everybody-report.ts'
import { HELD_OUT_TASTE, type TastePair } from './everybody-taste.ts'
import type { Preset, PresetName } from './presets.ts'
import type { FullReason } from './refresh.ts'
import type { TasteChoice } from './taste-choice.ts'
import { TASTE_NAME } from './taste-train.ts'

/** A version of everybody that a refresh goes on from. */
export interface EverybodyParent {
  readonly version: number
  readonly preset: PresetName
  readonly seed: number
  readonly settings: Preset
  readonly bounds: PartBounds
  /** What serves, and what saw nothing of those left out. */
  readonly model: Checkpoint
  readonly heldOut: Checkpoint
  readonly evaluation: Evaluation
  readonly choice: TasteChoice
  /** Absent where it has no taste model. */
  readonly taste?: TastePair
  readonly blend?: EverybodyBlend
}

/** The version of everybody that serves, when a refresh can go on from it; else why not. */
export async function everybodyParent(library: Library): Promise<EverybodyParent | FullReason> {
  const active = await library.models.active(EVERYBODY)
  if (!active) return 'no version serves'
  const { version } = active
  if (version <= (await library.forgetting.owedUpTo())) return 'somebody whom it learned from was forgotten'
  const { preset, seed, settings, everybody } = active.training as EverybodyReport
  if (everybody?.validatorsUpTo === undefined)
    return 'the version that serves kept no model that had not seen those left out'
  try {
    const { files } = await library.models.load(EVERYBODY, version)
    const { leftOutUpTo, validatorsUpTo, taste: choice, blend } = everybody
    const hasTaste = `${TASTE_NAME}.json` in files && `${HELD_OUT_TASTE}.json` in files
    return {
      ...{ version, preset, seed, settings, choice },
      bounds: { leftOutUpTo, validatorsUpTo },
      model: readCheckpoint(files, 'model', version),
      heldOut: readCheckpoint(files, 'held-out', version),
      evaluation: JSON.parse(Buffer.from(files['evaluation.json']!).toString()) as Evaluation,
      ...(hasTaste && {
        taste: {
          taste: readTaste(files, TASTE_NAME, version),
          heldOut: readTaste(files, HELD_OUT_TASTE, version),
        },
      }),
      ...(blend && { blend }),
    }
  } catch (error) {
    if (error instanceof DeepcutsError) return 'the version that serves cannot be read'
    throw error
  }
}
