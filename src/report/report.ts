import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { Engine } from '../engine.ts'
import type { CurvePoint, Evaluation } from '../learn/evaluation.ts'
import type { ModelManifest } from '../library/models.ts'
import { type RocPoint, rocCurve } from '../metrics/roc.ts'
import type { LikabilityModel } from '../model/likability.ts'
import { type ReliabilityBin, reliabilityBins } from './calibration.ts'
import { type Background, type Effects, strongestEffects } from './effects.ts'
import { type VersionFacts, versionFacts } from './facts.ts'
import { judgedRows, REPORT_ROWS, type ReportRow } from './rows.ts'
import { type RowScores, scoreModels } from './scores.ts'
import { judgeSpread, type SpreadReport } from './spread.ts'

/** Corners of a ROC curve nearer than this would not be seen. */
const ROC_STEP = 0.008

/** A view of all held-out plays: from before the sitting, and play by play. */
export const REPORT_VIEWS = ['forMix', 'all'] as const satisfies readonly ReportRow[]
export type ReportView = (typeof REPORT_VIEWS)[number]

/** What one view of the held-out plays shows. */
export interface ViewReport {
  readonly reliability: readonly ReliabilityBin[]
  /** By model, in the order of the scores. */
  readonly roc: Readonly<Record<string, readonly RocPoint[]>>
  readonly spread?: SpreadReport
}

/** A point of the training's curve: losses on the plays learned from, none before the first step, and on the validation plays. */
export interface ScoredPoint {
  readonly step: number
  readonly training: number | null
  readonly validation: number
}

/** What `report --json` prints and `report --out` draws. Aggregates alone: no track and no artist is named. */
export interface Report {
  readonly listener: string
  /** When the report was made, ms since the epoch. */
  readonly at: number
  readonly version: VersionFacts
  readonly curve: readonly ScoredPoint[]
  /** The step whose parameters were kept. */
  readonly kept: number
  readonly lines: Evaluation['lines']
  /** None where too few plays were left to learn from. */
  readonly heldOut?: {
    readonly plays: number
    readonly scores: Readonly<Record<ReportRow, RowScores>>
    readonly views: Readonly<Record<ReportView, ViewReport>>
  }
  readonly effects: Effects
}

export interface ReportInput {
  readonly listener: string
  readonly manifest: ModelManifest
  /** None with a version that a training without one made. */
  readonly evaluation?: Evaluation
  readonly model: LikabilityModel
  readonly background: Background
  readonly now: number
}

/**
 * Reads the version that serves a listener and what its training kept, and judges it.
 * @throws UNKNOWN_LISTENER, NO_MODEL, MODEL_DAMAGED, MODEL_OLD, and the signal's reason once it is aborted
 */
export async function readReport(
  engine: Engine,
  listener: string,
  now: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Report> {
  const { likability, background } = await engine.model(listener)
  const { id } = await engine.library.listeners.get(listener)
  const { manifest, files } = await engine.library.models.load(id)
  const kept = files['evaluation.json']
  const evaluation = kept && (JSON.parse(Buffer.from(kept).toString()) as Evaluation)
  const version = { listener, manifest, ...(evaluation && { evaluation }) }
  return makeReport({ ...version, model: likability, background, now }, progress, signal)
}

/** Judges a version: the same version gives the same numbers. */
export async function makeReport(
  { listener, manifest, evaluation, model, background, now }: ReportInput,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Report> {
  const heldOut = evaluation?.heldOut
  progress.stage(
    'judging the held-out plays',
    heldOut ? REPORT_ROWS.length + REPORT_VIEWS.length : 0,
    'steps',
  )
  let done = 0
  const step = async <T>(work: () => T): Promise<T> => {
    await breathe(signal)
    const result = work()
    progress.at(++done)
    return result
  }
  const judged: Partial<Record<ReportRow, RowScores>> = {}
  const views: Partial<Record<ReportView, ViewReport>> = {}
  if (heldOut && heldOut.label.length > 0) {
    for (const row of REPORT_ROWS)
      judged[row] = await step(() => scoreModels(judgedRows(heldOut, row), `report/${row}`))
    for (const view of REPORT_VIEWS) views[view] = await step(() => viewReport(heldOut, view))
  }
  progress.done()
  progress.stage('feature effects', 0)
  const effects = await strongestEffects(model, background, signal)
  progress.done()
  return {
    listener,
    at: now,
    version: versionFacts(manifest),
    curve: scoredPoints(evaluation?.curve ?? []),
    kept: evaluation?.kept ?? 0,
    lines: evaluation?.lines ?? [],
    ...(heldOut &&
      heldOut.label.length > 0 && {
        heldOut: {
          plays: heldOut.label.length,
          scores: judged as Record<ReportRow, RowScores>,
          views: views as Record<ReportView, ViewReport>,
        },
      }),
    effects,
  }
}

/** The points that have a validation loss: those after a divergence have none. */
function scoredPoints(curve: readonly CurvePoint[]): ScoredPoint[] {
  return curve.flatMap(({ step, training, validation }) =>
    validation === null ? [] : [{ step, training, validation }],
  )
}

function viewReport(heldOut: NonNullable<Evaluation['heldOut']>, view: ReportView): ViewReport {
  const judged = judgedRows(heldOut, view)
  const spread = judgeSpread(judged, `report/${view}/spread`)
  return {
    reliability: reliabilityBins(judged),
    roc: Object.fromEntries(
      judged.names.map((name) => [name, rocCurve(judged.predictions[name]!, judged.label, ROC_STEP)]),
    ),
    ...(spread && { spread }),
  }
}
