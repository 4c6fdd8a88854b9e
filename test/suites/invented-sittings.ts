import type { PolicySettings, ScoredCandidate } from '../../src/core/candidate.ts'
import type { DrawRules } from '../../src/core/draw-rules.ts'
import { flowRule } from '../../src/core/flow.ts'
import { FINISH, SKIP } from '../../src/core/labels.ts'
import { type Random, random } from '../../src/core/random.ts'
import { playReward } from '../../src/core/value.ts'
import type { AnsweredSlate } from '../../src/evaluate/policy-log.ts'
import { exposureBody } from '../../src/explore/exposure.ts'
import { policyOf } from '../../src/explore/policies.ts'

export const FLOW = { tempo: 0.5, key: 0.3, energy: 0.4 }
export const MIXTURE: PolicySettings = { name: 'mixture', temperature: 0.7, floor: 0.1 }

/** A listener of `familiar` + `fresh` tracks whose finish probabilities are known; the heads score them with errors. */
export interface Invented {
  readonly pool: readonly ScoredCandidate[]
  readonly finish: ReadonlyMap<number, number>
}

export function invent(familiar: number, fresh: number, rng: Random): Invented {
  const finish = new Map<number, number>()
  const pool = Array.from({ length: familiar + fresh }, (_, i): ScoredCandidate => {
    const isNew = i >= familiar
    const odds = (isNew ? 0.9 : 0) + rng.normal()
    finish.set(i + 1, 1 / (1 + Math.exp(-odds)))
    return {
      ...{ row: i, sources: [], trackId: i + 1, artist: i % 12, likability: 0.5 },
      familiarity: isNew ? 'new' : 'familiar',
      scores: [0, 1, 2].map(() => 0.6 * odds + 0.7 * rng.normal()),
      ...{ tempo: 80 + 60 * rng.next(), energy: rng.next() },
    }
  })
  return { pool, finish }
}

/** The rules of every slate here. */
export const rulesOf = (novelty: number): DrawRules => ({ novelty, artistGap: 2, flow: flowRule(FLOW) })

/** Plays a slate from the top: each track is finished by its own chance, less so after another skip, and the listener leaves. */
function listen(tracks: readonly number[], { finish }: Invented, rng: Random): number[] {
  const rewards: number[] = []
  let last = 1
  for (const track of tracks) {
    const finished = rng.next() < finish.get(track)! * (last ? 1 : 0.7)
    rewards.push(playReward(finished ? FINISH : SKIP, 0))
    last = Number(finished)
    if (rng.next() < (finished ? 0.25 : 0.45)) break
  }
  return rewards
}

/** One sitting with a slate: its body for the log, and the reward of each slot that was heard. */
export function sitting(who: Invented, settings: PolicySettings, novelty: number, n: number, rng: Random) {
  const slate = policyOf(settings).draw(who.pool, rulesOf(novelty), n, rng)
  const rewards = listen(
    slate.tracks.map(({ candidate }) => candidate.trackId),
    who,
    rng,
  )
  const body = exposureBody(slate, { n, novelty, artistGap: 2, flowWeights: FLOW })
  return { body: JSON.stringify(body), rewards }
}

/** The log of people who each sat down so many times. */
export function logOf(
  people: readonly Invented[],
  sittings: number,
  settings: PolicySettings,
  novelty: number,
  n: number,
) {
  return people.flatMap((who, listener) => {
    const rng = random(`${settings.name}/${listener}`)
    return Array.from(
      { length: sittings },
      (): AnsweredSlate => ({
        listener,
        occasion: 'day',
        model: 1,
        ...sitting(who, settings, novelty, n, rng),
      }),
    )
  })
}

/** What a policy is worth to these people, by playing it. */
export function played(
  people: readonly Invented[],
  settings: PolicySettings,
  novelty: number,
  n: number,
  each: number,
) {
  let sum = 0
  people.forEach((who, i) => {
    const rng = random(`truth/${i}`)
    for (let s = 0; s < each; s++)
      sum += sitting(who, settings, novelty, n, rng).rewards.reduce((total, reward) => total + reward, 0)
  })
  return sum / (each * people.length)
}
