import { effectChart, effectDomain } from './effect-charts.ts'
import type { FeatureEffect } from './effects.ts'
import { featureWords, toldValue } from './feature-words.ts'
import { escaped, figure, numbers, page, section } from './html.ts'
import type { Report } from './report.ts'
import { scoreTable } from './score-table.ts'
import { curveSection, reliabilitySection, rocSection, spreadSection, stylesOf } from './sections.ts'
import { effectSentence, effectsSentence, headline, oursOf } from './sentences.ts'
import { day, fixed, inBrackets, many, percent, points, whole } from './words.ts'

/** The report as one HTML page without scripts, that needs nothing beside it. */
export function renderReport(report: Report): string {
  const styles = stylesOf(report)
  const { heldOut, effects, version, listener } = report
  const title = `deepcuts: how well version ${version.version} foresees ${listener}`
  return page(
    title,
    [
      `<h1>How well deepcuts foresees what ${escaped(listener)} finishes</h1>`,
      `<p class="soft">Version ${version.version}, made ${day(version.madeAt)}. A play is finished or skipped; plays whose end says nothing are left out.</p>`,
      ...headline(report).map((sentence) => `<p>${escaped(sentence)}</p>`),
      heldOut ? tiles(heldOut) : '',
    ],
    [
      ...(heldOut
        ? [
            scoreTable(heldOut.scores),
            reliabilitySection(heldOut),
            rocSection(heldOut, styles),
            spreadSection(heldOut),
          ]
        : []),
      curveSection(report, styles),
      effectsSection(effects),
      factsSection(report),
    ],
  )
}

function tiles({ scores, plays }: NonNullable<Report['heldOut']>): string {
  const { forMix } = scores
  const { auc, logLoss, slope } = oursOf(forMix.models)
  const tile = (number: string, words: string) =>
    `<div class="tile"><b>${escaped(number)}</b><span>${escaped(words)}</span></div>`
  return [
    '<div class="tiles">',
    tile(fixed(auc.mean), `AUC for a mix${inBrackets(auc)}`),
    tile(fixed(logLoss.mean), `log-loss for a mix${inBrackets(logLoss)}`),
    tile(
      fixed(slope.mean, 2),
      `calibration slope, 1 is right${inBrackets(slope, (value) => fixed(value, 2))}`,
    ),
    tile(
      whole(plays),
      `held-out plays in ${many(forMix.sittings, 'sitting')}, ${percent(forMix.finishes / forMix.n)} finished`,
    ),
    '</div>',
  ].join('')
}

function effectsSection({ forMix, sitting }: Report['effects']): string {
  const domain = effectDomain([...forMix, ...sitting])
  const drawn = (effects: readonly FeatureEffect[], prefix: string) =>
    effects.map((effect, i) =>
      figure(
        featureWords(effect.feature),
        `${effectSentence(effect)}.`,
        [effectChart(`${prefix}-${i}`, effect, domain)],
        [
          numbers(
            ['value', 'finish', 'heads ± (points)', 'of the plays'],
            effect.points.map(({ value, probability, spread, share }) => [
              toldValue(effect.feature, value),
              percent(probability),
              points(spread),
              percent(share),
            ]),
          ),
        ],
      ),
    )
  const parts = [
    section(
      'What moves it',
      `${effectsSentence(forMix)} The mean probability of a finish over real plays when one feature alone is changed in all of them (partial dependence), from before the sitting, in the version that serves. The band is one standard deviation of the heads; the dots are where the listener’s own plays lie (quantiles). Changing one feature at a time makes some plays that could not be, and shows what the model reads, not what causes a finish.`,
      'small',
      drawn(forMix, 'effect'),
    ),
  ]
  if (sitting.length > 0)
    parts.push(
      `<h3>While a sitting is under way</h3><p class="soft">${escaped(effectsSentence(sitting))}</p>`,
      `<div class="small">${drawn(sitting, 'sitting').join('\n')}</div>`,
    )
  return parts.join('\n')
}

function factsSection({ version, at, heldOut }: Report): string {
  const { plays, finishes, skips, firstPlayAt, lastPlayAt, heldOutFrom, seed, preset, parent, madeAt } =
    version
  const known = finishes !== undefined && skips !== undefined ? finishes + skips : undefined
  const command =
    version.refreshed === undefined
      ? [
          'deepcuts train',
          ...(preset ? [`--preset ${preset}`] : []),
          ...(seed === undefined ? [] : [`--seed ${seed}`]),
        ]
      : ['deepcuts train --refresh']
  const facts: (readonly [string, string] | undefined)[] = [
    [
      'version',
      `${version.version}, made ${day(madeAt)}${parent === undefined ? '' : `, after version ${parent}`}${version.refreshed === undefined ? '' : `, a refresh of version ${version.refreshed}`}`,
    ],
    known === undefined
      ? undefined
      : [
          'learned from',
          `${plays === undefined || plays === known ? '' : `${whole(plays)} of `}${many(known, 'play')} with a known outcome: ${whole(finishes!)} finished, ${whole(skips!)} skipped`,
        ],
    firstPlayAt !== undefined && lastPlayAt !== undefined
      ? ['known plays', `${day(firstPlayAt)} to ${day(lastPlayAt)}`]
      : undefined,
    heldOut
      ? [
          'judged on',
          `the last ${many(heldOut.plays, 'play')}${heldOutFrom === undefined ? '' : `, from ${day(heldOutFrom)} on`}, which the model that is judged had not seen`,
        ]
      : undefined,
    preset ? ['preset', preset] : undefined,
    seed === undefined ? undefined : ['seed', String(seed)],
    ['report', `made ${day(at)}`],
  ]
  const rows = facts.flatMap((fact) => (fact ? [`<dt>${fact[0]}</dt><dd>${escaped(fact[1])}</dd>`] : []))
  return [
    '<section><h2>This version</h2>',
    `<dl>${rows.join('')}<dt>commands</dt><dd><code>${escaped(command.join(' '))}</code>, then <code>deepcuts report --out report.html</code></dd></dl>`,
    '<p class="note">Judged by time: the held-out plays come after all that the judged model learned from, and the version that serves was then fitted on all of them. ',
    '95 % intervals are bootstrapped over sittings (plays less than 30 minutes apart); those of the reliability diagrams are Wilson’s, for as many independent plays as the sittings amount to. ',
    'The page names no track and no artist.</p></section>',
  ].join('\n')
}
