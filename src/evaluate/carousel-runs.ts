import { type Carousel, carousel, type Listeners, type Playlists, SHAPE } from '../bandits/carousel.ts'
import { CAROUSEL_POLICIES, type CarouselPolicyName } from '../bandits/policies.ts'
import { type Course, type Simulation, simulate } from '../bandits/simulate.ts'
import { type Levels, levelsOf, SURROGATES, surrogateListeners } from '../bandits/surrogates.ts'
import { random } from '../core/random.ts'

/** What all runs share. It can be handed to a thread. */
export interface CarouselSetup extends Simulation {
  readonly playlists: Playlists
  /** Absent: surrogates, others for every seed. */
  readonly users?: Listeners
}

/** One policy with one seed. */
export interface CarouselTask {
  readonly seed: number
  readonly policy: CarouselPolicyName
}

/** Who may come, of one seed. */
export interface Population extends Levels {
  readonly listeners: number
  readonly segments: number
}

export interface CarouselRun {
  readonly course: Course
  readonly population: Population
}

/** Runs a task; `onRound` hears of every round that is over. */
export type RunTask = (task: CarouselTask, onRound: () => void) => Promise<CarouselRun>

/** Runs tasks one after the other; the world of the last seed is kept. What comes out depends on the task alone. */
export function runner(setup: CarouselSetup): RunTask {
  const { playlists } = setup
  let last: { seed: number; world: Carousel; population: Population } | undefined
  const worldOf = async (seed: number) => {
    if (last?.seed === seed) return last
    last = undefined
    const listeners =
      setup.users ?? (await surrogateListeners(playlists, SURROGATES, random(seed).fork('listeners')))
    const world = await carousel(listeners, playlists)
    const population = { listeners: listeners.n, segments: listeners.segments, ...levelsOf(world) }
    last = { seed, world, population }
    return last
  }
  return async ({ seed, policy: name }, onRound) => {
    const { world, population } = await worldOf(seed)
    const policy = await CAROUSEL_POLICIES[name].make({
      listeners: world.listeners,
      playlists: playlists.n,
      shape: SHAPE,
    })
    return { course: await simulate(world, policy, setup, random(seed), onRound), population }
  }
}
