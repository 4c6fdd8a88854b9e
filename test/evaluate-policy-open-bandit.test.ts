import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Random, random } from '../src/core/random.ts'
import { evaluateOpenBandit } from '../src/evaluate/policy-open-bandit.ts'
import { renderPolicyPage } from '../src/evaluate/policy-page.ts'
import { renderPolicy } from '../src/evaluate/policy-report.ts'
import { makeCommandLine } from './suites/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'deepcuts-open-bandit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Click probabilities of four items, and two policies over them. */
const CLICK = [0.5, 0.1, 0.3, 0.2]
const UNIFORM = [0.25, 0.25, 0.25, 0.25]
const LEARNED = [0.6, 0.1, 0.2, 0.1]
const worth = (policy: readonly number[]) => policy.reduce((sum, p, a) => sum + p * CLICK[a]!, 0)

function write(name: string, policy: readonly number[], rounds: number, rng: Random): string {
  const lines = Array.from({ length: rounds }, (_, i) => {
    const item = rng.pick(policy)
    const click = Number(rng.next() < CLICK[item]!)
    return `${i},2020-01-01,${item},${1 + (i % 2)},${click},${policy[item]},u${i % 3}`
  })
  const header = ',timestamp,item_id,position,click,propensity_score,user_feature_0'
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), [header, ...lines, ''].join('\n'))
  return join(folder, name)
}

const uniform = write('random/all.csv', UNIFORM, 4000, random('uniform'))
const learned = write('learned/all.csv', LEARNED, 4000, random('learned log'))
const ask = (log: string, behaviour: string | undefined, policy: 'uniform' | 'logged' = 'uniform') =>
  evaluateOpenBandit({ log, ...(behaviour && { behaviour }), policy, seed: 1 })

describe('a log in the layout of the Open Bandit Dataset', () => {
  it('tells what uniform choice is worth from the log of another policy, whichever of two files comes first', async () => {
    const [one, other] = [await ask(uniform, learned), await ask(learned, uniform)]
    for (const name of ['ipw', 'snipw', 'dr', 'dros']) {
      const [low, high] = one.metrics.estimates[name]!.ci95!
      expect(low, name).toBeLessThan(worth(UNIFORM))
      expect(high, name).toBeGreaterThan(worth(UNIFORM))
    }
    expect(other.metrics.estimates).toEqual(one.metrics.estimates)
    expect(one.metrics.onPolicyValue).toBeCloseTo(worth(UNIFORM), 1)
    expect(one.metrics.behaviourValue).toBeCloseTo(worth(LEARNED), 1)
    expect(other.metrics.onPolicyValue).toBe(one.metrics.behaviourValue)
    expect(one.notes).toEqual(['learned/all.csv is reweighted.'])
    expect(other.notes[1]).toContain('random/all.csv is drawn by the policy asked about')
  })

  it('tells what the policy of one log is worth from the other', async () => {
    const { metrics, policy } = await ask(learned, uniform, 'logged')
    expect(policy).toBe('the average of learned/all.csv by position')
    const [low, high] = metrics.estimates.dr!.ci95!
    expect(low).toBeLessThan(worth(LEARNED))
    expect(high).toBeGreaterThan(worth(LEARNED))
    expect(high).toBeLessThan(1.2 * worth(LEARNED))
  })

  it('a log of the policy itself has weights of 1', async () => {
    const { metrics } = await ask(uniform, undefined)
    expect(metrics).toMatchObject({
      effectiveSampleSize: 4000,
      meanWeight: 1,
      behaviourValue: null,
      refused: null,
    })
    expect(metrics.estimates.ipw!.value).toBeCloseTo(metrics.onPolicyValue, 12)
    expect(metrics.estimates.dm!.ci95).toBeNull()
  })

  it('a log that hardly ever chose blindly is refused, with how many rounds more would be enough', async () => {
    const narrow = write('narrow.csv', [0.997, 0.001, 0.001, 0.001], 3000, random('narrow'))
    const report = await ask(narrow, undefined)
    expect(report.metrics.refused).toMatch(
      /^Reweighted, 3,000 rounds say as much as .* about [\d,]+ rounds more like these would be enough\.$/,
    )
    expect(report.metrics.estimates).toEqual({})
    expect(renderPolicy(report)).toContain(report.metrics.refused)
    expect(renderPolicyPage(report)).toContain('the log cannot say')
  })

  it('"logged" needs the second log', async () => {
    await expect(ask(uniform, undefined, 'logged')).rejects.toThrow('come with --behaviour')
  })
})

