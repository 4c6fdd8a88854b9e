import { evidenceOf } from './candidates/evidence.ts'
import { nearestLoved } from './candidates/nearest-loved.ts'
import { retrieve } from './candidates/retrieve.ts'
import { countNew } from './candidates/source.ts'
import { POOL_LIMIT } from './core/candidate.ts'
import { localTimeIn } from './core/clock.ts'
import type { Mix } from './core/mix.ts'
import type { Query } from './core/query.ts'
import { random, secretSeed } from './core/random.ts'
import type { Engine } from './engine.ts'
import { exposureBody, type Occasion } from './explore/exposure.ts'
import { cutPool } from './explore/pool.ts'
import { shortlist } from './explore/shortlist.ts'
import { trackAt } from './library/catalog.ts'
import { drawRules } from './mix/draw-rules.ts'
import { explain } from './mix/explain.ts'
import { eligible, familiarityOf, noveltyOf, noveltyOfFew } from './mix/recipe.ts'
import { recipeFor } from './mix/recipes.ts'
import { closestToSeeds, towardSeeds } from './rank/affinity.ts'
import { eligibleFilter, filter, type Removed, refusedFilter, sameSongFilter } from './rank/filter.ts'
import { nameOfSeeds, startingPoint } from './starting-point.ts'

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
 * @throws UNKNOWN_RECIPE, UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD
 */
export async function recommend(query: Query, engine: Engine): Promise<Recommendation> {
  const recipe = recipeFor(query.recipe, await engine.describe(query.listener, query.at))
  const { version, whose, scorer } = await engine.serving(query.listener)
  const { catalog, audio, index } = await engine.shelves()
  const { at, seed, occasion, logged } = await drawing({ ...query, recipe: recipe.name }, engine)
  const listener = await engine.describe(query.listener, at)
  const history = listener.trackHistory

  const community = await engine.community()
  const taste = await engine.taste(query.listener)
  const shelves = { catalog, audio, index, playlists: await engine.playlists(query.listener) }
  const start = startingPoint(query, recipe, shelves, random(`${seed}/seeds`))
  const request = {
    ...{ listener, ...shelves },
    wanted: (row: number) => eligible(recipe, history(row), listener.asOf),
    random: random(`${seed}/sources`),
    ...(recipe.cluster === undefined ? {} : { cluster: recipe.cluster }),
    ...(start && { from: start.rows }),
    ...(community && { community }),
    ...(taste && { taste }),
  }
  const found = retrieve(request, engine.sourcesOf(recipe))
  const unheard = countNew(listener, catalog, index.named)

  const { kept, removed } = filter(found.candidates, [
    refusedFilter(listener.refusal),
    ...(start ? [start.filter] : []),
    eligibleFilter((row) => eligible(recipe, history(row), listener.asOf)),
    sameSongFilter(index.songOf, (row) => history(row).plays, listener.known, found.candidates),
  ])
  const familiarity = (row: number) => familiarityOf(history(row))
  const asked = unheard ? query.novelty : 0
  const promising = start
    ? closestToSeeds(kept, start.kinship, (row) => catalog.trackId[row]!, closest(query.n))
    : await shortlist(kept, {
        tracks: catalog,
        novelty: noveltyOf(recipe, asked),
        familiarity,
        ...(scorer.standing && { standing: (rows) => scorer.standing!(listener, rows) }),
      })
  const liked = await scorer.score(listener, promising, (row) => familiarity(row) === 'familiar')
  const scored = start ? towardSeeds(liked, start.kinship, closest(query.n)) : liked
  const novelty = whose === 'nobody' ? noveltyOfFew(recipe, scored, query.n, asked) : noveltyOf(recipe, asked)
  const pool = cutPool(scored, novelty)
  const rules = drawRules(recipe, pool, query.n, novelty, start?.after)
  const slate = engine.policy(recipe).draw(pool, rules, query.n, random(seed))

  const mix = explain(slate, {
    query,
    recipe,
    listener,
    rules,
    at,
    modelVersion: version,
    trained: whose !== 'nobody',
    unheard,
    failed: found.degraded.map(({ source }) => source),
    track: (row) => trackAt(catalog, row),
    nearestLoved: nearestLoved(request),
    evidence: evidenceOf(request),
    ...(start && { start }),
    drawOf: (trackIds) => secretSeed(seed, version, catalog.revision, ...trackIds),
  })
  const logging = { n: query.n, novelty, artistGap: rules.artistGap, ...start?.asked }
  await engine.logExposure({ ...mix, recipe: logged }, occasion, exposureBody(slate, logging))
  return { mix, removed, degraded: found.degraded }
}

/** Of the candidates around seeds, so many of the closest are drawn from. */
const closest = (n: number) => Math.min(POOL_LIMIT, Math.max(100, 5 * n))

/**
 * What makes a draw the one of its day: its moment is that of the recipe's first draw on the listener's day, so that asking
 * again later scores as of then; its seed is the day, or the number that was asked for, and where it starts, and nobody without the
 * store's secret can tell it. The log names a recipe that starts elsewhere another recipe.
 */
async function drawing({ listener, recipe, at, seed, novelty, from }: Query, engine: Engine) {
  const logged = from ? `${recipe}@${nameOfSeeds(from)}` : recipe
  const { id, timeZone } = await engine.listener(listener)
  const local = localTimeIn(timeZone)
  const dateOf = (moment: number) => local(moment).date
  const first = (await engine.days(id, logged)).find(
    (moment) => moment > at - LONGEST_DAY && moment <= at && dateOf(moment) === dateOf(at),
  )
  const asked: Occasion | undefined =
    seed !== undefined ? 'seeded' : novelty !== undefined ? 'adjusted' : undefined
  const occasion: Occasion = asked ?? (first === undefined ? 'day' : 'again')
  return {
    occasion,
    at: first ?? at,
    seed: secretSeed(await engine.library.secret(), listener, logged, seed ?? dateOf(at)),
    logged,
  }
}
