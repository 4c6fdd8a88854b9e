import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import { importPaths } from '../ingest/import-paths.ts'
import type { Examples } from '../learn/dataset.ts'
import type { HeldOut } from '../learn/evaluation.ts'
import { fitLikability } from '../learn/fit.ts'
import { type Foresight, foresee, heldOutOf, MODELS, type ModelName } from '../learn/foresight.ts'
import { type ListenerData, readListenerData } from '../learn/listener-data.ts'
import { PRESETS, type PresetName } from '../learn/presets.ts'
import { openLibrary } from '../library/library.ts'
import { countOutcomes } from '../library/listening-log.ts'
import { sampledAccuracy, sampledAuc, sampledBrier, sampledLogLoss } from '../metrics/binary.ts'
import { sampledCalibrationSlope, sampledEce } from '../metrics/calibration.ts'
import {
  bootstrapInterval,
  bootstrapNormalInterval,
  type Estimate,
  notNegative,
} from '../metrics/interval.ts'
import { judgedRows, type ReportRow } from '../report/rows.ts'
import { judgeSpread, type SpreadReport } from '../report/spread.ts'
import { openStore } from '../store/open.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/** Training share; the split is chronological. */
const TRAINING_SHARE = 0.8
const METRICS = {
  auc: sampledAuc,
  logLoss: sampledLogLoss,
  brier: sampledBrier,
  accuracy: sampledAccuracy,
  ece: sampledEce,
  slope: sampledCalibrationSlope,
} as const
const DRAWS = 1000
/** Each draw is a fit of its own. */
const SLOPE_DRAWS = 200
const LISTENER = 'The listener of these exports'

export type HistoryMetric = keyof typeof METRICS
type RowName = 'all' | 'firstPlay' | 'noSessionContext'

export interface HistoryOptions {
  /** Exports of one listener. */
  readonly paths: readonly string[]
  /** Catalog tables with audio features. */
  readonly catalog: readonly string[]
  readonly seed: number
  /** How large a model; absent: `default`. */
  readonly preset?: PresetName
  /** IANA zone of the listener: hours of the day are told in it. */
  readonly timeZone: string
  /** Ms since the epoch, for the import records. */
  readonly now: number
}

export type RowMetrics = { readonly n: number } & { readonly [M in HistoryMetric]: Estimate }

/** What `evaluate history --json` prints. */
export interface HistoryReport {
  readonly task: 'history'
  readonly dataset: {
    readonly file: string
    readonly sha256: string
    readonly rows: number
    readonly finishes: number
    readonly skips: number
    /** Plays whose end says nothing. */
    readonly masked: number
    /** Share of plays with audio features, 0…1. */
    readonly audioShare: number
    readonly catalog: readonly { readonly file: string; readonly sha256: string }[]
  }
  readonly protocol: {
    readonly name: 'chronological'
    readonly training: number
    readonly test: number
    readonly firstTestPlay: string
    /** In which hours of the day are told. */
    readonly timeZone: string
    readonly description: string
  }
  readonly seed: number
  readonly models: readonly {
    readonly name: string
    readonly metrics: Readonly<Record<RowName, RowMetrics>>
  }[]
  /** AUC of ours minus that of the strongest other model, paired over the same sittings. */
  readonly ahead: Readonly<Record<RowName, { readonly against: string; readonly auc: Estimate }>>
  /** What the disagreement of our heads says about being wrong; absent where they never disagree. */
  readonly spread: { readonly all?: SpreadReport; readonly noSessionContext?: SpreadReport }
}

const DESCRIPTION =
  'First 80 % of the plays for training, the last 20 % for the test, in time. Finish against skip, other ends masked. ' +
  'all: the state rolls forward, each play seen before its outcome. firstPlay: those that the listener hears for the first time. ' +
  'noSessionContext: the state stays that of the start of the sitting. Settings, scalers and calibration come from the training part. ' +
  '95 % intervals: bootstrap over sittings.'

