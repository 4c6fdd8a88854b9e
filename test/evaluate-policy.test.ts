import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { evaluateSlates } from '../src/evaluate/policy.ts'
import type { AnsweredSlate } from '../src/evaluate/policy-log.ts'
import { renderPolicy } from '../src/evaluate/policy-report.ts'
import { reweigh, type TargetPolicy, unweighable } from '../src/evaluate/policy-slates.ts'
import { type ExposureBody, exposureBody, readExposureBody } from '../src/explore/exposure.ts'
import { patternPrefixPropensity, patternPropensity } from '../src/explore/pattern.ts'
import { policyOf } from '../src/explore/policies.ts'
import { FLOW, invent, logOf, MIXTURE, rulesOf, sitting } from './suites/invented-sittings.ts'

const ask = (log: readonly AnsweredSlate[], target: TargetPolicy) =>
  evaluateSlates(log, { name: 'a log', sha256: [], target, seed: 1 })

describe('what if something else had been drawn', () => {
  const people = Array.from({ length: 8 }, (_, i) => invent(14, 14, random(`person/${i}`)))
  const log = logOf(people, 50, MIXTURE, 0.3, 20)

  it('a policy asked about itself is worth what was logged, with weights of 1', () => {
    const { metrics } = ask(log, { name: 'mixture' })
    expect(metrics.meanWeight).toBeCloseTo(1, 9)
    expect(metrics.effectiveSampleSize).toBeCloseTo(400, 6)
    for (const name of ['rips', 'sips', 'iips'])
      expect(metrics.estimates[name]!.value).toBeCloseTo(metrics.onPolicyValue, 9)
  })

  it('greedy is refused: such a log says next to nothing of it', () => {
    const { metrics } = ask(log, { name: 'greedy' })
    expect(metrics.refused).toMatch(/would be enough/)
    expect(metrics.estimates).toEqual({})
  })

  it('lists that the target draws with more new tracks than the log ever had are refused', () => {
    const { metrics } = ask(log, { name: 'mixture', novelty: 1 })
    expect(metrics.refused).toContain('never drawn in the log')
    expect(metrics.unsupportedShare).toBeGreaterThan(0.05)
  })

  it('a log whose pools left out new tracks says nothing of a policy that wants some', () => {
    const familiar = logOf(people.slice(0, 4), 60, MIXTURE, 0, 8)
    expect(ask(familiar, { name: 'mixture', novelty: 0.2 }).metrics.unsupportedShare).toBe(1)
    expect(ask(familiar, { name: 'mixture', temperature: 0.8 }).metrics.refused).toBeNull()
  })

  it('the answer is the same for the same seed', () => {
    expect(ask(log, { name: 'mixture', temperature: 0.75 })).toEqual(
      ask(log, { name: 'mixture', temperature: 0.75 }),
    )
  })
})

