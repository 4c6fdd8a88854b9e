import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { FINISH, UNKNOWN } from '../src/core/labels.ts'
import { AUDIO_FEATURES } from '../src/core/track.ts'
import { partsOf } from '../src/learn/everybody-data.ts'
import type { EverybodyReport } from '../src/learn/everybody-report.ts'
import { auc, logLoss } from '../src/metrics/binary.ts'
import { type ManyListeners, makeListeners } from '../src/world/many-listeners.ts'
import { deepcuts, type Figure } from './measure.ts'

const NOW = Date.UTC(2026, 10, 1)
/** As many plays of a left-out listener are judged as the training judges. */
const JUDGED = 200

/**
 * Many invented listeners: their log imported, and the whole training over all of them. `--events`, `--tracks` and `--listeners` make it smaller; `--preset` as `train` has it.
 */
export default async function (folder: string, args: readonly string[]): Promise<readonly Figure[]> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '1030000' },
      tracks: { type: 'string', default: '100000' },
      listeners: { type: 'string', default: '5000' },
      preset: { type: 'string', default: 'default' },
    },
  })
  const began = performance.now()
  const world = makeListeners({
    seed: 1,
    listeners: Number(values.listeners),
    tracks: Number(values.tracks),
    events: Number(values.events),
    now: NOW,
  })
  const [catalog, log, data] = ['catalog.csv', 'log.csv', 'data'].map((name) => join(folder, name))
  await write(log!, world.table())
  await write(catalog!, catalogTable(world))
  const generated = (performance.now() - began) / 1000

  const quiet = ['--data', data!, '--quiet'] as const
  await deepcuts(folder, 'import', catalog!, ...quiet)
  const imported = await deepcuts(folder, 'import', log!, ...quiet)
  process.env.DEEPCUTS_COMMUNITY = 'on'
  const trained = await deepcuts(
    folder,
    'train',
    '--everybody',
    '--preset',
    values.preset,
    '--json',
    ...quiet,
  )
  const report = JSON.parse(trained.stdout) as EverybodyReport
  const { leftOut, tail, taste } = report.everybody
  const oracle = oracleOf(world)
  console.error(taste.sentence)

  const whole = Number(values.events) >= 1e6 && Number(values.tracks) >= 1e5
  const promised = (atMost: number) => (whole ? { atMost } : {})
  const of = (name: string) => leftOut.models.find((model) => model.name === name)!
  const row = (what: string, model: string): Figure[] => [
    { name: `${what}: AUC for a mix`, value: of(model).beforeSitting.auc, unit: '', digits: 4 },
    { name: `${what}: log-loss for a mix`, value: of(model).beforeSitting.logLoss, unit: '', digits: 4 },
    { name: `${what}: AUC play by play`, value: of(model).auc, unit: '', digits: 4 },
  ]
  return [
    { name: 'plays imported', value: report.finishes + report.skips, unit: 'with an outcome' },
    { name: 'made', value: generated, unit: 's' },
    { name: 'import', value: imported.seconds, unit: 's', ...promised(60) },
    { name: 'import, peak memory', value: imported.peakMegabytes, unit: 'MB', ...promised(1500) },
    { name: 'training', value: trained.seconds, unit: 's', ...promised(1200) },
    { name: 'training, peak memory', value: trained.peakMegabytes, unit: 'MB', ...promised(4000) },
    { name: 'left-out listeners', value: leftOut.listeners, unit: '' },
    { name: 'their judged plays', value: leftOut.plays, unit: '' },
    ...row('what everybody finishes', 'popularity'),
    ...row('logistic regression', 'logistic-regression'),
    ...row('deepcuts', 'deepcuts'),
    { name: 'oracle, which knows the mood: AUC', value: oracle.auc, unit: '', digits: 4 },
    { name: 'oracle, which knows the mood: log-loss', value: oracle.logLoss, unit: '', digits: 4 },
    ...(leftOut.ahead
      ? [
          {
            name: 'deepcuts − logistic regression, log-loss for a mix',
            value: leftOut.ahead.logistic.mean,
            ci95: leftOut.ahead.logistic.ci95,
            unit: '',
            digits: 4,
          },
        ]
      : []),
    {
      name: 'tail: deepcuts, AUC for a mix',
      value: tail.models.at(-1)?.beforeSitting.auc ?? Number.NaN,
      unit: '',
      digits: 4,
    },
    ...taste.trials.map((trial) => ({
      name: `taste, ${trial.level}: NDCG@20 of left-out listeners`,
      value: trial.ndcg.mean,
      ci95: trial.ndcg.ci95,
      unit: '',
      digits: 4,
    })),
    ...taste.beside.map(({ name, ndcg }) => ({
      name: `taste, beside it ${name}: NDCG@20`,
      value: ndcg.mean,
      ci95: ndcg.ci95,
      unit: '',
      digits: 4,
    })),
  ]
}

/** What the world itself foresees of the plays on which the training judges. */
function oracleOf(world: ManyListeners): { readonly auc: number; readonly logLoss: number } {
  const people = world.listeners.map(({ name, index }) => ({
    listener: { id: index, name, timeZone: 'UTC' },
    log: { endedAt: new Float64Array(0) },
  }))
  const p: number[] = []
  const label: number[] = []
  for (const { listener } of partsOf({ people: people as never }).leftOut) {
    const { size, outcome, probability } = world.plays(listener.id)
    let judged = 0
    for (let i = size - 1; i >= 0 && judged < JUDGED; i--) {
      if (outcome[i] === UNKNOWN) continue
      p.push(probability[i]!)
      label.push(outcome[i] === FINISH ? 1 : 0)
      judged++
    }
  }
  return { auc: auc(p, label), logLoss: logLoss(p, label) }
}

function* catalogTable({ tracks }: ManyListeners): Generator<string> {
  yield `track_uri,track_name,artist,album,year,popularity,genre,${AUDIO_FEATURES.join(',')}\n`
  for (const { ref, facts } of tracks) {
    const { spotify, title, artist, album } = ref
    const told = [facts.year, facts.popularity, facts.genres?.[0] ?? '']
    const audio = AUDIO_FEATURES.map((name) => facts.audio?.[name] ?? '')
    yield `${[`spotify:track:${spotify}`, title, artist, album, ...told, ...audio].join(',')}\n`
  }
}

async function write(path: string, pieces: Iterable<string>): Promise<void> {
  const out = createWriteStream(path)
  for (const piece of pieces)
    if (!out.write(piece)) await new Promise<void>((resolve) => out.once('drain', resolve))
  out.end()
  await finished(out)
}
