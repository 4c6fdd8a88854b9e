import type { Estimate } from '../metrics/interval.ts'
import { fixed } from '../report/words.ts'
import type { ColdReport } from './cold.ts'
import { plainTable, withInterval } from './plain-table.ts'

/** The report as text for a terminal: the curve of new listeners, new tracks, and what follows from them in words. */
export function renderCold(report: ColdReport): string {
  const { dataset, protocol, notes, models, tracks, taste, servedMs, comparisons, seed } = report
  const ours = models.at(-1)!
  const five = ours.curve.find(({ shown }) => shown === 5)!
  const curve = plainTable(
    ['model', ...protocol.shown.map((shown) => `${shown} shown`), 'warm'],
    models.map(({ name, curve, metrics }) => [
      name,
      ...curve.map((point) => fixed(point.metrics['ndcg@20']!.mean)),
      withInterval(metrics['ndcg@20']!),
    ]),
  )
  const told = tracks && [
    '',
    plainTable(
      ['new tracks', 'among new', 'among all'],
      tracks.map(({ name, metrics, amongNew }) => [
        name,
        withInterval(amongNew['ndcg@20']!),
        withInterval(metrics['ndcg@20']!),
      ]),
    ),
    'NDCG@20 of tracks that nobody had, in lists of new tracks alone and of all tracks.',
  ]
  return [
    `${dataset.file}: ${dataset.users} listeners, ${dataset.items} tracks; ${dataset.newListeners} listeners and ${dataset.newTracks} tracks are new.`,
    ...notes.map((note) => `Note: ${note}`),
    '',
    curve,
    'NDCG@20 for new listeners by how many tracks they have shown.',
    ...(told ?? []),
    '',
    `After five tracks deepcuts reaches ${percent(five.share)} of its warm NDCG@20. ` +
      `A list takes ${servedMs.median.toFixed(1)} ms (99 % within ${servedMs.p99.toFixed(1)} ms).`,
    `Ahead after five tracks: ${comparisons.map(({ against, difference }) => `${against} ${withInterval(difference)}`).join(', ')}.`,
    taste.sentence,
    '',
    `${protocol.description} Here the order is by ${protocol.order}. Seed ${seed}, sha256 ${dataset.sha256.slice(0, 12)}…`,
  ].join('\n')
}

function percent({ mean, ci95 }: Estimate): string {
  const [value, low, high] = [mean, ...ci95].map((share) => `${(100 * share).toFixed(0)} %`)
  return `${value} [${low}, ${high}]`
}