/** Judges how well ours and the baselines foresee which plays are finished, on the last fifth of a listener's exports. */
export async function evaluateHistory(
  options: HistoryOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<HistoryReport> {
  const data = await inTemporaryFolder((folder) => readExports(folder, options, progress, signal))
  return {
    ...(await judge(data, options, progress, signal)),
    dataset: { ...describeData(data), ...(await describeFiles(options)) },
  }
}

/** What an import of the exports and catalogs makes of them, by way of a store in `folder`. */
export async function readExports(
  folder: string,
  { paths, catalog, now, timeZone }: HistoryOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ListenerData> {
  const store = await openStore(`file:${folder}`)
  try {
    const library = openLibrary(store, folder, () => now, timeZone)
    const importing = { listener: LISTENER, now, ...(signal && { signal }) }
    await importPaths(paths, importing, library.imports, progress)
    await importPaths(catalog, { ...importing, as: 'catalog' }, library.imports, progress)
    return await readListenerData(library, LISTENER)
  } finally {
    await store.close()
  }
}

/** The protocol on data that is already read. */
async function judge(
  data: ListenerData,
  { seed, preset = 'default' }: HistoryOptions,
  progress: Progress,
  signal?: AbortSignal,
) {
  const { log } = data
  const to = Math.floor(log.size * TRAINING_SHARE)
  const fitted = await fitLikability(data, to, { preset: PRESETS[preset], seed }, progress, signal)
  signal?.throwIfAborted()
  const { rolling, frozen } = await foresee(data, to, fitted)
  const every = ({ examples }: Foresight) => Array.from(examples.play.keys())
  const views: Record<RowName, { readonly foresight: Foresight; readonly rows: readonly number[] }> = {
    all: { foresight: rolling, rows: every(rolling) },
    firstPlay: { foresight: rolling, rows: every(rolling).filter((i) => rolling.examples.firstPlay[i]) },
    noSessionContext: { foresight: frozen, rows: every(frozen) },
  }
  progress.stage('bootstrap', MODELS.length * 3, 'rows')
  let done = 0
  const judged: HistoryReport['models'][number][] = []
  for (const name of MODELS) {
    const metrics = {} as Record<RowName, RowMetrics>
    for (const view of Object.keys(views) as RowName[]) {
      await breathe(signal)
      const { foresight, rows } = views[view]
      metrics[view] = scoreRows(foresight.predictions[name], foresight.examples, rows, seed)
      progress.at(++done)
    }
    judged.push({ name, metrics })
  }
  progress.done()
  const ahead = Object.fromEntries(
    (Object.keys(views) as RowName[]).map((view) => {
      const { foresight, rows } = views[view]
      const { examples, predictions } = foresight
      const against = strongest(judged.slice(0, -1), view) as ModelName
      const label = pick(examples.label, rows)
      const [ours, theirs] = [predictions.deepcuts, predictions[against]].map((p) =>
        sampledAuc(pick(p, rows), label),
      )
      const difference = bootstrapInterval({
        groups: rows.map((i) => examples.sitting[i]!),
        statistic: (times) => ours!(times) - theirs!(times),
        next: random(`${seed}/ahead/${view}`).next,
      })
      return [view, { against, auc: difference }]
    }),
  ) as HistoryReport['ahead']
  return {
    task: 'history' as const,
    protocol: {
      name: 'chronological' as const,
      training: to,
      test: log.size - to,
      timeZone: data.listener.timeZone,
      firstTestPlay: new Date(log.endedAt[to]!).toISOString().slice(0, 10),
      description: DESCRIPTION,
    },
    seed,
    models: judged,
    ahead,
    spread: spreadOf(heldOutOf({ rolling, frozen }), seed),
  }
}

function spreadOf(heldOut: HeldOut, seed: number): HistoryReport['spread'] {
  const judge = (row: ReportRow) => judgeSpread(judgedRows(heldOut, row), `${seed}/spread/${row}`)
  const [all, noSessionContext] = [judge('all'), judge('forMix')]
  return { ...(all && { all }), ...(noSessionContext && { noSessionContext }) }
}

function scoreRows(p: Float64Array, examples: Examples, rows: readonly number[], seed: number): RowMetrics {
  const probability = pick(p, rows)
  const label = pick(examples.label, rows)
  const groups = rows.map((i) => examples.sitting[i]!)
  const estimates = Object.fromEntries(
    (Object.keys(METRICS) as HistoryMetric[]).map((metric) => {
      const statistic = METRICS[metric](probability, label)
      const draws = metric === 'slope' ? SLOPE_DRAWS : DRAWS
      const bootstrap = { groups, statistic, next: random(`${seed}/${metric}`).next, draws }
      return [
        metric,
        metric === 'ece' ? notNegative(bootstrapNormalInterval(bootstrap)) : bootstrapInterval(bootstrap),
      ]
    }),
  ) as Record<HistoryMetric, Estimate>
  return { n: rows.length, ...estimates }
}

function strongest(models: readonly HistoryReport['models'][number][], view: RowName): string {
  const scores = models.map(({ metrics }) => metrics[view].auc.mean)
  return models[scores.indexOf(Math.max(...scores))]?.name ?? models[0]!.name
}

function pick<A extends Float64Array | Uint8Array>(values: A, rows: ArrayLike<number>): A {
  const picked = new (values.constructor as new (n: number) => A)(rows.length)
  for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i]!]!
  return picked
}

function describeData({ log, catalog }: ListenerData) {
  const { finishes, skips, unknown } = countOutcomes(log)
  const audio = log.row.reduce((sum, row) => sum + (catalog.source[row] ? 1 : 0), 0)
  return {
    rows: log.size,
    finishes,
    skips,
    masked: unknown,
    audioShare: log.size ? audio / log.size : 0,
  }
}

async function describeFiles({ paths, catalog }: HistoryOptions) {
  const named = async (path: string) => ({ file: basename(path), sha256: await digest(path) })
  const exports = await Promise.all(paths.map(named))
  const sha256 =
    exports.length === 1
      ? exports[0]!.sha256
      : createHash('sha256')
          .update(exports.map((e) => e.sha256).join('\n'))
          .digest('hex')
  return {
    file: exports.map((e) => e.file).join(' + '),
    sha256,
    catalog: await Promise.all(catalog.map(named)),
  }
}

/** SHA-256 of a file, or of a folder's files in the order of their names. */
async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  const add = async (entry: string): Promise<void> => {
    if ((await stat(entry)).isDirectory())
      for (const name of (await readdir(entry)).sort()) await add(join(entry, name))
    else for await (const chunk of createReadStream(entry)) hash.update(chunk as Buffer)
  }
  await add(path)
  return hash.digest('hex')
}
