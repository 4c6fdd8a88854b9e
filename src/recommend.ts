import { evidenceOf } from './candidates/evidence.ts'
import { nearestLoved } from './candidates/nearest-loved.ts'
import { retrieve } from './candidates/retrieve.ts'
import { countNew } from './candidates/source.ts'
import { type Candidate, POOL_LIMIT } from './core/candidate.ts'
import { localTimeIn } from './core/clock.ts'
import type { Mix } from './core/mix.ts'
import type { Query } from './core/query.ts'
import { random, secretSeed } from './core/random.ts'
import type { Engine } from './engine.ts'
import { calibratedNovelty } from './explore/dial.ts'
import { exposureBody } from './explore/exposure.ts'
import { thompsonScores } from './explore/linear-thompson.ts'
import { occasionOf } from './explore/occasion.ts'
import { cutPool } from './explore/pool.ts'
import { shortlist } from './explore/shortlist.ts'
import { soundScores } from './explore/sound-scores.ts'
import { charactersOf } from './features/track-character.ts'
import { trackAt } from './library/catalog.ts'
import { drawRules } from './mix/draw-rules.ts'
import { explain } from './mix/explain.ts'
import { policySettings } from './mix/policy-settings.ts'
import { eligible, familiarityOf, isOfOneKind, noveltyOf, noveltyOfFew, type Recipe } from './mix/recipe.ts'
import { recipeFor } from './mix/recipes.ts'
import { inCorners } from './mix/taste-shares.ts'
import { affinity, closestToSeeds, towardSeeds } from './rank/affinity.ts'
import { eligibleFilter, filter, type Removed, refusedFilter, sameSongFilter } from './rank/filter.ts'
import { linearFacts } from './rank/linear-facts.ts'
import { nameOfSeeds, type StartingPoint, startingPoint } from './starting-point.ts'

/** A mix, and what did not make it into it. */
export interface Recommendation {
  readonly mix: Mix
  readonly removed: readonly Removed[]
  /** Sources that failed, so that the mix is made of what the others found; and the model, where it failed on some songs. */
  readonly degraded: readonly { readonly source: string; readonly problem: string }[]
}

/**
 * The request path: describe, retrieve, filter, score, draw, explain, log.
 * @throws UNKNOWN_RECIPE, UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD
 */
