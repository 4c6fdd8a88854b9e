import { XMLValidator } from 'fast-xml-parser'
import { beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { auc, logLoss } from '../src/metrics/binary.ts'
import { calibrationSlope, ece } from '../src/metrics/calibration.ts'
import { type ReliabilityBin, reliabilityBins } from '../src/report/calibration.ts'
import { partialDependence, strongestEffects } from '../src/report/effects.ts'
import { toldValue } from '../src/report/feature-words.ts'
import { renderReport } from '../src/report/page.ts'
import { makeReport, type Report, type ReportInput } from '../src/report/report.ts'
import { judgedRows } from '../src/report/rows.ts'
import { aheadSentence, reliabilitySentence, rocSentence, spreadSentence } from '../src/report/sentences.ts'
import { judgeSpread } from '../src/report/spread.ts'
import { backgroundOf, heldOutOf, inventedModel, onTheDiagonal } from './suites/invented-evaluation.ts'

const AT = Date.UTC(2026, 10, 22)
const input = (given: Partial<ReportInput> = {}): ReportInput => ({
  listener: 'ada',
  manifest: {
    version: 3,
    at: AT,
    parent: 2,
    sha256: {},
    training: {
      plays: 800,
      finishes: 900,
      skips: 300,
      firstPlayAt: Date.UTC(2019, 4, 6),
      lastPlayAt: AT,
      seed: 7,
      preset: 'nano',
    },
  } as ReportInput['manifest'],
  evaluation: {
    curve: [
      { step: 100, training: 0.66, validation: 0.65 },
      { step: 200, training: 0.55, validation: 0.52 },
      { step: 300, training: 0.5, validation: 0.53 },
    ],
    kept: 200,
    lines: [
      { name: 'base-rate', logLoss: 0.61 },
      { name: 'track-rate', logLoss: 0.58 },
    ],
    heldOut: heldOutOf(onTheDiagonal()),
  },
  model: inventedModel({ artistRate: 1 }),
  background: () => backgroundOf({ artistRate: [-1, -0.5, 0, 0.5, 1, -1, -0.5, 0, 0.5, 1] }),
  now: AT,
  ...given,
})

/** Text of a page as a person reads it. */
const textOf = (page: string) =>
  page
    .replace(/<(style|title|desc)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')

it('a refresh is told as one: what it went on from, and why there is no curve', async () => {
  const { manifest, evaluation } = input()
  const training = { ...(manifest.training as object), refresh: { from: 2 } }
  const curve = [{ step: 10, training: 0.5, validation: null }]
  const report = await makeReport(
    input({
      manifest: { ...manifest, training },
      evaluation: { ...evaluation!, curve, kept: 10, lines: [] },
    }),
    silent,
  )
  const page = renderReport(report)
  expect(textOf(page)).toContain('a refresh of version 2')
  expect(textOf(page)).toContain('goes on from version 2 with a fixed number of rounds')
  expect(page).toContain('deepcuts train --refresh')
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

describe('a reliability diagram', () => {
  it('lies on the diagonal where the probabilities are right', () => {
    const bins = reliabilityBins(judgedRows(heldOutOf(onTheDiagonal()), 'all'))
    expect(bins.map(({ from, to, n }) => [from, to, n])).toEqual([
      [0.1, 0.2, 100],
      [0.5, 0.6, 100],
      [0.8, 0.9, 100],
    ])
    for (const { foreseen, finished } of bins) {
      expect(finished.mean).toBeCloseTo(foreseen, 10)
      expect(finished.ci95[0]).toBeLessThan(foreseen)
      expect(finished.ci95[1]).toBeGreaterThan(foreseen)
    }
  })

  it('says in a sentence what its largest upper bin holds', () => {
    const bin = (from: number, n: number, foreseen: number, mean: number): ReliabilityBin => ({
      from,
      to: from + 0.1,
      n,
      foreseen,
      finished: { mean, ci95: [mean - 0.05, mean + 0.05] },
    })
    const reliability = [bin(0.1, 900, 0.15, 0.3), bin(0.7, 40, 0.75, 0.76), bin(0.8, 412, 0.8, 0.78)]
    const sentence = reliabilitySentence({ reliability, roc: {} })
    expect(sentence).toContain('Of the 412 plays it gave 80\u00a0% on average, 78\u00a0% were finished')
    expect(sentence).toContain('2 of the 3 intervals reach the diagonal')
  })
})

describe('the spread of the heads', () => {
  const columns = (spread: (i: number) => number) => ({
    ...onTheDiagonal(),
    predictions: { deepcuts: Array.from({ length: 300 }, () => 0.5) },
    label: Array.from({ length: 300 }, (_, i) => i % 2),
    spread: Array.from({ length: 300 }, (_, i) => spread(i)),
  })
  const judged = (spread: (i: number) => number) =>
    judgeSpread(judgedRows(heldOutOf(columns(spread)), 'all'), 'test')

  it('that is larger where the error is has a rank correlation of one', () => {
    const rows = { ...onTheDiagonal() }
    const error = rows.label.map((y, i) => Math.abs(y - rows.predictions.deepcuts![i]!))
    const spread = judgeSpread(judgedRows(heldOutOf({ ...rows, spread: error }), 'all'), 'test')!
    expect(spread.rankCorrelation.mean).toBeCloseTo(1, 10)
    const errors = spread.bins.map((bin) => bin.error.mean)
    expect(errors).toEqual(errors.toSorted((a, b) => a - b))
    expect(spread.bins.reduce((sum, { n }) => sum + n, 0)).toBe(300)
    expect(spreadSentence(spread)).toContain('Rank correlation 1.000')
  })

  it('that only follows the probability says little beyond it; that of the error does', () => {
    const next = random('spread').next
    const p = Array.from({ length: 900 }, () => 0.02 + 0.48 * next())
    const label = p.map((one) => (next() < one ? 1 : 0))
    const judgedOf = (spread: readonly number[]) => {
      const columns = {
        sitting: p.map((_, i) => i % 90),
        firstPlay: label,
        artistPlays: label,
        hasAudio: label,
      }
      const plays = { ...columns, label, predictions: { deepcuts: p }, spread }
      return judgeSpread(judgedRows(heldOutOf(plays), 'all'), 'test')!
    }
    const follows = judgedOf(p.map((one) => one * (1 - one) * (0.7 + 0.6 * next())))
    expect(follows.rankCorrelation.mean).toBeGreaterThan(0.4)
    expect(Math.abs(follows.beyondProbability.mean)).toBeLessThan(0.2)
    const knows = judgedOf(p.map((one, i) => Math.abs(label[i]! - one) * (0.7 + 0.6 * next())))
    expect(knows.beyondProbability.ci95[0]).toBeGreaterThan(0.3)
  })

  it('says nothing where the heads never disagree', () => {
    expect(judged(() => 0)).toBeUndefined()
  })

  it('is told by how often the artist was played and whether the sound is known', () => {
    const { groups } = judged((i) => (i % 3 === 0 ? 0.1 : 0.02))!
    expect(groups.map(({ from, to, hasAudio, n }) => [from, to, hasAudio, n])).toEqual([
      [0, 0, false, 100],
      [5, 19, true, 200],
    ])
    expect(groups.map(({ spread }) => spread.mean)).toEqual([expect.closeTo(0.1), expect.closeTo(0.02)])
  })
})

describe('a feature effect', () => {
  const rows = backgroundOf({
    artistRate: [-2, -1, 0, 1, 2, -2, -1, 0, 1, 2],
    trackRate: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  })

  it('is the curve of the model where the model has one feature', async () => {
    const { points, rows: n } = await partialDependence(
      inventedModel({ artistRate: 1.5 }),
      rows,
      'artistRate',
    )
    expect(n).toBe(10)
    expect(points.map(({ value }) => value)).toEqual([-2, -1, 0, 1, 2])
    for (const { value, probability, spread, share } of points) {
      expect(probability).toBeCloseTo(1 / (1 + Math.exp(-1.5 * value)), 6)
      expect(spread).toBeCloseTo(0, 10)
      expect(share).toBeCloseTo(0.2, 10)
    }
  })

  it('has a band as wide as its heads are apart', async () => {
    const { points } = await partialDependence(inventedModel({ artistRate: 1 }, [0, 2]), rows, 'artistRate')
    const [low, high] = [0, 2].map((slope) => 1 / (1 + Math.exp(-slope * 2)))
    expect(points.at(-1)!.probability).toBeCloseTo((low! + high!) / 2, 6)
    expect(points.at(-1)!.spread).toBeCloseTo((high! - low!) / 2, 6)
    expect(points[2]!.spread).toBeCloseTo(0, 10)
  })

  it('leaves out the rows in which the feature is missing, and is none where few know it', async () => {
    const model = inventedModel({ trackDaysSince: 1 })
    const some = backgroundOf({ trackDaysSince: [0, 1, 2, 3, 0, 1, 2, 3, Number.NaN, Number.NaN] })
    expect((await partialDependence(model, some, 'trackDaysSince')).rows).toBe(8)
    const few = backgroundOf({
      trackDaysSince: [0, 1, 2, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    })
    expect(await partialDependence(model, few, 'trackDaysSince')).toMatchObject({ points: [], moves: 0 })
  })

  it('turns the four features of the hour together', async () => {
    const { points } = await partialDependence(inventedModel({ hourCos: 1 }), rows, 'hour')
    expect(points).toHaveLength(24)
    const best = points.reduce((most, one) => (one.probability > most.probability ? one : most))
    expect(best.value).toBe(0)
    expect(points[12]!.probability).toBeCloseTo(1 / (1 + Math.E), 5)
  })

  it('is shown strongest first, and not where the model does not read it', async () => {
    const both = backgroundOf({
      artistRate: [-1, -0.5, 0, 0.5, 1, -1, -0.5, 0, 0.5, 1],
      trackRate: [-1, -0.5, 0, 0.5, 1, -1, -0.5, 0, 0.5, 1],
      valence: [-1, -0.5, 0, 0.5, 1, -1, -0.5, 0, 0.5, 1],
    })
    const { forMix, sitting } = await strongestEffects(
      inventedModel({ artistRate: 0.5, trackRate: 1 }),
      () => both,
    )
    expect(forMix.map(({ feature }) => feature)).toEqual(['trackRate', 'artistRate'])
    expect(sitting).toEqual([])
  })
})

describe('a value of a feature', () => {
  it('that is the logarithm of a ratio is told as the ratio', () => {
    expect(toldValue('trackPlaysPerDay', Math.log(0.045))).toBe('0.045')
    expect(toldValue('trackPlaysPerSitting', 0)).toBe('1')
    expect(toldValue('trackOverdue', Math.log(19.6))).toBe('20')
  })
})

describe('a report', () => {
  let report: Report
  let page: string
  beforeAll(async () => {
    report = await makeReport(input(), silent)
    page = renderReport(report)
  })

  it('has the numbers of the metrics, in its data and on its page', () => {
    const { label, predictions } = onTheDiagonal()
    const p = predictions.deepcuts!
    const { scores } = report.heldOut!.scores.all.models.at(-1)!
    expect(scores.auc.mean).toBeCloseTo(auc(p, label), 10)
    expect(scores.logLoss.mean).toBeCloseTo(logLoss(p, label), 10)
    expect(scores.ece.mean).toBeCloseTo(ece(p, label), 10)
    expect(scores.slope.mean).toBeCloseTo(calibrationSlope(p, label), 10)
    expect(scores.auc.ci95[0]).toBeLessThan(scores.auc.mean)
    expect(scores.auc.ci95[1]).toBeGreaterThan(scores.auc.mean)
    expect(textOf(page)).toContain(auc(p, label).toFixed(3).replace('0.', '.'))
    expect(textOf(page)).toContain(logLoss(p, label).toFixed(3).replace('0.', '.'))
    expect(rocSentence(report.heldOut!.scores.all)).toContain(
      `${Math.round(100 * auc(p, label))}\u00a0% of the time`,
    )
  })

  it('judges first plays by themselves, and a mix by what was foreseen before the sitting', () => {
    const { scores } = report.heldOut!
    expect(scores.all.n).toBe(300)
    expect(scores.firstPlays.n).toBe(100)
    const aucs = (row: 'all' | 'forMix') => scores[row].models.at(-1)!.scores.auc.mean
    expect(aucs('forMix')).toBeCloseTo(1 - aucs('all'), 10)
  })

  it('says that it is ahead only where the paired interval does', async () => {
    expect(textOf(page)).toContain('deepcuts is ahead of the best of the simpler models (always the average)')
    expect(textOf(page)).toContain('deepcuts is behind the best of the simpler models')
    const rows = onTheDiagonal()
    const same = heldOutOf({
      ...rows,
      predictions: { 'track-rate': rows.predictions.deepcuts!, deepcuts: rows.predictions.deepcuts! },
    })
    const level = await makeReport(
      input({ evaluation: { curve: [], kept: 0, lines: [], heldOut: same } }),
      silent,
    )
    expect(textOf(renderReport(level))).toContain(
      'Nothing separates deepcuts from the best of the simpler models',
    )
  })

  it('is ahead by what its own numbers are less than those of the best of the others', () => {
    const { models, ahead } = report.heldOut!.scores.all
    const [theirs, ours] = [models[0]!.scores, models.at(-1)!.scores]
    expect(ahead!.logLoss.mean).toBeCloseTo(ours.logLoss.mean - theirs.logLoss.mean, 10)
    expect(ahead!.logLoss.mean).toBeLessThan(0)
    expect(ahead!.auc.mean).toBeCloseTo(ours.auc.mean - theirs.auc.mean, 10)
    expect(ahead!.auc.mean).toBeGreaterThan(0)
  })

  it('is not ahead by a mean whose interval holds zero', () => {
    const told = (low: number, high: number) => {
      const auc = { mean: 0.02, ci95: [-0.01, 0.05] as const }
      const logLoss = { mean: (low + high) / 2, ci95: [low, high] as const }
      const scores = report.heldOut!.scores.all
      return aheadSentence({ ...scores, ahead: { against: 'base-rate', auc, logLoss } })
    }
    expect(told(-0.05, 0.01)).toContain('Nothing separates deepcuts from')
    expect(told(-0.01, 0.05)).toContain('Nothing separates deepcuts from')
    expect(told(-0.05, -0.01)).toContain('deepcuts is ahead of')
    expect(told(0.01, 0.05)).toContain('deepcuts is behind')
  })

  it.each([
    [1, false],
    [9, false],
    [10, true],
  ])('of %i sittings has intervals: %s', async (sittings, hasIntervals) => {
    const rows = onTheDiagonal()
    const heldOut = heldOutOf({ ...rows, sitting: rows.sitting.map((one) => one % sittings) })
    const few = await makeReport(input({ evaluation: { ...input().evaluation!, heldOut } }), silent)
    const { models, ahead } = few.heldOut!.scores.all
    const estimates = [...Object.values(models.at(-1)!.scores), ahead!.auc, ahead!.logLoss]
    expect(estimates.map(({ mean }) => Number.isFinite(mean))).toEqual(estimates.map(() => true))
    expect(estimates.map(({ ci95 }) => ci95.every(Number.isFinite))).toEqual(
      estimates.map(() => hasIntervals),
    )
    const drawn = renderReport(few)
    expect(drawn).not.toMatch(/NaN|Infinity|undefined|– to –/)
    const text = textOf(drawn)
    expect(text.includes(`Too few sittings (${sittings}) to tell whether deepcuts is ahead`)).toBe(
      !hasIntervals,
    )
    expect(/deepcuts is (ahead|behind)/.test(text.replaceAll('whether deepcuts is ahead', ''))).toBe(
      hasIntervals,
    )
  })

  it('is the same for the same version', async () => {
    expect(renderReport(await makeReport(input(), silent))).toBe(page)
  })

  it('is well-formed, runs no script, and asks nothing of any network', () => {
    expect(XMLValidator.validate(page)).toBe(true)
    expect(page).not.toMatch(/<script|javascript:|\son\w+=|@import|url\(|<link|<img|<iframe/i)
    const addresses = page.match(/(?:https?:)?\/\/[^\s"'<)]+/g) ?? []
    expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([])
  })

  it('gives every drawing a title and a description, each with an id of its own', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(new Set(ids).size).toBe(ids.length)
    const drawings = [...page.matchAll(/<svg role="img" aria-labelledby="(\S+) (\S+)"/g)]
    expect(drawings.length).toBeGreaterThan(8)
    for (const [, title, description] of drawings) {
      expect(page).toMatch(new RegExp(`<title id="${title}">[^<]{10,}</title>`))
      expect(page).toMatch(new RegExp(`<desc id="${description}">[^<]{10,}</desc>`))
    }
    expect(page.match(/<svg /g)).toHaveLength(
      drawings.length + (page.match(/<svg [^>]*aria-hidden/g) ?? []).length,
    )
  })

  it('draws only numbers', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/)
  })

  it('tells the version, its data and how to make it again', () => {
    const text = textOf(page)
    expect(text).toContain('3, made 2026-11-22, after version 2')
    expect(text).toContain('800 of 1,200 plays with a known outcome: 900 finished, 300 skipped')
    expect(text).toContain('2019-05-06 to 2026-11-22')
    expect(text).toContain('deepcuts train --preset nano --seed 7')
  })

  it('tells how the training went, against the line to beat', () => {
    expect(textOf(page)).toContain(
      'Of 3 scorings the one after 200 steps was kept: a log-loss of .520 on the validation plays, against .580 of the best of the simpler models (the track’s own rate).',
    )
  })

  it('shows names as text, whatever is in them', async () => {
    const name = '<b onload="x">&amp;\u0007'
    const odd = renderReport(await makeReport(input({ listener: name }), silent))
    expect(XMLValidator.validate(odd)).toBe(true)
    expect(odd).not.toContain('<b onload')
    expect(odd).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;amp; ')
  })

  it.each([
    ['nothing was held out', { curve: [], kept: 0, lines: [] }],
    ['the training kept no evaluation', undefined],
  ])('is whole where %s', async (_, evaluation) => {
    const { evaluation: __, ...rest } = input()
    const bare = renderReport(await makeReport({ ...rest, ...(evaluation && { evaluation }) }, silent))
    expect(XMLValidator.validate(bare)).toBe(true)
    expect(bare).not.toMatch(/NaN|Infinity|undefined/)
    const text = textOf(bare)
    expect(text).toContain('too few were left')
    expect(text).toContain('This version keeps no record of how its training went.')
    expect(text).toContain('finishes of the artist so far')
  })

  it('is whole where the training was one scoring or fell apart, and where no feature says anything', async () => {
    const first = { step: 0, training: null, validation: 0.7 }
    const diverged = { step: 100, training: null, validation: null }
    const evaluation = { ...input().evaluation!, curve: [first, diverged], kept: 0 }
    const odd = await makeReport(input({ evaluation, model: inventedModel({}) }), silent)
    const drawn = renderReport(odd)
    expect(XMLValidator.validate(drawn)).toBe(true)
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/)
    expect(textOf(drawn)).toContain('Of 1 scoring the one after 0 steps was kept: a log-loss of .700')
    expect(textOf(drawn)).toContain('No feature moves it.')
  })

  it('is whole where all held-out plays ended alike, with a single play, and with one head', async () => {
    const rows = onTheDiagonal()
    const finished = heldOutOf({ ...rows, label: rows.label.map(() => 1), spread: rows.spread.map(() => 0) })
    const first = { label: [1], sitting: [0], firstPlay: [0], artistPlays: [3], hasAudio: [1], spread: [0.1] }
    const single = heldOutOf({ ...first, predictions: { 'base-rate': [0.6], deepcuts: [0.7] } })
    for (const heldOut of [finished, single]) {
      const odd = await makeReport(input({ evaluation: { curve: [], kept: 0, lines: [], heldOut } }), silent)
      const drawn = renderReport(odd)
      expect(XMLValidator.validate(drawn)).toBe(true)
      expect(drawn).not.toMatch(/NaN|Infinity|undefined/)
      expect(textOf(drawn)).toContain('there is nothing to tell apart')
      expect(textOf(drawn)).toContain('do not show whether deepcuts is ahead')
      expect(textOf(drawn)).not.toMatch(/deepcuts is behind|– to –/)
      expect(textOf(drawn)).toContain('The heads of this version never disagree')
    }
  })
})
