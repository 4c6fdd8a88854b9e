import { nearestLoved } from './candidates/nearest-loved.ts'
import { retrieve } from './candidates/retrieve.ts'
import { countNew } from './candidates/source.ts'
import { localTimeIn } from './core/clock.ts'
import type { Mix } from './core/mix.ts'
import type { Query } from './core/query.ts'
import { random, secretSeed } from './core/random.ts'
import type { Engine } from './engine.ts'
import { exposureBody, type Occasion } from './explore/exposure.ts'
import { cutPool } from './explore/pool.ts'
import { rowOfTrack, trackAt } from './library/catalog.ts'
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
  const { version, scorer } = await engine.serving(query.listener)
  const { catalog, audio, index } = await engine.shelves()
  const { at, seed, occasion } = await drawing(query, engine)
  const listener = await engine.describe(query.listener, at)
  const history = listener.trackHistory

  const community = await engine.community()
  const from = query.from?.trackIds.map((id) => rowOfTrack(catalog, id)).filter((row) => row >= 0)
  const request = {
    ...{ listener, catalog, audio, index, playlists: await engine.playlists(query.listener) },
    wanted: (row: number) => eligible(recipe, history(row), listener.asOf),
    random: random(`${seed}/sources`),
    ...(recipe.cluster === undefined ? {} : { cluster: recipe.cluster }),
    ...(from && { from }),
    ...(community && { community }),
  }
  const found = retrieve(request, engine.sourcesOf(recipe))
  const unheard = countNew(listener, catalog, index.named)

  const { kept, removed } = filter(found.candidates, [
    refusedFilter(listener.refusal),
    eligibleFilter((row) => eligible(recipe, history(row), listener.asOf)),
    sameSongFilter(
      index.songOf,
      (row) => history(row).plays,
      listener.known,
      found.candidates,
    ),
  ])
  const scored = await scorer.score(listener, kept, (row) => familiarityOf(history(row)) === 'familiar')
  const novelty = noveltyOf(recipe, unheard ? query.novelty : 0)
  const pool = cutPool(scored, novelty)
  const rules = drawRules(recipe, pool, query.n, novelty)
  const slate = engine.policy(recipe).draw(pool, rules, query.n, random(seed))

  const mix = explain(slate, {
    query,
    recipe,
    listener,
    rules,
    at,
    modelVersion: version,
    unheard,
    failed: found.degraded.map(({ source }) => source),
    track: (row) => trackAt(catalog, row),
    nearestLoved: nearestLoved(request),
    drawOf: (trackIds) => secretSeed(seed, version, catalog.revision, ...trackIds),
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
async function drawing({ listener, recipe, at, seed, novelty }: Query, engine: Engine) {
  const { id, timeZone } = await engine.listener(listener)
  const local = localTimeIn(timeZone)
  const dateOf = (moment: number) => local(moment).date
  const first = (await engine.days(id, recipe)).find(
    (moment) => moment > at - LONGEST_DAY && moment <= at && dateOf(moment) === dateOf(at),
  )
  const asked: Occasion | undefined =
    seed !== undefined ? 'seeded' : novelty !== undefined ? 'adjusted' : undefined
  const occasion: Occasion = asked ?? (first === undefined ? 'day' : 'again')
  return {
    occasion,
    at: first ?? at,
    seed: secretSeed(await engine.library.secret(), listener, recipe, seed ?? dateOf(at)),
  }
}
