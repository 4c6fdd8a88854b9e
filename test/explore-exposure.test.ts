import { describe, expect, test } from 'vitest'
import type { PolicySettings, ScoredCandidate } from '../src/core/candidate.ts'
import { DeepcutsError } from '../src/core/errors.ts'
import { flowRule } from '../src/core/flow.ts'
import { random } from '../src/core/random.ts'
import { type ExposureBody, exposureBody, readExposureBody } from '../src/explore/exposure.ts'
import { decodeHalfFloats, encodeHalfFloats, toHalfPrecision } from '../src/explore/half-floats.ts'
import { policyOf } from '../src/explore/policies.ts'
import { candidate } from './suites/policy-suite.ts'

const FLOW = { tempo: 1, key: 0.5, energy: 1.5 }
const AFTER = { tempo: 97.5, energy: 0.31 }
const MIXTURE: PolicySettings = { name: 'mixture', temperature: 0.7, floor: 0.1 }

/** Sixty tracks by twenty artists with scores and sounds that no half float holds, some of them unknown. */
function tracks(): ScoredCandidate[] {
  const rng = random('sixty tracks')
  return Array.from({ length: 60 }, (_, i) => ({
    ...candidate(
      500 + i,
      i % 20,
      i % 3 ? 'familiar' : 'new',
      rng.normal() / 3,
      rng.normal(),
      rng.normal() * 9,
    ),
    ...(i % 7 && { tempo: Math.fround(60 + 120 * rng.next()), energy: Math.fround(rng.next()) }),
    ...(i % 5 && { key: i % 12, mode: i % 2 }),
  }))
}

function drawn(settings: PolicySettings, seed: number) {
  const rules = { novelty: 0.4, artistGap: 3, flow: flowRule(FLOW, AFTER) }
  const slate = policyOf(settings).draw(tracks(), rules, 20, random(seed))
  const after = [AFTER.tempo, null, null, AFTER.energy]
  const body = exposureBody(slate, { n: 20, novelty: 0.4, artistGap: 3, flowWeights: FLOW, after })
  return { slate, rules, text: JSON.stringify(body) }
}

