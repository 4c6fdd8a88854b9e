import { fixed } from '../report/words.ts'
import { plainTable, withInterval } from './plain-table.ts'
import type { WorldReport } from './world.ts'
import { GRID_WORDS, type GridPoint } from './world-grid.ts'

/** The report as text for a terminal: the policies, the grid, and what follows from them in words. */
export function renderWorld(report: WorldReport): string {
  const { dataset, protocol, seeds, models, grid } = report
  const rows = models.map(({ name, metrics }) => [
    name,
    withInterval(metrics.satisfaction),
    fixed(metrics.newListeners.mean),
    fixed(metrics.discoveryShare.mean),
    fixed(metrics.artistConcentration.mean),
    fixed(metrics.coverage.mean),
    metrics.sittingsToTaste.mean.toFixed(1),
    fixed(metrics.tasteFound.mean),
  ])
  const head = ['policy', 'satisfaction', 'new', 'discovery', 'top 10', 'coverage', 'to taste', 'found']
  return [
    `${dataset.listeners} listeners, ${dataset.newListeners} of them new, ${dataset.sittings} sittings of ${dataset.slots} slots, ` +
      `${dataset.conditions.tracks} tracks, ${seeds.length} worlds.`,
    '',
    plainTable(head, rows),
    'Satisfaction: share of what the oracle gets; new: of listeners without a history. Discovery: share of the value from tracks first heard here. ' +
      'Top 10: share of plays of a listener’s ten most played artists. To taste: sittings until a new listener’s last five brought 80 % of the oracle’s; found: how many came there.',
    '',
    ...verdicts(report),
    ...(grid
      ? [
          '',
          plainTable(['condition', 'deepcuts', 'greedy', 'ratio', ''], grid.map(gridRow)),
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
    fixed(satisfaction.deepcuts.mean),
    fixed(satisfaction.greedy.mean),
    withInterval(ratio),
    verdict,
  ]
}