describe('a broken log', () => {
  const broken = (name: string, from: string, to: string) => {
    const path = join(folder, `${name}.csv`)
    const text = `item_id,position,click,propensity_score\n0,1,1,0.5\n1,1,0,0.5\n`
    writeFileSync(path, text.replace(from, to))
    return ask(path, undefined)
  }

  it.each([
    [
      'a zero propensity',
      '1,1,0,0.5',
      '1,1,0,0',
      'row 3: its propensity_score is 0, but what was shown cannot have been impossible',
    ],
    [
      'a propensity above 1',
      '1,1,0,0.5',
      '1,1,0,1.5',
      'row 3: its propensity_score is 1.5, but no probability is above 1',
    ],
    ['no propensity', '1,1,0,0.5', '1,1,0,', 'row 3: its propensity_score is "", no number'],
    ['a missing reward', '0,1,1,0.5', '0,1,,0.5', 'row 2: its click is missing'],
    ['a strange reward', '0,1,1,0.5', '0,1,2,0.5', 'row 2: its click is "2", which is neither 0 nor 1'],
    ['a strange item', '1,1,0,0.5', '-1,1,0,0.5', 'row 3: its item_id is "-1"'],
    [
      'an item beyond all others',
      '1,1,0,0.5',
      '4000000000,1,0,0.5',
      'row 3: its item_id is 4000000000, but items are numbered',
    ],
    ['a strange position', '1,1,0,0.5', '1,x,0,0.5', 'row 3: its position is "x"'],
    ['a lost column', 'propensity_score', 'chance', 'lacks propensity_score'],
  ])('with %s is refused with a sentence', async (name, from, to, sentence) => {
    await expect(broken(name.replaceAll(' ', '-'), from, to)).rejects.toThrow(sentence)
  })
})

describe('deepcuts evaluate policy --format open-bandit', () => {
  const cli = makeCommandLine()
  afterAll(() => cli.remove())

  it('prints the table, the document and the page', async () => {
    const args = ['evaluate', 'policy', uniform, '--format', 'open-bandit', '--behaviour', learned]
    const told = await cli.run([...args, '--out', 'page.html'])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toContain('SNIPW')
    expect(told.stdout).toContain('Effective sample size')
    const page = readFileSync(join(cli.folder, 'page.html'), 'utf8')
    expect(page).toContain('<svg')
    expect(page).not.toMatch(/<script|https?:(?!\/\/www\.w3\.org)/)

    const document = await cli.json(args)
    expect(document).toMatchObject({ task: 'policy', metrics: { refused: null, n: 4000 } })
  })

  it('refuses what such logs do not have', async () => {
    const { status, stderr } = await cli.run([
      'evaluate',
      'policy',
      uniform,
      '--format',
      'open-bandit',
      '--novelty',
      '0.4',
    ])
    expect(status).toBe(2)
    expect(stderr).toContain('--novelty is 0.4, but it must be left out')
    const none = await cli.run(['evaluate', 'policy', '--format', 'open-bandit'])
    expect(none.stderr).toContain('LOG is missing')
    const mixture = await cli.run([
      'evaluate',
      'policy',
      uniform,
      '--format',
      'open-bandit',
      '--policy',
      'mixture',
    ])
    expect(mixture.stderr).toContain('one of uniform, logged')
    const lone = await cli.run(['evaluate', 'policy', '--behaviour', uniform])
    expect(lone.stderr).toContain('come with --format open-bandit')
  })
})

/** Where the Open Bandit Dataset's small sample is; the tests that need it say that they were skipped. */
const REAL = join(import.meta.dirname, '../../shared/data/open_bandit_small')

describe.skipIf(!existsSync(join(REAL, 'bts')))('the small sample of the Open Bandit Dataset', () => {
  const log = (policy: string, campaign: string) => join(REAL, policy, campaign, `${campaign}.csv`)

  it('has the published on-policy values, and its Thompson log of women is refused', async () => {
    const men = await ask(log('random', 'men'), log('bts', 'men'))
    expect([men.metrics.onPolicyValue, men.metrics.behaviourValue]).toEqual([0.0046, 0.0069])
    const women = await ask(log('random', 'women'), log('bts', 'women'))
    expect([women.metrics.onPolicyValue, women.metrics.behaviourValue]).toEqual([0.0046, 0.0046])
    expect(women.metrics.effectiveSampleSize).toBeCloseTo(2.08, 2)
    expect(women.metrics.refused).toContain('10,000 rounds say as much as 2.1')
  })
})
