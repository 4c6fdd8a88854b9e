import type { PolicySettings } from './core/candidate.ts'
import { localTimeIn } from './core/clock.ts'
import type { Query } from './core/query.ts'
import { secretSeed } from './core/random.ts'
import type { Engine } from './engine.ts'
import { calibratedNovelty } from './explore/dial.ts'
import type { Occasion } from './explore/exposure.ts'
import { occasionOf } from './explore/occasion.ts'
import type { ListenerState } from './features/describe-listener.ts'
import type { Catalog } from './library/catalog.ts'
import { policySettings } from './mix/policy-settings.ts'
import { isOfOneKind, type Recipe } from './mix/recipe.ts'
import { recipeFor } from './mix/recipes.ts'
import { nameOfSeeds } from './starting-point.ts'

/** What is drawn for whom, and what makes it the draw of its day. */
export interface Drawing {
  readonly recipe: Recipe
  /** What the log calls the recipe: one that starts elsewhere is another. */
  readonly logged: string
  /** The listener as of `at`: that of the recipe's first draw on their day, so that asking again later scores as of then. */
  readonly listener: ListenerState
  readonly at: number
  readonly occasion: Occasion
  readonly settings: PolicySettings
  /** The share of new tracks that was asked for, if any. */
  readonly novelty: number | undefined
  /** The day, or the number that was asked for, and where it starts: nobody without the store's secret can tell it. */
  readonly seed: string
  /** Names the draw of these tracks by this model. */
  nameOf(version: number, catalog: Catalog, trackIds: readonly number[]): string
}

/** What a query draws. @throws UNKNOWN_RECIPE, UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD */
export async function drawingOf(query: Query, engine: Engine): Promise<Drawing> {
  const now = await engine.describe(query.listener, query.at)
  const recipe = recipeFor(query.recipe, now)
  const logged = query.from ? `${recipe.name}@${nameOfSeeds(query.from)}` : recipe.name
  const { id, timeZone } = await engine.listener(query.listener)
  const local = localTimeIn(timeZone)
  const dateOf = (moment: number) => local(moment).date
  const { at, occasion } = occasionOf(query, await engine.days(id, logged), dateOf)
  const seed = secretSeed(
    await engine.library.secret(),
    query.listener,
    logged,
    query.seed ?? dateOf(query.at),
  )
  const dial = await engine.dial(query.listener)
  return {
    ...{ recipe, logged, at, occasion, seed },
    listener: at === query.at ? now : await engine.describe(query.listener, at),
    settings: policySettings(recipe, dial, query.policy),
    novelty: await noveltyAsked(query.novelty ?? dial.novelty, recipe, query.listener, at, engine),
    nameOf: (version, { revision }, trackIds) =>
      secretSeed(seed, version, revision, ...adjustments(query), ...trackIds),
  }
}

/** What sets a draw apart from the day's own, though it be of the same tracks: so that neither takes the other's place in the log. */
function adjustments({ policy, novelty }: Query): (string | number)[] {
  return [...(policy ? [policy] : []), ...(novelty === undefined ? [] : [`novelty ${novelty}`])]
}

/** The share of new tracks that was asked for: a number, or what the listener's reception of new tracks makes of the recipe's own. */
async function noveltyAsked(
  novelty: Query['novelty'],
  recipe: Recipe,
  listener: string,
  at: number,
  engine: Engine,
): Promise<number | undefined> {
  if (novelty !== 'auto') return novelty
  return isOfOneKind(recipe)
    ? undefined
    : calibratedNovelty(recipe.novelty, await engine.received(listener, at))
}
