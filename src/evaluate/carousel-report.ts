import type { Estimate } from '../metrics/interval.ts'
import { fixed } from '../report/words.ts'
import type { CarouselReport } from './carousel.ts'
import { plainTable } from './plain-table.ts'

/** The report as text for a terminal: a table, and what follows from it in words. */
export function renderCarousel(report: CarouselReport): string {
  const { dataset, protocol, notes, models, seeds } = report
  const least = Math.min(...models.map(({ metrics }) => metrics.regret.mean))
  const table = plainTable(
    ['policy', 'regret', '95 %', 'of the best clicks', 'last round', 'playlists shown', 'what it is'],
    models.map(({ name, about, metrics }) => [
      name,
      `${thousands(metrics.regret.mean)}${metrics.regret.mean === least && models.length > 1 ? '*' : ''}`,
      interval(metrics.regret, thousands),
      `${(100 * metrics.satisfaction.mean).toFixed(1)} %`,
      Math.round(metrics.lastRegret.mean).toString(),
      `${Math.round(100 * metrics.coverage.mean)} %`,
      about,
    ]),
  )
  return [
    `${dataset.file ?? 'Invented playlists'}: ${dataset.playlists} playlists; ` +
      `${dataset.users?.file ?? 'surrogate listeners'}: ${dataset.listeners} listeners in ${dataset.segments} segments. ` +
      `Mean probability of a click ${fixed(dataset.meanClick, 4)}, on the best carousel ${fixed(dataset.meanBest, 2)}.`,
    ...notes.map((note) => `Note: ${note}`),
    '',
    table,
    `* least. Regret: expected clicks lost over ${protocol.rounds} rounds of ${protocol.visitors} listeners.`,
    '',
    ...carouselSentences(report),
    '',
    `${protocol.description} Seeds ${seeds[0]} to ${seeds.at(-1)}` +
      `${dataset.sha256 ? `, sha256 ${dataset.sha256.slice(0, 12)}…` : ''}.`,
  ].join('\n')
}

/** What the comparisons say, a sentence each that can be quoted. */
export function carouselSentences({ comparisons, models }: CarouselReport): string[] {
  const others = models.filter(({ name }) => name !== 'deepcuts' && name !== 'greedy')
  const best = others.reduce<(typeof models)[number] | undefined>(
    (least, row) => (least && least.metrics.regret.mean <= row.metrics.regret.mean ? least : row),
    undefined,
  )
  return comparisons
    .filter(
      ({ against }) => against === best?.name || against === 'ts-seg-pessimistic' || against === 'greedy',
    )
    .map(({ against, ratio }) => {
      const [low, high] = ratio.ci95
      const sure = Number.isFinite(low) && (high < 1 || low > 1)
      const verdict = ratio.mean < 1 ? 'deepcuts loses less than' : 'deepcuts does not lose less than'
      const hedge = sure || !Number.isFinite(low) ? '' : ', a difference that the seeds do not tell from none'
      return `${verdict} ${against}: its regret is ${fixed(ratio.mean, 2)} times that one${Number.isFinite(low) ? ` (${interval(ratio, (x) => fixed(x, 2))})` : ''}${hedge}.`
    })
}

function interval({ ci95: [low, high] }: Estimate, write: (value: number) => string): string {
  return Number.isFinite(low) ? `${write(low)} to ${write(high)}` : '–'
}

function thousands(value: number): string {
  return `${(value / 1000).toFixed(1)} k`
}
