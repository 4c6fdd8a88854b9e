import { evidenceOf } from './candidates/evidence.ts'
import { nearestLoved } from './candidates/nearest-loved.ts'
import { retrieve } from './candidates/retrieve.ts'
import { countNew } from './candidates/source.ts'
import type { Candidate } from './core/candidate.ts'
import { DeepcutsError } from './core/errors.ts'
import type { Mix, ToldMix } from './core/mix.ts'
import type { Query } from './core/query.ts'
import { random } from './core/random.ts'
import { drawingOf } from './drawing.ts'
import type { Engine } from './engine.ts'
import { exposureBody } from './explore/exposure.ts'
import { cutPool } from './explore/pool.ts'
import { charactersOf } from './features/track-character.ts'
import { type Catalog, rowOfTrack, trackAt } from './library/catalog.ts'
import { drawRules } from './mix/draw-rules.ts'
import { explain } from './mix/explain.ts'
import { eligible, noveltyOf, noveltyOfFew } from './mix/recipe.ts'
import { inCorners } from './mix/taste-shares.ts'
import {
  eligibleFilter,
  type Filter,
  filter,
  type Removed,
  refusedFilter,
  sameSongFilter,
} from './rank/filter.ts'
import { ranked } from './ranking.ts'
import { startingPoint } from './starting-point.ts'

/** A mix, and what did not make it into it. */
export interface Recommendation {
  readonly mix: Mix
  readonly removed: readonly Removed[]
  /** Sources that failed, so that the mix is made of what the others found; and the model, where it failed on some songs. */
  readonly degraded: readonly { readonly source: string; readonly problem: string }[]
}

/**
 * The request path: describe, retrieve, filter, rank, draw, explain, log. Requests of a listener for one recipe come one after the other, so
 * that one of them is the first of its day.
 * @throws UNKNOWN_RECIPE, UNKNOWN_LISTENER
 */
export async function recommend(query: Query, engine: Engine): Promise<Recommendation> {
  return engine.inTurn(`${query.listener}/${query.recipe}`, () => recommended(query, engine))
}

async function recommended(query: Query, engine: Engine): Promise<Recommendation> {
  let serving = await engine.serving(query.listener)
  const drawing = await drawingOf(query, engine)
  const { failed, ...signals } = await engine.signals(query.listener)
  const shelves = { ...signals, ...(await engine.shelves()) }
  const { catalog, index, audio } = shelves
  // An import came between: the rows of one catalog say nothing in another.
  if (catalog !== serving.catalog) return recommended(query, engine)
  const { recipe, listener, seed, at } = drawing
  const history = listener.trackHistory
  const start = startingPoint(query, recipe, shelves, random(`${seed}/seeds`))
  const request = {
    ...{ ...shelves, listener, random: random(`${seed}/sources`) },
    wanted: (row: number) => eligible(recipe, history(row), listener.asOf),
    ...(recipe.cluster !== undefined && { cluster: recipe.cluster }),
    ...(start && { from: start.rows }),
  }

  const found = retrieve(request, engine.sourcesOf(recipe))
  const { kept, removed } = filter(found.candidates, [
    refusedFilter(listener.refusal),
    ...(start ? [start.filter] : []),
    eligibleFilter(request.wanted),
    ...(query.without ? [othersOfTheDay(query, found.candidates, catalog, listener.isNew)] : []),
    sameSongFilter(index.songOf, (row) => history(row).plays, listener.known, found.candidates),
  ])
  const rank = () => ranked(kept, { query, drawing, serving, shelves, start }, engine)
  const { scored, degraded: lacking } = await rank().catch(async (error: Error) => {
    if (serving.whose === 'nobody' || error instanceof DeepcutsError) throw error
    serving = { ...(await engine.cold()), problem: error.message }
    return rank()
  })

  const trained = serving.whose !== 'nobody'
  const unheard = countNew(listener, catalog, await engine.sharedTracks())
  const asked = unheard ? drawing.novelty : 0
  const novelty = trained ? noveltyOf(recipe, asked) : noveltyOfFew(recipe, scored, query.n, asked)
  const cut = cutPool(scored, novelty)
  const pool = recipe.balance === undefined ? cut : inCorners(cut, listener)
  const rules = drawRules(recipe, pool, query.n, novelty, start?.after, listener)
  const slate = engine.policy(drawing.settings).draw(pool, rules, query.n, random(seed))

  const mix = explain(slate, {
    ...{ query, recipe, listener, rules, at, unheard, trained },
    modelVersion: serving.version,
    failed: found.degraded.map(({ source }) => source),
    track: (row) => trackAt(catalog, row),
    artistOf: (row) => catalog.artist[row]!,
    nearestLoved: nearestLoved(request),
    characterOf: charactersOf(catalog, audio),
    evidence: evidenceOf(request),
    ...(start && { start }),
    drawOf: (trackIds) => drawing.nameOf(serving.version, catalog, trackIds),
  })
  const unserved =
    serving.problem === undefined ? [] : [{ source: 'trained model', problem: serving.problem }]
  const degraded = [...failed, ...found.degraded, ...lacking, ...unserved]
  const { artistGap, balance } = rules
  const logging = { n: query.n, novelty, artistGap, flowWeights: recipe.flow, ...(balance && { balance }) }
  const ofTheDay = drawing.occasion === 'day' || drawing.occasion === 'again'
  const told = ofTheDay && !start && { told: toldOf(mix, degraded) }
  const body = exposureBody(slate, { ...logging, ...start?.asked, ...told })
  // Shown now, also where it scores as of the day's first draw: plays before now are answers to what was shown before.
  await engine.logExposure({ ...mix, recipe: drawing.logged, at: query.at }, drawing.occasion, body)
  return { mix, removed, degraded }
}

/** Takes out new tracks of other mixes of the day, where twice as many new ones as the list is long are left without them. */
function othersOfTheDay(
  { without = [], n }: Query,
  candidates: readonly Candidate[],
  catalog: Catalog,
  isNew: (row: number) => boolean,
): Filter {
  const others = new Set(without.map((id) => rowOfTrack(catalog, id)))
  const left = candidates.filter(({ row }) => isNew(row) && !others.has(row)).length
  return { name: 'in-another-mix', removes: ({ row }) => left >= 2 * n && others.has(row) }
}

/** What is told of a mix, in the order of its tracks. */
function toldOf(
  { draw: _, recipe, listener, modelVersion, tracks, ...mix }: Mix,
  degraded: Recommendation['degraded'],
): ToldMix {
  return {
    ...mix,
    degraded: degraded.map(({ source }) => source),
    tracks: tracks.map(({ position, track, ...told }) => told),
  }
}
