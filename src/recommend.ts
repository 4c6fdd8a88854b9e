import { nearestLoved } from './candidates/nearest-loved.ts'
import { retrieve } from './candidates/retrieve.ts'
import { unheardRows } from './candidates/source.ts'
import { localTimeIn } from './core/clock.ts'
import type { Mix } from './core/mix.ts'
import type { Query } from './core/query.ts'
import { random, secretSeed } from './core/random.ts'
import type { Engine } from './engine.ts'
import { exposureBody, type Occasion } from './explore/exposure.ts'
import { cutPool } from './explore/pool.ts'
import { trackAt } from './library/catalog.ts'
import { songKey } from './library/songs.ts'
import { drawRules } from './mix/draw-rules.ts'
import { explain } from './mix/explain.ts'
import { eligible, familiarityOf, noveltyOf } from './mix/recipe.ts'
import { findRecipe } from './mix/recipes.ts'
import { eligibleFilter, filter, type Removed, refusedFilter, sameSongFilter } from './rank/filter.ts'

/** Longer than a day with its hour more when the clocks go back. */
const LONGEST_DAY = 25 * 3_600_000

/** A mix, and what did not make it into it. */
export interface Recommendation {
  readonly mix: Mix
  readonly removed: readonly Removed[]
  /** Sources that failed: the mix is made of what the others found. */
  readonly degraded: readonly { readonly source: string; readonly problem: string }[]
}

/**
 * The request path: describe, retrieve, filter, score, draw, explain, log.
 * @throws UNKNOWN_RECIPE, UNKNOWN_LISTENER, NO_MODEL
 */
export async function recommend(query: Query, engine: Engine): Promise<Recommendation> {
  const recipe = findRecipe(query.recipe)
  const { catalog, audio, scorer, manifest } = await engine.model(query.listener)
  const { at, seed, occasion } = await drawing(query, engine)
  const listener = await engine.describe(query.listener, at)
  const history = listener.trackHistory

  const unheard = unheardRows(listener, catalog)
  const corner = recipe.cluster === undefined ? {} : { cluster: recipe.cluster }
  const request = { listener, catalog, audio, unheard, random: random(`${seed}/sources`), ...corner }
  const found = retrieve(request, engine.sourcesOf(recipe))

  const { kept, removed } = filter(found.candidates, [
    refusedFilter(listener.refusal),
    eligibleFilter((row) => eligible(recipe, history(row), listener.asOf)),
    sameSongFilter(
      (row) => songKey(catalog, row),
      (row) => history(row).plays,
      listener.known,
      found.candidates,
    ),
  ])
  const scored = await scorer.score(listener, kept, (row) => familiarityOf(history(row)) === 'familiar')
  const novelty = noveltyOf(recipe, unheard.length ? query.novelty : 0)
  const pool = cutPool(scored, novelty)
  const rules = drawRules(recipe, pool, query.n, novelty)
  const slate = engine.policy(recipe).draw(pool, rules, query.n, random(seed))

  const mix = explain(slate, {
    query,
    recipe,
    listener,
    rules,
    at,
    modelVersion: manifest.version,
    unheard: unheard.length,
    failed: found.degraded.map(({ source }) => source),
    track: (row) => trackAt(catalog, row),
    nearestLoved: nearestLoved(request),
    drawOf: (trackIds) => secretSeed(seed, manifest.version, catalog.revision, ...trackIds),
  })
  const asked = { n: query.n, novelty, artistGap: rules.artistGap }
  await engine.logExposure(mix, occasion, exposureBody(slate, asked))
  return { mix, removed, degraded: found.degraded }
}

/**
 * What makes a draw the one of its day: its moment is that of the recipe's first draw on the listener's day, so that asking
 * again later scores as of then; its seed is the day, or the number that was asked for, and nobody without the store's secret
 * can tell it.
 */
async function drawing({ listener, recipe, at, seed, novelty }: Query, { library }: Engine) {
  const { id, timeZone } = await library.listeners.get(listener)
  const local = localTimeIn(timeZone)
  const dateOf = (moment: number) => local(moment).date
  const first = (await library.exposures.days(id, recipe)).find(
    (moment) => moment > at - LONGEST_DAY && moment <= at && dateOf(moment) === dateOf(at),
  )
  const asked: Occasion | undefined =
    seed !== undefined ? 'seeded' : novelty !== undefined ? 'adjusted' : undefined
  const occasion: Occasion = asked ?? (first === undefined ? 'day' : 'again')
  return {
    occasion,
    at: first ?? at,
    seed: secretSeed(await library.secret(), listener, recipe, seed ?? dateOf(at)),
  }
}
