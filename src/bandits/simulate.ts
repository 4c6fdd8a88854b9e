import type { Random } from '../core/random.ts'
import type { Carousel, Round } from './carousel.ts'
import type { CarouselPolicy } from './policy.ts'

export interface Simulation {
  readonly rounds: number
  /** Listeners who come in a round, drawn with replacement. */
  readonly visitors: number
}

/** What one policy did in each round, as expected over what the listeners might have clicked. */
export interface Course {
  /** Clicks that the best carousels would have had and the shown ones had not. */
  readonly regret: Float64Array
  /** Clicks of the best carousels. */
  readonly best: Float64Array
  /** Share of the playlists that somebody was shown. */
  readonly coverage: Float64Array
}

/**
 * Lets a policy work through all rounds; it learns of a round when the round is over. The same `random` brings the same visitors, with the
 * same luck, to every policy. The places that are visible at once are shown in an order of chance.
 */
export async function simulate(
  world: Carousel,
  policy: CarouselPolicy,
  { rounds, visitors: count }: Simulation,
  random: Random,
  onRound: (round: number) => void = () => {},
): Promise<Course> {
  const { listeners, playlists, shape, best } = world
  const course = {
    regret: new Float64Array(rounds),
    best: new Float64Array(rounds),
    coverage: new Float64Array(rounds),
  }
  const [who, luck, own] = [random.fork('visitors'), random.fork('luck'), random.fork('policy')]
  for (let round = 0; round < rounds; round++) {
    const visitors = Int32Array.from({ length: count }, () => who.int(listeners.n))
    const slates = await policy.choose(visitors, own)
    shuffleVisible(slates, shape, own)
    const { clicks, rewards } = world.answer(visitors, slates, luck)
    const shown = new Uint8Array(playlists.n)
    for (const playlist of slates) shown[playlist] = 1
    for (const [at, visitor] of visitors.entries()) {
      course.best[round]! += best[visitor]!
      course.regret[round]! += best[visitor]! - rewards[at]!
    }
    course.coverage[round] = shown.reduce((sum, one) => sum + one, 0) / playlists.n
    const told: Round = { visitors, slates, clicks }
    await policy.learn(told)
    onRound(round + 1)
  }
  await policy.close?.()
  return course
}

function shuffleVisible(slates: Int32Array, { slots, visible }: Carousel['shape'], random: Random): void {
  for (let start = 0; start < slates.length; start += slots)
    for (let i = visible - 1; i > 0; i--) {
      const j = random.int(i + 1)
      const kept = slates[start + i]!
      slates[start + i] = slates[start + j]!
      slates[start + j] = kept
    }
}
