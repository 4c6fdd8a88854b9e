import Table from 'cli-table3'
import type { Estimate } from '../metrics/interval.ts'
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
        ? []
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
  const drawn = new Table({
    head: ['model', ...SHOWN],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  })
  const value = (row: PlaylistsRow, key: string) => row.metrics[subset][key] as Estimate
  const best = SHOWN.map((key) => {
    const means = models.map((row) => value(row, key).mean)
    return FEWER_IS_BETTER.includes(key) ? Math.min(...means) : Math.max(...means)
  })
  for (const row of models)
    drawn.push([
      row.name,
      ...SHOWN.map((key, column) => {
        const { mean, ci95 } = value(row, key)
        const ends = key === 'ndcg@100' ? ` [${short(ci95[0])}, ${short(ci95[1])}]` : ''
        return `${short(mean)}${mean === best[column] ? '*' : ''}${ends}`
      }),
    ])
  return drawn.toString()
}

const WITHHELD_SHOWN = ['rPrecision', 'artistRPrecision', 'ndcg@500', 'clicks']

/** Of playlists that nobody saw: a table a metric, a column for how many tracks were shown. */
function withheldTables({ models, protocol: { withheld } }: PlaylistsReport): string[] {
  const seeds = Object.keys(models[0]!.withheld)
  if (seeds.length === 0) return ['Too few playlists to withhold some of them.', '']
  const tables = WITHHELD_SHOWN.map((key) => {
    const drawn = new Table({
      head: [key, ...seeds.map((k) => `${k} shown (${models[0]!.withheld[k]!.n})`)],
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    })
    for (const { name, withheld: own } of models)
      drawn.push([name, ...seeds.map((k) => interval(own[k]![key] as Estimate))])
    return drawn.toString()
  })
  return [`${withheld.playlists} playlists withheld`, ...tables, withheld.description, '']
}

function interval({ mean, ci95 }: Estimate): string {
  return `${short(mean)} [${short(ci95[0])}, ${short(ci95[1])}]`
}

/** What a model is after its tuning. */
function chosen({ name, settings, validation, trials }: PlaylistsRow): string {
  const tried = trials === undefined ? 'no settings tried' : `best of ${trials}`
  const how = validation === undefined ? tried : `${tried}, inner cut ${short(validation)}`
  const told = Object.entries(settings).map(([key, value]) => `${key} ${value}`)
  return `${name} (${how}): ${told.join(', ')}.`
}

/** How many times as good ours is as each other model, and whom the paired intervals put it ahead of. */
function verdict({ comparisons }: PlaylistsReport, subset: Subset): string[] {
  const own = comparisons.filter((one) => one.subset === subset)
  if (own.length === 0) return []
  const told = own.map(({ against, ratio, difference: { ci95 } }) => {
    const times = `${ratio.mean.toFixed(2)} [${ratio.ci95.map((end) => end.toFixed(2)).join(', ')}] × ${against}`
    return ci95[0] > 0 ? times : ci95[1] < 0 ? `${times} (behind)` : `${times} (not distinguishable)`
  })
  return [`${subset}, ${own[0]!.metric}: ${own[0]!.model} is ${told.join(', ')}.`]
}

function short(value: number): string {
  if (Number.isNaN(value)) return '–'
  return value
    .toFixed(3)
    .replace(/^(-?)0\./, '$1.')
    .replace('-', '−')
}
