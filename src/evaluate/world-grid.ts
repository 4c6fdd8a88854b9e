import type { Progress } from '../core/progress.ts'
import { type Conditions, conditionsOf, WORLD } from '../loop/conditions.ts'
import { contenderOf } from '../loop/contenders.ts'
import type { Estimate } from '../metrics/interval.ts'
import { playWorlds, ratioOf } from './world-play.ts'

/** One point of the grid: which condition is other than usual, and what exploring is worth there. */
export interface GridPoint {
  /** Absent at the usual conditions. */
  readonly changed?: { readonly name: keyof Conditions; readonly value: number }
  readonly satisfaction: { readonly deepcuts: Estimate; readonly greedy: Estimate }
  /** deepcuts / greedy, paired. */
  readonly ratio: Estimate
  readonly verdict: 'exploring pays' | 'not distinguishable' | 'exploring costs'
}

/** The values that each condition takes while the others stay as usual. */
const GRID: Readonly<Record<keyof Conditions, readonly number[]>> = {
  tracks: [600, 2400],
  corners: [2, 6],
  hidden: [0, 0.25, 0.75],
  drift: [0, 0.1],
  fatigue: [0.3, 2],
  satiation: [0, 0.25],
  own: [0.1, 0.6],
}

/** How large each point is: smaller than the world of the numbers, and with a model that learned from fewer others, so that all points take minutes. */
const GRID_SIZE = { listeners: 6, sittings: 60, seeds: 3, logListeners: 600 } as const

/** The same in words. */
export const GRID_WORDS = `Each point: ${GRID_SIZE.listeners} listeners, ${GRID_SIZE.sittings} sittings, ${GRID_SIZE.seeds} worlds, a model of ${GRID_SIZE.logListeners} others.`

/** The usual conditions, and one condition at a time that is other than usual. */
const POINTS: readonly (readonly [keyof Conditions, number] | undefined)[] = [
  undefined,
  ...(Object.keys(WORLD) as (keyof Conditions)[]).flatMap((name) =>
    GRID[name].map((value) => [name, value] as const),
  ),
]

/** Plays ours and greedy at every point of the grid. @throws the signal's reason once it is aborted */
export async function playGrid(progress: Progress, signal?: AbortSignal): Promise<GridPoint[]> {
  const contenders = [contenderOf('deepcuts'), contenderOf('greedy')]
  const { listeners, sittings, logListeners } = GRID_SIZE
  const seeds = Array.from({ length: GRID_SIZE.seeds }, (_, i) => i + 1)
  const out: GridPoint[] = []
  for (const point of POINTS) {
    const conditions = conditionsOf(point && { [point[0]]: point[1] })
    const told = point ? `${point[0]} ${point[1]}` : 'as usual'
    const { outcomes, estimates } = await playWorlds(
      { conditions, contenders, seeds, listeners, sittings, logListeners },
      progress,
      `Grid ${out.length + 1} of ${POINTS.length}: ${told}`,
      signal,
    )
    const ratio = ratioOf(outcomes, 'deepcuts', 'greedy')
    out.push({
      ...(point && { changed: { name: point[0], value: point[1] } }),
      satisfaction: {
        deepcuts: estimates.get('deepcuts')!.satisfaction,
        greedy: estimates.get('greedy')!.satisfaction,
      },
      ratio,
      verdict:
        ratio.ci95[0] > 1 ? 'exploring pays' : ratio.ci95[1] < 1 ? 'exploring costs' : 'not distinguishable',
    })
  }
  return out
}
