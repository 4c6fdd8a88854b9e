import { POOL_LIMIT, type PolicySettings, type ScoredCandidate } from '../src/core/candidate.ts'
import { flowRule } from '../src/core/flow.ts'
import { type Random, random } from '../src/core/random.ts'
import { policyOf } from '../src/explore/policies.ts'
import { artistGap } from '../src/mix/draw-rules.ts'
import type { Figure } from './measure.ts'

const SLOTS = 50
const HEADS = 32
const ARTISTS = 80
const ROUNDS = 400
const WARM_UP = 60

const POLICIES: readonly PolicySettings[] = [
  { name: 'greedy' },
  { name: 'mixture', temperature: 0.35, floor: 0.05 },
  { name: 'softmax', temperature: 0.35, floor: 0.05 },
  { name: 'epsilon-greedy', epsilon: 0.1 },
  { name: 'uniform' },
]

/**
 * Drawing 50 tracks from a pool of 256 with 32 heads, with exact propensities, artist gap, quota and flow: every policy in turn, round by round in one
 * run, so that what else the machine does falls on all of them. Time of the processor, which says more than the clock on a machine that others use too.
 */
export default async function (): Promise<readonly Figure[]> {
  const pool = poolOf(random('bench'))
  const rules = {
    novelty: 0.3,
    artistGap: artistGap(pool, SLOTS),
    flow: flowRule({ tempo: 1, key: 0.5, energy: 1.5 }),
  }
  const times = new Map(POLICIES.map(({ name }) => [name, [] as number[]]))
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (const settings of POLICIES) {
      const policy = policyOf(settings)
      const draws = random(round)
      const before = process.cpuUsage()
      policy.draw(pool, rules, SLOTS, draws)
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) times.get(settings.name)!.push((user + system) / 1000)
    }
  const quantile = (name: string, q: number) => {
    const sorted = [...times.get(name as PolicySettings['name'])!].sort((a, b) => a - b)
    return sorted[Math.floor(q * (sorted.length - 1))]!
  }
  const more = (q: number) => quantile('mixture', q) - quantile('greedy', q)
  return [
    ...POLICIES.flatMap(({ name }) => [
      { name: `${name}: median`, value: quantile(name, 0.5), unit: 'ms' },
      { name: '  a tenth are faster', value: quantile(name, 0.1), unit: 'ms' },
    ]),
    { name: 'mixture more than greedy: median', value: more(0.5), unit: 'ms', atMost: 2 },
    { name: '  a tenth are faster', value: more(0.1), unit: 'ms' },
    {
      name: 'mixture over greedy: median',
      value: quantile('mixture', 0.5) / quantile('greedy', 0.5),
      unit: '×',
    },
  ]
}

function poolOf(draws: Random): ScoredCandidate[] {
  return Array.from({ length: POOL_LIMIT }, (_, i) => {
    const value = draws.normal()
    return {
      ...{ row: i, sources: [], trackId: i, artist: draws.int(ARTISTS), likability: 0.5 },
      familiarity: draws.next() < 0.3 ? 'new' : 'familiar',
      scores: Array.from({ length: HEADS }, () => value + 0.3 * draws.normal()),
      ...{ tempo: 60 + 120 * draws.next(), key: draws.int(12), mode: draws.int(2), energy: draws.next() },
    }
  })
}
