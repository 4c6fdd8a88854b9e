import type { Retrieved } from './candidates/retrieve.ts'
import { type Candidate, POOL_LIMIT, type ScoredCandidate } from './core/candidate.ts'
import type { Query } from './core/query.ts'
import { random } from './core/random.ts'
import type { Drawing } from './drawing.ts'
import type { Engine, Shelves } from './engine.ts'
import { thompsonScores } from './explore/linear-thompson.ts'
import { shortlist } from './explore/shortlist.ts'
import { soundScores } from './explore/sound-scores.ts'
import { familiarityOf, noveltyOf } from './mix/recipe.ts'
import { affinity, closestToSeeds, towardSeeds } from './rank/affinity.ts'
import { linearFacts } from './rank/linear-facts.ts'
import type { Serving } from './serving.ts'
import type { StartingPoint } from './starting-point.ts'

/** Of a mix around seeds so many candidates are ranked at least, and so many times as it is long. */
const LEAST = 100
const TIMES = 5

/** What ranking goes by. */
export interface Ranking {
  readonly query: Query
  readonly drawing: Drawing
  readonly serving: Serving
  readonly shelves: Shelves
  /** Where the mix starts, if not from what the listener loves. */
  readonly start: StartingPoint | undefined
}

/** Candidates with the heads' scores, and what failed, if anything. */
export interface Ranked {
  readonly scored: readonly ScoredCandidate[]
  readonly degraded: Retrieved['degraded']
}

/**
 * Scores what is worth scoring for the moment: the closest to the seeds, whose closeness counts too, or those that could come into the pool;
 * under `linear-thompson` the heads are draws of the listener's own linear posterior.
 */
export async function ranked(kept: readonly Candidate[], ranking: Ranking, engine: Engine): Promise<Ranked> {
  const { query, drawing, serving, shelves, start } = ranking
  const { listener, recipe, novelty, settings, seed } = drawing
  const { scorer } = serving
  const { catalog, audio } = shelves
  const familiarity = (row: number) => familiarityOf(listener.trackHistory(row))
  const most = Math.min(POOL_LIMIT, Math.max(LEAST, TIMES * query.n))
  const near = start && (await closenessTo(start, drawing, query.listener, kept, engine))
  const promising = near
    ? closestToSeeds(kept, near.closeness, (row) => catalog.trackId[row]!, most)
    : await shortlist(kept, {
        tracks: catalog,
        novelty: noveltyOf(recipe, novelty),
        familiarity,
        ...(scorer.standing && { standing: (rows) => scorer.standing!(listener, rows) }),
      })
  const scores = await scorer.score(listener, promising, (row) => familiarity(row) === 'familiar')
  const { sound, problem } = soundScores(scores)
  const facts = settings.name === 'linear-thompson' && (await linearFacts(listener, sound, { scorer, audio }))
  const liked = facts ? thompsonScores(sound, facts, settings.samples, random(`${seed}/heads`)) : sound
  return {
    scored: near ? towardSeeds(liked, near.closeness, most) : liked,
    degraded: [...(near?.degraded ?? []), ...(problem === undefined ? [] : [{ source: 'model', problem }])],
  }
}

/** How close candidates are to where a mix starts, in log-odds: by kinship, and to a playlist by what was learned of how playlists go on. */
async function closenessTo(
  { seeds, rows, kinship }: StartingPoint,
  { recipe }: Drawing,
  listener: string,
  candidates: readonly Candidate[],
  engine: Engine,
): Promise<{ closeness(row: number): number; readonly degraded: Retrieved['degraded'] }> {
  const byKinship = candidates.map(({ row }) => affinity(kinship(row)))
  const asked = candidates.map(({ row }) => row)
  const degraded: { source: string; problem: string }[] = []
  const learned = async () => {
    const continuing = recipe.startsFrom === 'playlist' ? await engine.continuing(listener) : undefined
    return continuing?.closeness(seeds.title, rows, asked, byKinship)
  }
  const closeness = await learned().catch((error: Error) => {
    degraded.push({ source: 'continuing', problem: error.message })
  })
  const of = new Map(asked.map((row, at) => [row, (closeness ?? byKinship)[at]!]))
  return { closeness: (row) => of.get(row)!, degraded }
}