describe('the weights of slates', () => {
  // Four tracks, lists of two: everything can be gone through.
  const who = invent(2, 2, random('small'))
  const rules = rulesOf(0.3)
  const body = (pattern: readonly ('familiar' | 'new')[], order: readonly number[]) => {
    const stated = policyOf(MIXTURE).propensities(who.pool, rules, pattern, order)
    const text: ExposureBody = exposureBody(
      {
        tracks: order.map((at, k) => ({ candidate: who.pool[at]!, ...stated[k]! })),
        ...{ pattern, pool: who.pool, policy: MIXTURE },
        patternPropensity: patternPropensity(pattern, { slots: 2, novelty: 0.3, familiar: 2, fresh: 2 }),
      },
      { n: 2, novelty: 0.3, artistGap: 2, flowWeights: FLOW },
    )
    return readExposureBody(JSON.stringify(text))
  }
  const everything = (['familiar', 'new'] as const).flatMap((first) =>
    (['familiar', 'new'] as const).flatMap((second) =>
      [0, 1, 2, 3].flatMap((a) =>
        [0, 1, 2, 3].filter((b) => b !== a).map((b) => ({ slate: body([first, second], [a, b]) })),
      ),
    ),
  )
  const chance = ({ slate }: (typeof everything)[number]) =>
    slate.patternPropensity * slate.prefixPropensities[1]!

  it('average 1 over every slate there can be, at every slot, for every policy that draws what the log does', () => {
    expect(everything.reduce((sum, one) => sum + chance(one), 0)).toBeCloseTo(1, 12)
    for (const target of [
      { name: 'mixture', novelty: 0.4 },
      { name: 'mixture', temperature: 2, floor: 0.4 },
      { name: 'softmax', temperature: 0.5 },
      { name: 'epsilon-greedy', epsilon: 0.2 },
      { name: 'greedy' },
      { name: 'uniform' },
    ] as const) {
      const means = [0, 0]
      for (const one of everything) {
        if (chance(one) === 0) continue
        const { prefixWeights, unsupported } = reweigh(one.slate, 2, target)
        means[0]! += chance(one) * prefixWeights[0]!
        means[1]! += chance(one) * prefixWeights[1]!
        expect(unsupported).toBe(0)
      }
      expect(means).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)])
    }
  })

  it('what cannot be drawn by the target weighs 0', () => {
    const one = body(['familiar', 'new'], [0, 3])
    expect([...reweigh(one, 2, { name: 'mixture', novelty: 0 }).prefixWeights]).toEqual([
      expect.closeTo(
        1 / patternPrefixPropensity(['familiar'], { slots: 2, novelty: 0.3, familiar: 2, fresh: 2 }),
        1,
      ),
      0,
    ])
  })

  it('a log whose novelty leaves no coin is told apart: the share that it never draws is exact', () => {
    // Half of two slots is one new track always; .75 draws two in half of all lists.
    const one = readExposureBody(sitting(who, MIXTURE, 0.5, 2, random('coin')).body)
    expect(reweigh(one, 2, { name: 'mixture', novelty: 0.75 }).unsupported).toBeCloseTo(0.5, 12)
    expect(reweigh(one, 1, { name: 'mixture', novelty: 0.75 }).unsupported).toBe(0)
  })

  it('prefixes of patterns are as likely as the patterns that begin with them', () => {
    const quota = { slots: 5, novelty: 0.3, familiar: 9, fresh: 9 }
    const every = Array.from({ length: 32 }, (_, bits) =>
      Array.from({ length: 5 }, (_, k) => ((bits >> k) & 1 ? 'new' : ('familiar' as const))),
    ) as ('familiar' | 'new')[][]
    for (const prefix of every.flatMap((pattern) => [0, 1, 3, 5].map((k) => pattern.slice(0, k)))) {
      const sum = every
        .filter((pattern) => prefix.every((kind, k) => pattern[k] === kind))
        .reduce((total, pattern) => total + patternPropensity(pattern, quota), 0)
      expect(patternPrefixPropensity(prefix, quota)).toBeCloseTo(sum, 12)
    }
    expect(patternPrefixPropensity(Array(6).fill('new'), quota)).toBe(0)
  })
})

