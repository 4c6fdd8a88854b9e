import {
  curveChart,
  familiarityChart,
  lineStyles,
  reliabilityChart,
  rocChart,
  spreadChart,
  TRAINING_LINE,
} from './charts.ts'
import { dotLegend, figure, type LineStyle, legend, numbers, section } from './html.ts'
import type { Report, ReportView, ViewReport } from './report.ts'
import { OURS } from './rows.ts'
import {
  curveSentence,
  familiaritySentence,
  reliabilitySentence,
  rocSentence,
  spreadSentence,
} from './sentences.ts'
import type { SpreadReport } from './spread.ts'
import { artistGroup, fixed, modelWords, percent, points, ROW_WORDS, range, whole } from './words.ts'

type HeldOutReport = NonNullable<Report['heldOut']>

/** Fewer plays than this say nothing about a group. */
const LEAST_IN_GROUP = 20

/** Whether what is foreseen is what happens. */
export function reliabilitySection({ views }: HeldOutReport): string {
  return section(
    'Reliability',
    'Plays that were given about the same probability, and how many of them were finished. Dots on the dashed line are right; above it more was finished than foreseen. Vertical lines are 95 % intervals, plays of one sitting taken together; pale ones are of fewer than 20 plays.',
    'pair',
    perView(views, (view, { reliability }, name) => {
      const sentence = reliabilitySentence(views[view])
      return figure(
        name,
        sentence,
        [reliabilityChart(`reliability-${view}`, sentence, reliability)],
        [
          numbers(
            ['given', 'plays', 'mean given', 'finished', '95 % interval'],
            reliability.map(({ from, to, n, foreseen, finished }) => [
              `${whole(100 * from)}–${percent(to)}`,
              whole(n),
              percent(foreseen),
              percent(finished.mean),
              range(finished, percent),
            ]),
          ),
        ],
      )
    }),
  )
}

/** How well finishes and skips are told apart, whatever the level of the probabilities. */
export function rocSection({ views, scores }: HeldOutReport, styles: ReadonlyMap<string, LineStyle>): string {
  return section(
    'Telling finishes from skips',
    'Every threshold on the probability is a point: how many of the finished plays lie above it, and how many of the skipped ones do too. A coin is the diagonal; the nearer to the upper left corner, the better.',
    'pair',
    perView(views, (view, { roc }, name) => {
      const sentence = rocSentence(scores[view])
      const entries = [...scores[view].models].reverse().map((model) => ({
        style: styles.get(model.name)!,
        text: `${modelWords(model.name)} ${fixed(model.scores.auc.mean)}`,
      }))
      return figure(name, sentence, [rocChart(`roc-${view}`, sentence, roc, styles)], [legend(entries)])
    }),
  )
}

/** Whether the heads disagree where they are wrong. */
export function spreadSection({ views }: HeldOutReport): string {
  const judged = (Object.entries(views) as [ReportView, ViewReport][]).flatMap(([view, { spread }]) =>
    spread ? [{ view, spread }] : [],
  )
  if (judged.length === 0)
    return section(
      'What the spread of the heads means',
      'The heads of this version never disagree: it has one, or all are alike.',
      'pair',
      [],
    )
  const figures = judged.map(({ view, spread }) => {
    const sentence = spreadSentence(spread)
    return figure(
      `${ROW_WORDS[view]}: spread and error`,
      sentence,
      [spreadChart(`spread-${view}`, sentence, spread)],
      [
        dotLegend([
          { colour: 'var(--ours)', hollow: false, text: 'what happened, 95 % interval' },
          { colour: 'currentColor', hollow: true, text: 'as the probabilities themselves foretell' },
        ]),
        numbers(
          ['spread (points)', 'plays', 'distance (points)', '95 % interval', 'foretold'],
          spread.bins.map((bin) => [
            points(bin.spread),
            whole(bin.n),
            points(bin.error.mean),
            range(bin.error, points),
            points(bin.foretold),
          ]),
        ),
      ],
    )
  })
  return section(
    'What the spread of the heads means',
    'The model is an ensemble; the spread is the standard deviation of its heads’ probabilities. It should be larger where the model is wrong and where it knows little, for exploration goes there. Each dot of the first two charts holds as many plays.',
    'pair',
    [...figures, ...judged.map(({ view, spread }) => familiarityFigure(view, spread))],
  )
}

function familiarityFigure(view: ReportView, spread: SpreadReport): string {
  const groups = spread.groups.filter(({ n }) => n >= LEAST_IN_GROUP)
  if (groups.length === 0) return ''
  const sentence = familiaritySentence(groups)
  return figure(
    `${ROW_WORDS[view]}: spread and familiarity`,
    sentence,
    [familiarityChart(`familiarity-${view}`, sentence, groups)],
    [
      dotLegend([
        { colour: 'var(--ours)', hollow: false, text: 'sound known' },
        { colour: 'var(--orange)', hollow: true, text: 'sound not known' },
      ]),
      numbers(
        ['plays of the artist', 'sound', 'plays', 'spread (points)', '95 % interval'],
        groups.map((group) => [
          artistGroup(group),
          group.hasAudio ? 'known' : 'not known',
          whole(group.n),
          points(group.spread.mean),
          range(group.spread, points),
        ]),
      ),
    ],
  )
}

/** How the training went. */
export function curveSection(report: Report, styles: ReadonlyMap<string, LineStyle>): string {
  const { curve, lines } = report
  if (curve.length === 0)
    return section(
      'Training',
      report.version.refreshed === undefined
        ? 'This version keeps no record of how its training went.'
        : `A refresh goes on from version ${report.version.refreshed} with a fixed number of rounds; it has no validation plays to draw a curve of.`,
      'broad',
      [],
    )
  const sentence = curveSentence(report)
  const entries = [
    { style: styles.get(OURS)!, text: 'deepcuts, validation plays' },
    { style: TRAINING_LINE, text: 'deepcuts, plays it learns from (with dropout)' },
    ...lines.map(({ name, logLoss }) => ({
      style: styles.get(name)!,
      text: `${modelWords(name)} ${fixed(logLoss)}`,
    })),
  ]
  return section(
    'Training',
    'Log-loss, less is better. The validation plays come after those it learns from; the horizontal lines are the simpler models on the same validation plays, the lines to beat. The dot is what was kept: the last point that nothing shows to be worse than the best.',
    'broad',
    [
      figure(
        'Loss by step',
        sentence,
        [curveChart('curve', sentence, report, styles)],
        [
          legend(entries),
          numbers(
            ['step', 'training', 'validation'],
            curve.map(({ step, training, validation }) => [
              whole(step),
              fixed(training ?? Number.NaN),
              fixed(validation),
            ]),
          ),
        ],
      ),
    ],
  )
}

/** The line style of every model that the report names. */
export function stylesOf({ heldOut, lines }: Report): ReadonlyMap<string, LineStyle> {
  const judged = heldOut?.scores.all.models.map(({ name }) => name) ?? []
  return lineStyles([...new Set([...judged, ...lines.map(({ name }) => name)])])
}

function perView(
  views: HeldOutReport['views'],
  draw: (view: ReportView, report: ViewReport, name: string) => string,
): string[] {
  return (Object.entries(views) as [ReportView, ViewReport][]).map(([view, report]) =>
    draw(view, report, view === 'forMix' ? `${ROW_WORDS.forMix}, from before the sitting` : ROW_WORDS[view]),
  )
}