export async function recommend(query: Query, engine: Engine): Promise<Recommendation> {
  const { version, whose, scorer, catalog: asScored } = await engine.serving(query.listener)
  const { recipe, listener, at, seed, occasion, logged } = await drawing(query, engine)
  const shelves = { ...(await engine.signals(query.listener)), ...(await engine.shelves()) }
  const { catalog, index, audio } = shelves
  // An import came between: the rows of one catalog say nothing in another.
  if (catalog !== asScored) return recommend(query, engine)
  const start = startingPoint(query, recipe, shelves, random(`${seed}/seeds`))
  const history = listener.trackHistory
  const familiarity = (row: number) => familiarityOf(history(row))
  const wanted = (row: number) => eligible(recipe, history(row), listener.asOf)

  const request = {
    ...{ ...shelves, listener, wanted, random: random(`${seed}/sources`) },
    ...(recipe.cluster !== undefined && { cluster: recipe.cluster }),
    ...(start && { from: start.rows }),
  }
  const found = retrieve(request, engine.sourcesOf(recipe))
  const unheard = countNew(listener, catalog, index.named)

  const { kept, removed } = filter(found.candidates, [
    refusedFilter(listener.refusal),
    ...(start ? [start.filter] : []),
    eligibleFilter(wanted),
    sameSongFilter(index.songOf, (row) => history(row).plays, listener.known, found.candidates),
  ])

  const dial = await engine.dial(query.listener)
  const settings = policySettings(recipe, dial, query.policy)
  const asked = unheard
    ? await noveltyAsked(query.novelty ?? dial.novelty, recipe, query.listener, at, engine)
    : 0
  const most = Math.min(POOL_LIMIT, Math.max(100, 5 * query.n))
  const near = start && { to: await closenessTo(start, query.listener, recipe, kept, engine), most }
  const promising = near
    ? closestToSeeds(kept, near.to, (row) => catalog.trackId[row]!, near.most)
    : await shortlist(kept, {
        tracks: catalog,
        novelty: noveltyOf(recipe, asked),
        familiarity,
        ...(scorer.standing && { standing: (rows) => scorer.standing!(listener, rows) }),
      })
  const scores = await scorer.score(listener, promising, (row) => familiarity(row) === 'familiar')
  const { sound, problem } = soundScores(scores)
  const facts = settings.name === 'linear-thompson' && (await linearFacts(listener, sound, { scorer, audio }))
  const liked = facts ? thompsonScores(sound, facts, settings.samples, random(`${seed}/heads`)) : sound
  const scored = near ? towardSeeds(liked, near.to, near.most) : liked

  const novelty = whose === 'nobody' ? noveltyOfFew(recipe, scored, query.n, asked) : noveltyOf(recipe, asked)
  const pool = inCorners(cutPool(scored, novelty), listener)
  const rules = drawRules(recipe, pool, query.n, novelty, start?.after, listener)
  const slate = engine.policy(settings).draw(pool, rules, query.n, random(seed))

  const mix = explain(slate, {
    ...{ query, recipe, listener, rules, at, unheard },
    ...{ modelVersion: version, trained: whose !== 'nobody' },
    failed: found.degraded.map(({ source }) => source),
    track: (row) => trackAt(catalog, row),
    artistOf: (row) => catalog.artist[row]!,
    nearestLoved: nearestLoved(request),
    characterOf: charactersOf(catalog, audio),
    evidence: evidenceOf(request),
    ...(start && { start }),
    drawOf: (trackIds) => secretSeed(seed, version, catalog.revision, ...adjustments(query), ...trackIds),
  })
  const { artistGap, balance } = rules
  const logging = {
    n: query.n,
    novelty,
    artistGap,
    flowWeights: recipe.flow,
    ...(balance && { balance }),
    ...start?.asked,
  }
  // Shown now, also where it scores as of the day's first draw: plays before now are answers to what was shown before.
  await engine.logExposure({ ...mix, recipe: logged, at: query.at }, occasion, exposureBody(slate, logging))
  const degraded = problem === undefined ? found.degraded : [...found.degraded, { source: 'model', problem }]
  return { mix, removed, degraded }
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

/** How close candidates are to where a mix starts, in log-odds: by kinship, and to a playlist by what was learned of how playlists go on. */
async function closenessTo(
  { seeds, rows, kinship }: StartingPoint,
  listener: string,
  { startsFrom }: Recipe,
  candidates: readonly Candidate[],
  engine: Engine,
): Promise<(row: number) => number> {
  const byKinship = candidates.map(({ row }) => affinity(kinship(row)))
  const learned = startsFrom === 'playlist' ? await engine.continuing(listener) : undefined
  const asked = candidates.map(({ row }) => row)
  const closeness = learned ? await learned.closeness(seeds.title, rows, asked, byKinship) : byKinship
  const of = new Map(asked.map((row, at) => [row, closeness[at]!]))
  return (row) => of.get(row)!
}

/**
 * What is drawn for whom, and what makes it the draw of its day: its moment is that of the recipe's first draw on the listener's day, so that
 * asking again later scores as of then; its seed is the day, or the number that was asked for, and where it starts, and nobody without the
 * store's secret can tell it. The log names a recipe that starts elsewhere another recipe.
 */
async function drawing(query: Query, engine: Engine) {
  const now = await engine.describe(query.listener, query.at)
  const recipe = recipeFor(query.recipe, now)
  const logged = query.from ? `${recipe.name}@${nameOfSeeds(query.from)}` : recipe.name
  const { id, timeZone } = await engine.listener(query.listener)
  const local = localTimeIn(timeZone)
  const dateOf = (moment: number) => local(moment).date
  const { at, occasion } = occasionOf(query, await engine.days(id, logged), dateOf)
  return {
    ...{ recipe, at, occasion, logged },
    listener: at === query.at ? now : await engine.describe(query.listener, at),
    seed: secretSeed(await engine.library.secret(), query.listener, logged, query.seed ?? dateOf(query.at)),
  }
}
