import type { Estimate } from '../metrics/interval.ts'
import { fixed } from '../report/words.ts'
import { plainTable } from './plain-table.ts'
import type { PlaylistsReport, PlaylistsRow } from './playlists.ts'
import { SUBSETS, type Subset } from './playlists-judge.ts'

const SHOWN = ['ndcg@100', 'rPrecision', 'artistRPrecision', 'clicks', 'recall@100', 'recall@500']
const FEWER_IS_BETTER = ['clicks']
const TITLES: Readonly<Record<Subset, string>> = {
  all: 'every track',
  warm: 'warm: tracks that were on some playlist before',
  cold: 'cold: tracks that were on none',
}

/** The report as text for a terminal: a table a subset with the best value of each column marked *, and what follows from them in words. */
export function renderPlaylists(report: PlaylistsReport): string {
  const { dataset, protocol, notes, models, seed } = report
  const { all, warm, cold } = protocol.candidates
  const judged = models[0]!.metrics
  return [
    `${dataset.file}: ${dataset.playlists} playlists, ${dataset.tracks} tracks, ${dataset.rows} rows from ${dataset.first} to ${dataset.last}. ` +
      `${judged.all.n} playlists got tracks from ${protocol.until} on; ${all} candidates, ${warm} warm and ${cold} cold.`,
    ...notes.map((note) => `Note: ${note}`),
    ...SUBSETS.flatMap((subset) =>
      judged[subset].n === 0
        ? ['', `${TITLES[subset]}: no playlist got one.`]
        : ['', `${TITLES[subset]} (${judged[subset].n} playlists)`, tableOf(models, subset)],
    ),
    '* best of its column. 95 % intervals. Fewer clicks are better.',
    '',
    ...models.map(chosen),
    '',
    ...SUBSETS.flatMap((subset) => verdict(report, subset)),
    '',
    ...withheldTables(report),
    `${protocol.description} Seed ${seed}, sha256 ${dataset.sha256.slice(0, 12)}…`,
  ].join('\n')
}

function tableOf(models: readonly PlaylistsRow[], subset: Subset): string {
  const columns = SHOWN.map((key) => ({
    head: key,
    key,
    values: models.map(({ metrics }) => metrics[subset][key] as Estimate),
    interval: key === 'ndcg@100',
  }))
  return drawn('model', models, columns)
}

interface Column {
  readonly head: string
  /** The metric. */
  readonly key: string
  /** One a model. */
  readonly values: readonly Estimate[]
  readonly interval: boolean
}

function drawn(corner: string, models: readonly PlaylistsRow[], columns: readonly Column[]): string {
  const best = columns.map(({ key, values }) => {
    const means = values.map(({ mean }) => mean)
    return FEWER_IS_BETTER.includes(key) ? Math.min(...means) : Math.max(...means)
  })
  const rows = models.map(({ name }, at) => [
    name,
    ...columns.map(({ values, interval }, column) => {
      const { mean, ci95 } = values[at]!
      const ends = interval ? ` [${ci95.map(short).join(', ')}]` : ''
      const tied = columns[column]!.values.every((other) => other.mean === mean)
      return `${short(mean)}${mean === best[column] && !tied ? '*' : ''}${ends}`
    }),
  ])
  return plainTable([corner, ...columns.map(({ head }) => head)], rows)
}

const WITHHELD_SHOWN = ['rPrecision', 'artistRPrecision', 'ndcg@500', 'clicks']

/** Of playlists that nobody saw: a table a metric, a column for how many tracks were shown. */
function withheldTables({ models, protocol: { withheld } }: PlaylistsReport): string[] {
  const seeds = Object.keys(models[0]!.withheld)
  if (seeds.length === 0) return ['Too few playlists to withhold some of them.', '']
  const tables = WITHHELD_SHOWN.flatMap((key) => {
    const columns = seeds.map((k) => ({
      head: `${k} shown (${models[0]!.withheld[k]!.n})`,
      key,
      values: models.map((model) => model.withheld[k]![key] as Estimate),
      interval: true,
    }))
    return [drawn(key, models, columns), '']
  })
  const left = withheld.unknownTracks
  return [
    `${withheld.playlists} playlists withheld whole, of which only the first tracks are shown` +
      (left > 0 ? `; ${left} of their tracks are on no other playlist, and left out:` : ':'),
    ...tables,
    withheld.description,
    '',
  ]
}

/** What a model is after its tuning. */
function chosen({ name, settings, validation, trials }: PlaylistsRow): string {
  const tried = trials === undefined ? 'no settings tried' : `best of ${trials}`
  const how = validation === undefined ? tried : `${tried}, inner cut ${short(validation)}`
  const told = Object.entries(settings).map(([key, value]) => `${key} ${value}`)
  return `${name} (${how}): ${told.join(', ')}.`
}

/** How many times as good ours is as each other model, the hardest to beat first, and whom the paired intervals put it ahead of. */
function verdict({ comparisons }: PlaylistsReport, subset: Subset): string[] {
  const own = comparisons.filter((one) => one.subset === subset).sort((a, b) => a.ratio.mean - b.ratio.mean)
  if (own.length === 0) return []
  const told = own.map(({ against, ratio, difference: { ci95 } }) => {
    if (!Number.isFinite(ratio.mean)) return `beside ${against}, which found nothing`
    const ends = ratio.ci95.map((end) => (Number.isFinite(end) ? end.toFixed(2) : '–')).join(', ')
    const times = `${ratio.mean.toFixed(2)} [${ends}] × ${against}`
    return ci95[0] > 0 ? times : ci95[1] < 0 ? `${times} (behind)` : `${times} (not distinguishable)`
  })
  return [`${subset}, ${own[0]!.metric}: ${own[0]!.model} is ${told.join(', ')}.`]
}

const short = (value: number) => fixed(value, Math.abs(value) < 10 ? 3 : 1)
