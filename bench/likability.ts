import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { readExports } from '../src/evaluate/history.ts'
import { inTemporaryFolder } from '../src/evaluate/temporary-folder.ts'
import { FEATURE_COUNT } from '../src/features/feature-names.ts'
import type { Examples, View } from '../src/learn/dataset.ts'
import { fitLikability } from '../src/learn/fit.ts'
import { type Foresight, foresee } from '../src/learn/foresight.ts'
import type { ListenerData } from '../src/learn/listener-data.ts'
import { PRESETS } from '../src/learn/presets.ts'
import { describeViews } from '../src/learn/views.ts'
import { sampledAuc, sampledLogLoss } from '../src/metrics/binary.ts'
import { bootstrapInterval } from '../src/metrics/interval.ts'
import type { Figure } from './measure.ts'

const SEED = 1
const TRAINING_SHARE = 0.8
const METRICS = { 'AUC ↑': sampledAuc, 'log-loss ↓': sampledLogLoss } as const

/** The rows of DESIGN §10 and of `evaluate history`. */
const ROWS: Readonly<Record<string, { readonly view: View; readonly of: (examples: Examples) => number[] }>> =
  {
    all: { view: 'rolling', of: ({ play }) => Array.from(play.keys()) },
    firstPlay: {
      view: 'rolling',
      of: ({ play, firstPlay }) => Array.from(play.keys()).filter((i) => firstPlay[i]),
    },
    noSessionContext: { view: 'frozen', of: ({ play }) => Array.from(play.keys()) },
  }

/**
 * How well ours foresees the last fifth of a listener's plays beside gradient-boosted trees on the same features, in the protocol
 * of `evaluate history`, with paired 95 % intervals (bootstrap over sittings). The trees are those of LightGBM, else scikit-learn, in python3 or $PYTHON.
 */
export default async function (folder: string, args: readonly string[]): Promise<readonly Figure[]> {
  const { values, positionals: paths } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { catalog: { type: 'string', multiple: true }, 'time-zone': { type: 'string' } },
  })
  if (paths.length === 0) {
    console.log('npm run bench -- likability EXPORT.zip … [--catalog TRACKS.csv] [--time-zone ZONE]')
    return []
  }
  const { catalog = [], 'time-zone': timeZone = 'UTC' } = values
  for (const path of [...paths, ...catalog]) {
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    console.log(`${basename(path)}, sha256 ${sha256}`)
  }
  const read = { paths, catalog, seed: SEED, timeZone, now: Date.now() }
  const data = await inTemporaryFolder((store) => readExports(store, read, silent))
  return compare(folder, data)
}

/** The figures of both on the last fifth of `data`; the files for the peer are left in `folder`. */
export async function compare(folder: string, data: ListenerData): Promise<readonly Figure[]> {
  const to = Math.floor(data.log.size * TRAINING_SHARE)
  const preset = PRESETS.default
  const fitted = await fitLikability(data, to, { preset, seed: SEED }, silent)
  const ours = await foresee(data, to, fitted)
  const training = describeViews(data, to, preset.plays, silent, fitted.checkpoint.audioScale).views
  const theirs = await peerForesees(folder, training, {
    rolling: ours.rolling.examples,
    frozen: ours.frozen.examples,
  })
  if (!theirs) console.log('peer not installed: python3 (or $PYTHON) has neither lightgbm nor scikit-learn')
  return Object.entries(ROWS).flatMap(([row, { view, of }]) =>
    figuresOf(row, of(ours[view].examples), ours[view], theirs?.[view]),
  )
}

function figuresOf(
  row: string,
  rows: readonly number[],
  { examples, predictions }: Foresight,
  theirs: Float64Array | undefined,
): Figure[] {
  console.log(`${row}: ${rows.length} plays`)
  const label = Uint8Array.from(rows, (i) => examples.label[i]!)
  const groups = rows.map((i) => examples.sitting[i]!)
  return Object.entries(METRICS).flatMap(([metric, sampled]) => {
    const on = (p: Float64Array) =>
      sampled(
        Float64Array.from(rows, (i) => p[i]!),
        label,
      )
    const figure = (name: string, statistic: (times: Uint32Array) => number): Figure => {
      const { next } = random(`${SEED}/${row}/${metric}`)
      const { mean: value, ci95 } = bootstrapInterval({ groups, statistic, next })
      return { name, value, unit: metric, ci95, digits: 4 }
    }
    const our = on(predictions.deepcuts)
    const figures = [figure(`${row}, deepcuts`, our)]
    if (!theirs) return figures
    const their = on(theirs)
    return [
      ...figures,
      figure(`${row}, boosted trees`, their),
      figure(`${row}, ours − theirs`, (times) => our(times) - their(times)),
    ]
  })
}

/** The peer's probabilities of the test plays, or nothing where Python or both libraries are missing. */
async function peerForesees(
  folder: string,
  training: Readonly<Record<View, Examples>>,
  test: Readonly<Record<View, Examples>>,
): Promise<Readonly<Record<View, Float64Array>> | undefined> {
  const { label, play } = training.rolling
  const files = {
    'layout.json': JSON.stringify({ features: FEATURE_COUNT, seed: SEED }),
    'train.rolling': training.rolling.raw,
    'train.frozen': training.frozen.raw,
    'train.label': label,
    'train.play': play,
    'test.rolling': test.rolling.raw,
    'test.frozen': test.frozen.raw,
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const python = process.env.PYTHON ?? 'python3'
  const hasPeer = await run(python, [
    '-c',
    'import numpy\ntry: import lightgbm\nexcept ImportError: import sklearn',
  ]).then(
    () => true,
    () => false,
  )
  if (!hasPeer) return undefined
  const script = fileURLToPath(new URL('./peers/boosted_trees.py', import.meta.url))
  const { stdout } = await run(python, [script, folder])
  console.log(stdout.trim())
  const predicted = async (view: View) =>
    new Float64Array(Uint8Array.from(await readFile(join(folder, `predicted.${view}`))).buffer)
  return { rolling: await predicted('rolling'), frozen: await predicted('frozen') }
}

const run = promisify(execFile)
