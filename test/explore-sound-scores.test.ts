import { describe, expect, test } from 'vitest'
import { POLICY_NAMES, type ScoredCandidate } from '../src/core/candidate.ts'
import { random } from '../src/core/random.ts'
import { policyOf } from '../src/explore/policies.ts'
import { cutPool } from '../src/explore/pool.ts'
import { soundScores } from '../src/explore/sound-scores.ts'
import { policySettings } from '../src/mix/policy-settings.ts'
import { candidate, rules } from './suites/policy-suite.ts'

const of = (...scores: (readonly number[])[]) =>
  scores.map((heads, i) => candidate(i + 1, i + 1, 'familiar', ...heads))
const ids = (candidates: readonly ScoredCandidate[]) => candidates.map(({ trackId }) => trackId)

describe('scores that are no numbers', () => {
  test('sound scores are left alone', () => {
    const candidates = of([1, 2], [3, -4])
    expect(soundScores(candidates)).toEqual({ sound: candidates })
    expect(soundScores([])).toEqual({ sound: [] })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'a song with a score of %f is left out, and said so',
    (broken) => {
      const { sound, problem } = soundScores(of([1, 2], [3, broken], [5, 6]))
      expect(ids(sound)).toEqual([1, 3])
      expect(sound[0]!.scores).toEqual([1, 2])
      expect(problem).toBe('no number for 1 of 3 songs')
    },
  )

  test('a head without any number is left out of all songs, and the songs stay', () => {
    const { sound, problem } = soundScores(of([Number.NaN, 2], [Number.NaN, -4]))
    expect(sound.map(({ scores }) => scores)).toEqual([[2], [-4]])
    expect(problem).toBe('no number for 1 of its 2 heads')
  })

  test('a model that has no number at all leaves blind chance over all songs', () => {
    const broken = of([Number.NaN, Number.NaN], [Number.POSITIVE_INFINITY, Number.NaN])
    const { sound, problem } = soundScores(broken.map((one) => ({ ...one, likability: Number.NaN })))
    expect(sound.map(({ scores, likability }) => [scores, likability])).toEqual([
      [[], 0.5],
      [[], 0.5],
    ])
    expect(problem).toBe('no number for 2 of its 2 heads')
  })

  test.each(POLICY_NAMES)('cost policy %s some songs, never the list', (name) => {
    const policy = policyOf(policySettings({ temperature: 0.3, floor: 0.1 }, {}, name))
    const some = of([1, 2], [Number.NaN, 0], [3, Number.POSITIVE_INFINITY], [0, 0])
    const slate = policy.draw(some, rules({ novelty: 0 }), 4, random(1))
    expect([...ids(slate.tracks.map((track) => track.candidate))].sort()).toEqual([1, 4])
    const none = policy.draw(of([Number.NaN], [Number.NaN]), rules({ novelty: 0 }), 2, random(1))
    expect(none.tracks.map(({ propensity }) => propensity)).toEqual([
      name === 'greedy' ? 1 : expect.closeTo(name === 'epsilon-greedy' ? 0.95 : 0.5, 6),
      1,
    ])
  })

  test('cutting the pool takes them out', () => {
    expect(ids(cutPool(of([1], [Number.NaN]), 0))).toEqual([1])
  })
})
