import type { Estimate } from '../metrics/interval.ts'
import type { MixesReport } from './mixes.ts'
import type { Drawer } from './mixes-draws.ts'
import type { MixMetric } from './mixes-judge.ts'
import { plainTable } from './plain-table.ts'

/** What the columns are called, how they are written, and what they mean. */
const COLUMNS: Readonly<Record<MixMetric, { title: string; digits: number; means: string }>> = {
  diversity: {
    title: 'div',
    digits: 2,
    means: 'mean distance in sound between two of its tracks, in standard deviations',
  },
  novelty: {
    title: 'nov',
    digits: 1,
    means: 'how little known its tracks are, in bits: 0 where everybody knows them, 6.7 where nobody does',
  },
  newShare: {
    title: 'new',
    digits: 2,
    means: 'share of tracks that the listener never played, saved or liked',
  },
  gapViolations: {
    title: 'gap',
    digits: 1,
    means: 'tracks that stand closer to one of the same artist than they would have to in this pool',
  },
  avoidableViolations: {
    title: 'avd',
    digits: 1,
    means:
      'of those, what a list with its order of known and new tracks could have been spared: closer than the widest gap that it could keep',
  },
  calibrationKl: {
    title: 'KL',
    digits: 2,
    means:
      'how far its corners are from those of the taste (Steck 2018), in nats; not of a mix of one corner',
  },
  popularityShift: { title: 'pop', digits: 0, means: 'popularity, 0 to 100, above that of the loved tracks' },
  flowCost: {
    title: 'flow',
    digits: 2,
    means: 'what its jumps of tempo, key and energy cost, over those of the same tracks in random order',
  },
  dayOverlap: { title: 'days', digits: 2, means: 'what two days in a row share, of all the tracks of both' },
  exploredShare: { title: 'expl', digits: 2, means: 'share of deliberate explorations' },
  likability: { title: 'like', digits: 2, means: 'mean likability, as the model foresees it' },
  trueLikability: { title: 'true', digits: 2, means: 'mean true likability, of invented listeners' },
  ndcg: {
    title: 'NDCG',
    digits: 2,
    means: 'true likability from the top down, over that of the best list of the pool',
  },
}
const LABELS: Readonly<Record<Drawer, string>> = {
  deepcuts: '',
  uncalibrated: '  unbalanced',
  'top-n': '  top-N',
}

/** The report as text for a terminal: a row each recipe and drawer, what the columns mean, and what the balance costs and brings. */
export function renderMixes(report: MixesReport): string {
  const { dataset, protocol, models, calibration, seed } = report
  const shown = (Object.keys(COLUMNS) as MixMetric[]).filter((metric) =>
    models.some(({ metrics }) => Object.values(metrics).some((of) => !Number.isNaN(of[metric].mean))),
  )
  const table = plainTable(
    ['mix', ...shown.map((metric) => COLUMNS[metric].title)],
    Object.keys(models[0]!.metrics).flatMap((recipe) =>
      models.flatMap(({ name, metrics }) => {
        const of = metrics[recipe]
        return of
          ? [
              [
                LABELS[name] || recipe,
                ...shown.map((metric) => fixed(of[metric].mean, COLUMNS[metric].digits)),
              ],
            ]
          : []
      }),
    ),
  )
  const [first, ...others] = dataset.listeners
  return [
    `${others.length > 0 ? `${dataset.listeners.length} listeners` : first}, ${dataset.tracks.toLocaleString('en-US')} tracks, ` +
      `${protocol.days} ${protocol.days === 1 ? 'day' : 'days in a row'}, lists of ${protocol.listLength}.`,
    '',
    table,
    ...shown.map((metric) => `${COLUMNS[metric].title}: ${COLUMNS[metric].means}.`),
    '',
    ...calibration.map(
      ({ recipe, klCut, ndcgLoss }) =>
        `${recipe}: the balance of corners takes ${percent(klCut)} off the KL${Number.isNaN(ndcgLoss.mean) ? '' : `, and costs ${percent(ndcgLoss)} of the NDCG`}.`,
    ),
    '',
    `${protocol.description} Seed ${seed}.`,
  ].join('\n')
}

function percent({ mean, ci95 }: Estimate): string {
  const [value, low, high] = [mean, ...ci95].map((share) => (100 * share).toFixed(1).replace('-', '−'))
  return `${value} % [${low}, ${high}]`
}

function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return '–'
  const text = value.toFixed(digits).replace(/^-(0(\.0+)?)$/, '$1')
  return text.replace(/^(-?)0\./, '$1.').replace('-', '−')
}
