import type { ScoredCandidate, Slate } from '../core/candidate.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Engine } from '../engine.ts'
import type { Policy } from '../explore/policy.ts'
import type { ListenerState } from '../features/describe-listener.ts'
import type { Recipe } from '../mix/recipe.ts'
import { RECIPES } from '../mix/recipes.ts'
import { recommend } from '../recommend.ts'

const DAY = 86_400_000

/** Who drew a list: the product, the same without its balance of corners, or nobody: the n best of the pool. */
export const DRAWERS = ['deepcuts', 'uncalibrated', 'top-n'] as const
export type Drawer = (typeof DRAWERS)[number]

/** A list of a recipe on a day, with what it could have held. */
export interface DrawnList {
  readonly recipe: Recipe
  readonly drawer: Drawer
  readonly day: number
  readonly tracks: readonly ScoredCandidate[]
  /** Of each track, whether it is a deliberate exploration; a list that nobody drew has none. */
  readonly explored: readonly boolean[]
  readonly pool: readonly ScoredCandidate[]
  readonly rules: DrawRules
  readonly listener: ListenerState
}

/** What is drawn for whom. */
export interface DrawRequest {
  readonly listener: string
  /** The first moment, ms since the epoch; the others are days after it. */
  readonly from: number
  readonly days: number
  readonly n: number
  /** Fixes the draws, whatever the store's secret. */
  readonly seed: string
}

/** The recipes that are about the taste as a whole or a corner of it. */
const JUDGED = RECIPES.filter(({ name, startsFrom }) => !startsFrom && name !== 'first')

/**
 * Draws every recipe on days in a row by the request path, and beside each list the one without balance and the n best of the same pool. Nothing is logged.
 * Recipes that give nothing are left out. `onDraw` is called after each draw.
 */
export async function drawLists(
  engine: Engine,
  { listener: name, from, days, n, seed }: DrawRequest,
  onDraw: () => Promise<void>,
): Promise<DrawnList[]> {
  let last: Draw | undefined
  const watched: Engine = {
    ...engine,
    library: { ...engine.library, secret: async () => `evaluate mixes ${seed}` },
    days: async () => new Float64Array(),
    logExposure: async () => {},
    policy: (settings) =>
      recording(engine.policy(settings), (draw) => {
        last = draw
      }),
  }
  const lists: DrawnList[] = []
  for (const recipe of JUDGED)
    for (let day = 0; day < days; day++) {
      const at = from + day * DAY
      await recommend({ listener: name, recipe: recipe.name, n, at }, watched)
      await onDraw()
      const { slate, without, rules } = last!
      if (slate.tracks.length === 0) continue
      const shared = { recipe, day, pool: slate.pool, rules, listener: await engine.describe(name, at) }
      lists.push({ ...shared, drawer: 'deepcuts', ...tracksOf(slate) })
      if (without) lists.push({ ...shared, drawer: 'uncalibrated', ...tracksOf(without) })
      const best = slate.pool.slice(0, n)
      lists.push({ ...shared, drawer: 'top-n', tracks: best, explored: best.map(() => false) })
    }
  return lists
}

interface Draw {
  readonly rules: DrawRules
  readonly slate: Slate
  /** Drawn without balance, where the rules have one. */
  readonly without?: Slate
}

/** The same policy, whose draws are told, with those that it would make without balance. */
function recording(policy: Policy, tell: (draw: Draw) => void): Policy {
  return {
    ...policy,
    draw(candidates, rules, n, random) {
      // The same randomness for both: the same component and kinds of slots.
      const slate = policy.draw(candidates, rules, n, random.fork('drawn'))
      const { balance, ...others } = rules
      const without = balance && policy.draw(candidates, others, n, random.fork('drawn'))
      tell({ rules, slate, ...(without && { without }) })
      return slate
    },
  }
}

function tracksOf({ tracks }: Slate): Pick<DrawnList, 'tracks' | 'explored'> {
  return {
    tracks: tracks.map(({ candidate }) => candidate),
    explored: tracks.map(({ explored }) => explored),
  }
}
