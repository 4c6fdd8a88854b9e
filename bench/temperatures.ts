import { join } from 'node:path'
import type { Familiarity } from '../src/core/candidate.ts'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { type Demo, prepareDemo } from '../src/evaluate/demo.ts'
import { policyOf } from '../src/explore/policies.ts'
import type { Policy } from '../src/explore/policy.ts'
import { train } from '../src/learn/train.ts'
import { trackAt } from '../src/library/catalog.ts'
import { findRecipe } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import type { Figure } from './measure.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
/** Other than the demo's. */
const SEEDS = [11, 12, 13, 14]
const RECIPES = ['daily-1', 'daily-2', 'deep-cuts', 'rediscover', 'on-repeat']
const TEMPERATURES = [1, 0.7, 0.5, 0.35, 0.25, 0.15]
const LENGTH = 30
/** Lists that somebody hears, and how often that is done over. */
const LISTS = 4
const TIMES = 30

/** What a recipe draws from in one world, and how it is judged there. */
interface Stage {
  draw(policy: Policy, seed: string): ReturnType<Policy['draw']>
  /** True finish probability of a track of the catalog, by its number. */
  truth(trackId: number): number
  /** Those of all tracks of a kind, best first. */
  readonly all: Readonly<Record<Familiarity, readonly number[]>>
}

/**
 * How bold draws are at a temperature, in invented worlds whose truth is known: how far four lists lie on the way from random to best, how many different
 * tracks they show, and how many are marked as explored. The table of docs/decisions/drawing.md.
 */
export default async function (folder: string): Promise<readonly Figure[]> {
  const stages = new Map(RECIPES.map((recipe) => [recipe, [] as Stage[]]))
  for (const seed of SEEDS) {
    const engine = await openEngine({ data: join(folder, `${seed}`), now: () => NOW, timeZone: 'UTC' })
    const demo = await prepareDemo(engine.library, seed, NOW, silent)
    await train(engine.library, { listener: demo.listener, preset: 'default', seed: 1 }, silent)
    for (const recipe of RECIPES) stages.get(recipe)!.push(await stageOf(engine, demo, recipe))
    await engine.close()
  }
  return RECIPES.flatMap((recipe) =>
    TEMPERATURES.flatMap((temperature): Figure[] => {
      const { share, different, explored } = judge(recipe, temperature, stages.get(recipe)!)
      return [
        { name: `${recipe} at ${temperature}: from random to best`, value: 100 * share, unit: '%' },
        { name: '  different tracks in four lists', value: different, unit: '' },
        { name: '  explored', value: 100 * explored, unit: '%' },
      ]
    }),
  )
}

async function stageOf(engine: Engine, { listener, world }: Demo, recipe: string): Promise<Stage> {
  let draw: Stage['draw'] | undefined
  const listening: Engine = {
    ...engine,
    logExposure: async () => {},
    policy: (settings) => ({
      ...policyOf(settings),
      draw(candidates, rules, n, source) {
        draw = (policy, seed) => policy.draw(candidates, rules, LENGTH, random(seed))
        return policyOf(settings).draw(candidates, rules, n, source)
      },
    }),
  }
  await recommend({ listener, recipe, n: LENGTH, at: NOW }, listening)
  const catalog = await engine.library.catalog()
  const rowOfTrack = new Map(Array.from(catalog.trackId, (id, row) => [id, row]))
  const heard = new Set(world.history(0).plays.map(({ track }) => track))
  const chances = world.tracks.map((_, row) => ({
    heard: heard.has(row),
    p: world.finishProbability(0, row),
  }))
  const best = (known: boolean) =>
    chances.flatMap(({ heard: its, p }) => (its === known ? [p] : [])).sort((a, b) => b - a)
  return {
    draw: draw!,
    truth: (id) => chances[world.rowOf(trackAt(catalog, rowOfTrack.get(id)!).spotify!)!]!.p,
    all: { familiar: best(true), new: best(false) },
  }
}

function judge(recipe: string, temperature: number, stages: readonly Stage[]) {
  const policy = policyOf({ name: 'mixture', temperature, floor: findRecipe(recipe).floor })
  const total = { share: 0, different: 0, explored: 0 }
  for (const stage of stages)
    for (let time = 0; time < TIMES; time++) {
      const shown = new Set<number>()
      for (let list = 0; list < LISTS; list++) {
        const { tracks } = stage.draw(policy, `${time} ${list}`)
        for (const { candidate } of tracks) shown.add(candidate.trackId)
        total.share += shareOf(tracks, stage) / LISTS
        total.explored += tracks.filter(({ explored }) => explored).length / tracks.length / LISTS
      }
      total.different += shown.size
    }
  const n = stages.length * TIMES
  return { share: total.share / n, different: total.different / n, explored: total.explored / n }
}

/** How far a list lies on the way from random tracks to the best, as many of each kind. */
function shareOf(tracks: ReturnType<Policy['draw']>['tracks'], { truth, all }: Stage): number {
  let [mine, best, chance] = [0, 0, 0]
  for (const kind of ['familiar', 'new'] as const) {
    const own = tracks.filter(({ candidate }) => candidate.familiarity === kind)
    for (const { candidate } of own) mine += truth(candidate.trackId)
    for (const p of all[kind].slice(0, own.length)) best += p
    chance += (own.length * all[kind].reduce((sum, p) => sum + p, 0)) / Math.max(1, all[kind].length)
  }
  return (mine - chance) / (best - chance)
}
