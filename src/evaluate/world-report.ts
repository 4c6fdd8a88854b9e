import Table from 'cli-table3'
import type { Estimate } from '../metrics/interval.ts'
import type { WorldReport } from './world.ts'
import { GRID_WORDS, type GridPoint } from './world-grid.ts'

/** The report as text for a terminal: the policies, the grid, and what follows from them in words. */
export function renderWorld(report: WorldReport): string {
  const { dataset, protocol, seeds, models, grid } = report
  const rows = models.map(({ name, metrics }) => [
    name,
    withInterval(metrics.satisfaction),
    short(metrics.newListeners.mean),
    short(metrics.discoveryShare.mean),
    short(metrics.artistConcentration.mean),
    short(metrics.coverage.mean),
    metrics.sittingsToTaste.mean.toFixed(1),
    short(metrics.tasteFound.mean),
  ])
  const head = ['policy', 'satisfaction', 'new', 'discovery', 'top 10', 'coverage', 'to taste', 'found']
  return [
    `${dataset.listeners} listeners, ${dataset.newListeners} of them new, ${dataset.sittings} sittings of ${dataset.slots} slots, ` +
      `${dataset.conditions.tracks} tracks, ${seeds.length} worlds.`,
    '',
    tableOf(head, rows),
    'Satisfaction: share of what the oracle gets; new: of listeners without a history. Discovery: share of the value from tracks first heard here. ' +
      'Top 10: share of plays of a listener’s ten most played artists. To taste: sittings until a new listener’s last five brought 80 % of the oracle’s; found: how many came there.',
    '',
    ...verdicts(report),
    ...(grid
      ? [
          '',
          tableOf(['condition', 'deepcuts', 'greedy', 'ratio', ''], grid.map(gridRow)),
          GRID_WORDS,
          gridVerdict(grid),
        ]
      : []),
    '',
    `${protocol.description} Seeds ${seeds[0]} to ${seeds.at(-1)}.`,
  ].join('\n')
}

/** Whom ours is ahead of in satisfaction, a sentence each group. */
export function verdicts({ comparisons }: WorldReport): string[] {
  const told = (metric: string) =>
    comparisons
      .filter((comparison) => comparison.metric === metric)
      .map(({ against, ratio }) => `${against} × ${withInterval(ratio)}`)
      .join(', ')
  return [
    `Satisfaction of deepcuts: ${told('satisfaction')}.`,
    `Sittings that a new listener needs with deepcuts: ${told('sittingsToTaste')}.`,
  ]
}

/** Where on the grid exploring pays, and where it does not. */
export function gridVerdict(grid: readonly GridPoint[]): string {
  const named = (verdict: GridPoint['verdict']) =>
    grid.filter((point) => point.verdict === verdict).map((point) => conditionWords(point))
  const parts = (['exploring pays', 'not distinguishable', 'exploring costs'] as const).flatMap((verdict) => {
    const where = named(verdict)
    return where.length > 0 ? [`${verdict} at ${where.length} of ${grid.length} (${where.join(', ')})`] : []
  })
  return `${parts.join('; ')}.`.replace(/^./, (first) => first.toUpperCase())
}

/** A point of the grid in words. */
export function conditionWords({ changed }: GridPoint): string {
  return changed ? `${changed.name} ${changed.value}` : 'as usual'
}

function gridRow(point: GridPoint): string[] {
  const { satisfaction, ratio, verdict } = point
  return [
    conditionWords(point),
    short(satisfaction.deepcuts.mean),
    short(satisfaction.greedy.mean),
    withInterval(ratio),
    verdict,
  ]
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push([...row])
  return drawn.toString()
}

function withInterval({ mean, ci95: [low, high] }: Estimate): string {
  return Number.isNaN(low) ? short(mean) : `${short(mean)} [${short(low)}, ${short(high)}]`
}

function short(value: number): string {
  if (Number.isNaN(value)) return '–'
  return value
    .toFixed(3)
    .replace(/^(-?)0\./, '$1.')
    .replace('-', '−')
}
