import { describe, expect, it } from 'vitest'
import type { Output } from '../src/cli/output.ts'
import { showTraining } from '../src/cli/train.ts'
import type { TrainingReport } from '../src/index.ts'

const score = (auc: number) => ({ auc, logLoss: 0.5, beforeSitting: { auc, logLoss: 0.5 } })
const heldOut = (plays: number, auc: number, others = auc - 0.1) => ({
  plays,
  models: [
    { name: 'base-rate', ...score(Number.isNaN(auc) ? auc : 0.5) },
    { name: 'logistic-regression', ...score(others) },
    { name: 'deepcuts', ...score(auc) },
  ],
})
const plain = (text: string) => text

/** What a training of 12,000 plays of ada tells. */
function told(given: Partial<TrainingReport>): string {
  const lines: string[] = []
  const say = (text: string) => void lines.push(text)
  const style = { bold: plain, dim: plain, accent: plain, good: plain, bad: plain }
  const document = () => {}
  const told = { say, tell: say, aside: say, warn: say, document }
  const out: Output = { json: false, quiet: false, width: 80, style, ...told }
  const report = {
    version: 1,
    listener: 'ada',
    plays: 12_000,
    finishes: 9000,
    skips: 3000,
    firstPlayAt: Date.UTC(2019, 4, 6),
    lastPlayAt: Date.UTC(2026, 10, 22),
    heldOut: heldOut(1200, 0.8),
    ...given,
  } as TrainingReport
  showTraining(report, { out })
  return lines.join('\n')
}

describe('what a training tells', () => {
  it.each([
    ['all plays', {}, 'Learned from 12,000 plays of ada'],
    [
      'the latest of them where the preset takes no more',
      { plays: 8000 },
      'Learned from the latest 8,000 of the 12,000 plays of ada, 2019-05-06 to 2026-11-22: 9,000 finished, 3,000 skipped.',
    ],
    [
      'the earlier ones where it was stopped',
      { plays: 10_800, cut: 'stopped' as const },
      'Learned from 10,800 of the 12,000 plays of ada',
    ],
  ])('is how many plays it learned from: %s', (_, given, sentence) => {
    expect(told(given)).toContain(sentence)
  })

  it('is what a refresh went on from, or why it trained in full', () => {
    expect(told({ refresh: { from: 4 } })).toContain('It went on from model 4, with its preset and seed.')
    expect(told({ refresh: { full: 'no version serves' } })).toContain('trained in full')
    expect(told({})).not.toMatch(/went on|in full/)
  })

  it('is a table, with a warning where it is of few plays', () => {
    expect(told({})).toMatch(/deepcuts +0\.800 +0\.800/)
    expect(told({})).not.toContain('may be chance')
    expect(told({ heldOut: heldOut(5, 0.8) })).toMatch(/deepcuts +0\.800 +0\.800\n.*may be chance/)
  })

  it('is how it stands beside the best of the simpler models, also where it is not ahead', () => {
    expect(told({})).toContain('For a mix it is ahead of logistic regression;')
    expect(told({ heldOut: heldOut(1200, 0.8, 0.795) })).toContain(
      'it comes out level with logistic regression;',
    )
    expect(told({ heldOut: heldOut(1200, 0.8, 0.805) })).toContain(
      'it comes out level with logistic regression;',
    )
    expect(told({ heldOut: heldOut(1200, 0.8, 0.83) })).toContain(
      'For a mix logistic regression is ahead of it;',
    )
  })

  it('is what was compared when it serves, with the interval', () => {
    const difference = { mean: 0.0017, ci95: [-0.004, 0.0071] as const }
    const promotion = { promoted: true, against: 3, plays: 778, difference, reason: 'not worse' as const }
    expect(told({ promotion })).toContain(
      'It serves instead of model 3: on 778 plays that neither had seen nothing shows it to be worse (log-loss +0.0017, 95 % interval −0.0040 to +0.0071).',
    )
    const cut = { promoted: false, against: 3, plays: 40, reason: 'too few plays to compare' as const }
    expect(told({ promotion: cut })).toContain('It does not serve: its training was cut short')
  })

  it('is why there is no table: the held-out plays all ended alike; nothing where none were held out', () => {
    const alike = told({ heldOut: heldOut(40, Number.NaN) })
    expect(alike).toContain('cannot be told: the 40 plays held out to judge it all ended alike.')
    expect(alike).not.toContain('AUC')
    expect(told({ heldOut: { plays: 0, models: [] } })).not.toMatch(/AUC|alike/)
  })
})