describe('what the log keeps of a slate', () => {
  test.each<PolicySettings>([
    MIXTURE,
    { name: 'softmax', temperature: 0.2, floor: 0 },
    { name: 'linear-thompson', temperature: 0.3, floor: 0.05, samples: 3 },
    { name: 'epsilon-greedy', epsilon: 0.2 },
    { name: 'greedy' },
    { name: 'uniform' },
  ])('gives back the very probabilities that were stated: $name', (settings) => {
    for (let seed = 0; seed < 20; seed++) {
      const { slate, text } = drawn(settings, seed)
      const { policy, pool, rules, pattern, order, ...logged } = readExposureBody(text)
      expect(policy).toEqual(settings)
      const again = policyOf(policy).propensities(pool, rules, pattern, order)
      again.forEach((slot, k) => {
        const { candidate: shown, ...stated } = slate.tracks[k]!
        expect(slot).toEqual(stated)
        expect(pool[order[k]!]!.trackId).toBe(shown.trackId)
      })
      expect(logged.prefixPropensities).toEqual(again.map(({ prefixPropensity }) => prefixPropensity))
      expect(logged.patternPropensity).toBe(slate.patternPropensity)
    }
  })

  test('gives another policy the same chances as before the log', () => {
    const bolder = policyOf({ name: 'mixture', temperature: 2, floor: 0.3 })
    const { slate, rules, text } = drawn(MIXTURE, 1)
    const read = readExposureBody(text)
    const before = bolder.propensities(slate.pool, rules, slate.pattern, read.order)
    expect(bolder.propensities(read.pool, read.rules, read.pattern, read.order)).toEqual(before)
    expect(before.at(-1)!.prefixPropensity).not.toBe(slate.tracks.at(-1)!.prefixPropensity)
  })

  test('keeps what the first track followed on and what jumps cost: without either the chances are others', () => {
    const { text } = drawn(MIXTURE, 2)
    const { pool, pattern, order } = readExposureBody(text)
    const first = (body: Partial<ExposureBody>) => {
      const { rules } = readExposureBody(JSON.stringify({ ...JSON.parse(text), ...body }))
      return policyOf(MIXTURE)
        .propensities(pool, rules, pattern, order)
        .map(({ propensity }) => propensity)
    }
    const logged = first({})
    expect(first({ after: [null, null, null, null] })[0]).not.toBeCloseTo(logged[0]!, 6)
    expect(first({ flowWeights: { tempo: 0, key: 0, energy: 0 } })[1]).not.toBeCloseTo(logged[1]!, 6)
  })

  test('one that was drawn without looking ahead is read where that makes no difference, and refused where it does', () => {
    const older = (text: string) => JSON.stringify({ ...JSON.parse(text), format: 2 })
    const { text, slate } = drawn(MIXTURE, 4)
    const { pool, rules, pattern, order, policy } = readExposureBody(older(text))
    const again = policyOf(policy).propensities(pool, rules, pattern, order)
    expect(again.at(-1)!.prefixPropensity).toBe(slate.tracks.at(-1)!.prefixPropensity)
    const byTwo = tracks().map((track) => ({ ...track, artist: track.artist % 2 }))
    const close = { novelty: 0.4, artistGap: 1, flow: () => 0 }
    const tight = policyOf(MIXTURE).draw(byTwo, close, 60, random(1))
    const body = exposureBody(tight, { n: 60, novelty: 0.4, artistGap: 1, flowWeights: FLOW })
    expect(readExposureBody(JSON.stringify(body)).rules.artistGap).toBe(1)
    expect(() => readExposureBody(older(JSON.stringify(body)))).toThrow(/without looking ahead/)
  })

  test('an empty slate is read back as one', () => {
    const slate = policyOf(MIXTURE).draw([], drawn(MIXTURE, 1).rules, 5, random(1))
    const asked = { n: 5, novelty: 0.4, artistGap: 8, flowWeights: FLOW }
    expect(readExposureBody(JSON.stringify(exposureBody(slate, asked)))).toMatchObject({
      pool: [],
      order: [],
      patternPropensity: 1,
    })
  })

  test.each<[string, (body: ExposureBody) => object]>([
    ['from before temperatures had their unit', ({ format: _, ...body }) => body],
    ['of a format to come', (body) => ({ ...body, format: 99 })],
    ['with scores cut short', (body) => ({ ...body, scores: body.scores.slice(8) })],
    ['with a pool of unequal columns', (body) => ({ ...body, pool: { ...body.pool, artist: [1] } })],
    ['with an order that leaves the pool', (body) => ({ ...body, order: body.order.map((at) => at + 50) })],
    ['with a pattern of another length', (body) => ({ ...body, pattern: ['new'] })],
  ])('a body %s is refused with a sentence', (_, broken) => {
    const body = broken(JSON.parse(drawn(MIXTURE, 3).text) as ExposureBody)
    expect(() => readExposureBody(JSON.stringify(body))).toThrow(DeepcutsError)
    expect(() => readExposureBody(JSON.stringify(body))).toThrow(/cannot be read back/)
  })
})

describe('half floats', () => {
  test.each([
    [0, 0],
    [1, 1],
    [-2.5, -2.5],
    [0.1, 0.0999755859375],
    [1 / 3, 0.333251953125],
    [65504, 65504],
    [1e9, 65504],
    [Number.NEGATIVE_INFINITY, -65504],
    [2 ** -24, 2 ** -24],
    [2 ** -26, 0],
    [5.9e-5, 5.900859832763672e-5],
  ])('%f becomes %f', (value, half) => {
    expect(toHalfPrecision(value)).toBe(half)
    expect(decodeHalfFloats(encodeHalfFloats([value]))).toEqual(Float64Array.of(half))
  })

  test('what is rounded once is not rounded again, and is nearest', () => {
    const rng = random('halves')
    for (let i = 0; i < 5_000; i++) {
      const value = rng.normal() * 10 ** (rng.int(8) - 5)
      const half = toHalfPrecision(value)
      expect(toHalfPrecision(half)).toBe(half)
      expect(Math.abs(half - value)).toBeLessThanOrEqual(
        Math.max(2 ** -25, Math.abs(value) * 2 ** -11) * 1.0001,
      )
    }
  })

  test('no number stays none', () => {
    expect(toHalfPrecision(Number.NaN)).toBeNaN()
  })
})