describe('entries of the log that cannot be counted', () => {
  const who = invent(10, 10, random('entries'))
  const good = Array.from({ length: 300 }, (_, i): AnsweredSlate => {
    const { body } = sitting(who, MIXTURE, 0.3, 4, random(i))
    return { listener: 7, occasion: 'day', model: 1, body, rewards: [0.75, -0.125] }
  })
  const [first, ...rest] = good as [AnsweredSlate, ...AnsweredSlate[]]
  const asked = (entry: AnsweredSlate) => ask([entry, ...rest], { name: 'mixture', temperature: 0.75 })
  const changed = (change: Partial<ExposureBody>): AnsweredSlate => ({
    ...first,
    body: JSON.stringify({ ...JSON.parse(first.body), ...change }),
  })
  const prefixes = (readExposureBody(first.body).prefixPropensities as number[]).slice()

  it.each([
    [
      'drawn again',
      { ...first, occasion: 'again' },
      'they were drawn again, by a seed, or with a novelty or by a policy of their own',
    ],
    [
      'never answered',
      { ...first, rewards: [] },
      'nobody played a track of them, which is no negative answer',
    ],
    [
      'of an older format',
      changed({ format: 1 as unknown as 2 }),
      'its format is 1, and this version reads format 3',
    ],
    [
      'of an impossible list',
      changed({ prefixPropensities: [prefixes[0]!, 0, 0, 0] }),
      'their logged propensity is 0',
    ],
    ['of an impossible pattern', changed({ patternPropensity: 0 }), 'their logged propensity is 0'],
    [
      'more than certain',
      changed({ prefixPropensities: [1.2, 0.1, 0.1, 0.1] }),
      'their logged propensity is above 1',
    ],
    [
      'drawn by greedy',
      changed({ policy: { name: 'greedy' } }),
      'greedy drew them, which cannot be reweighted, because',
    ],
    [
      'likelier with a slot more',
      changed({ prefixPropensities: [prefixes[0]!, 2 * prefixes[0]!, 0.1, 0.1].map((p) => p / 4) }),
      'their logged propensity is above 1 in some slot',
    ],
    [
      'of a policy that nobody knows',
      changed({ policy: { name: 'magic' } as never }),
      'a policy drew them that this version does not know',
    ],
    [
      'of a policy that cannot be',
      changed({ policy: { ...MIXTURE, temperature: -1 } as never }),
      'what was logged of them is damaged',
    ],
    ['that is no JSON', { ...first, body: 'no JSON' }, 'what was logged of them is damaged'],
    ['that holds nothing', { ...first, body: 'null' }, 'what was logged of them is damaged'],
    ['without a pool', { ...first, body: '{"format":2}' }, 'what was logged of them is damaged'],
    [
      'of more slots than were shown',
      { ...first, rewards: [0, 0, 0, 0, 0.75] },
      'more of their slots were seen than they have',
    ],
  ])('an entry %s is left out with a sentence', (_, entry, sentence) => {
    const { metrics, notes } = asked(entry as AnsweredSlate)
    expect(metrics.n).toBe(299)
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain(`Left out 1 sitting: ${sentence}`)
    expect(notes[0]!.endsWith('.')).toBe(true)
  })

  it('a propensity of 0 at a slot that nobody saw is no reason', () => {
    const entry = changed({ prefixPropensities: [prefixes[0]!, prefixes[1]!, 0, 0] })
    expect(unweighable(readExposureBody(entry.body), 2)).toBeUndefined()
    expect(unweighable(readExposureBody(entry.body), 3)).toContain('is 0')
  })

  it('a play whose end says nothing counts 0, and the report says so', () => {
    const { metrics, notes } = asked({ ...first, rewards: [Number.NaN, 0.75] })
    expect(metrics.onPolicyValue).toBeCloseTo((299 * 0.625 + 0.75) / 300, 12)
    expect(notes).toEqual(['1 play ended in a way that says nothing and count 0.'])
  })

  it('slates of several model versions count, and the report says so', () => {
    const { metrics, notes } = asked({ ...first, model: 2 })
    expect(metrics.n).toBe(300)
    expect(notes).toEqual([
      '2 model versions drew the slates; each is judged by the scores that it was drawn by.',
    ])
  })

  it('with one listener the sittings are the sample; with several the listeners are', () => {
    const alone = ask(good, { name: 'mixture' })
    expect(alone.protocol.description).toContain('about this listener alone')
    const two = ask(
      good.map((entry, i) => ({ ...entry, listener: i % 2 })),
      { name: 'mixture' },
    )
    expect(two.protocol.description).toContain('clustered by listener')
    expect(two.dataset.listeners).toBe(2)
  })

  it('a household of two is not told that its propensities are wrong, which by two sums alone one in five would be', () => {
    const refusals = Array.from({ length: 20 }, (_, house) => {
      const rng = random(`house/${house}`)
      const log = Array.from({ length: 300 }, (_, i): AnsweredSlate => {
        const { body, rewards } = sitting(who, MIXTURE, 0.3, 4, rng)
        return { listener: i % 2, occasion: 'day', model: 1, body, rewards }
      })
      return ask(log, { name: 'mixture', temperature: 1 }).metrics.refused
    })
    expect(refusals.filter((refused) => refused !== null)).toEqual([])
  })

  it('an empty log is refused, without a table of nothing', () => {
    const report = ask([], { name: 'uniform' })
    const { metrics } = report
    expect(renderPolicy(report)).toMatch(/no sittings that count: [^\n]*$/)
    expect(metrics.refused).toContain('no sittings that count')
    expect(JSON.parse(JSON.stringify(metrics)).onPolicyValue).toBeNull()
  })
})
