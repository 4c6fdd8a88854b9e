import { evidenceOf } from './candidates/evidence.ts'
import { nearestLoved } from './candidates/nearest-loved.ts'
import { retrieve } from './candidates/retrieve.ts'
import { countNew } from './candidates/source.ts'
import type { Mix } from './core/mix.ts'
import type { Query } from './core/query.ts'
import { random } from './core/random.ts'
import { drawingOf } from './drawing.ts'
import type { Engine } from './engine.ts'
import { exposureBody } from './explore/exposure.ts'
import { cutPool } from './explore/pool.ts'
import { charactersOf } from './features/track-character.ts'
import { trackAt } from './library/catalog.ts'
import { drawRules } from './mix/draw-rules.ts'
import { explain } from './mix/explain.ts'
import { eligible, noveltyOf, noveltyOfFew } from './mix/recipe.ts'
import { inCorners } from './mix/taste-shares.ts'
import { eligibleFilter, filter, type Removed, refusedFilter, sameSongFilter } from './rank/filter.ts'
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
 * The request path: describe, retrieve, filter, rank, draw, explain, log.
 * @throws UNKNOWN_RECIPE, UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD
 */
export async function recommend(query: Query, engine: Engine): Promise<Recommendation> {
  const serving = await engine.serving(query.listener)
  const drawing = await drawingOf(query, engine)
  const shelves = { ...(await engine.signals(query.listener)), ...(await engine.shelves()) }
  const { catalog, index, audio } = shelves
  // An import came between: the rows of one catalog say nothing in another.
  if (catalog !== serving.catalog) return recommend(query, engine)
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
    sameSongFilter(index.songOf, (row) => history(row).plays, listener.known, found.candidates),
  ])
  const { scored, problem } = await ranked(kept, { query, drawing, serving, shelves, start }, engine)

  const trained = serving.whose !== 'nobody'
  const unheard = countNew(listener, catalog, index.named)
  const asked = unheard ? drawing.novelty : 0
  const novelty = trained ? noveltyOf(recipe, asked) : noveltyOfFew(recipe, scored, query.n, asked)
  const pool = inCorners(cutPool(scored, novelty), listener)
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
  const { artistGap, balance } = rules
  const logging = { n: query.n, novelty, artistGap, flowWeights: recipe.flow, ...(balance && { balance }) }
  const body = exposureBody(slate, { ...logging, ...start?.asked })
  // Shown now, also where it scores as of the day's first draw: plays before now are answers to what was shown before.
  await engine.logExposure({ ...mix, recipe: drawing.logged, at: query.at }, drawing.occasion, body)
  const degraded = problem === undefined ? found.degraded : [...found.degraded, { source: 'model', problem }]
  return { mix, removed, degraded }
}
