import { localTimeIn } from './core/clock.ts'
import type { Engine } from './engine.ts'
import { TODAY } from './mix/recipes.ts'
import { prepareMix } from './todays-mixes.ts'

const DAY = 86_400_000
/** Who heard something, or was shown a mix, within so many days, is active. */
const ACTIVE_DAYS = 30

/** What a night has done. */
export interface Night {
  /** Listeners whose day had begun without mixes. */
  readonly listeners: number
  readonly mixes: number
}

export interface NightOptions {
  /** Asked between two mixes: where requests get their turn. */
  readonly pause: () => Promise<void>
  readonly signal?: AbortSignal
  /** Told after every listener: how many are done, of how many. */
  readonly progress?: (done: number, all: number) => void
}

/**
 * Draws today's mixes ahead for every active listener whose day has begun, a mix at a time; they wait until they are asked for, and are in no
 * log before. To be called every quarter of an hour or so: whoever has theirs is passed over. One listener's failure is told at the end.
 * @throws the signal's reason, AggregateError of what failed
 */
export function drawNights(engine: Engine): (options: NightOptions) => Promise<Night> {
  /** Listener → the date for which all were drawn. */
  const drawn = new Map<number, string>()
  return async ({ pause, signal, progress }) => {
    const at = engine.now()
    const active = await activeSince(engine, at - ACTIVE_DAYS * DAY)
    const dateOf = (timeZone: string) => localTimeIn(timeZone)(at).date
    const listeners = (await engine.library.listeners.list()).filter(
      ({ id, timeZone }) => active.has(id) && drawn.get(id) !== dateOf(timeZone),
    )
    const failures: unknown[] = []
    let mixes = 0
    for (const [done, { id, name, timeZone }] of listeners.entries()) {
      try {
        for (const recipe of TODAY) {
          signal?.throwIfAborted()
          await pause()
          if (await prepareMix(engine, name, recipe)) mixes++
        }
      } catch (error) {
        signal?.throwIfAborted()
        failures.push(error)
      }
      drawn.set(id, dateOf(timeZone))
      progress?.(done + 1, listeners.length)
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Some mixes of the day could not be drawn.')
    return { listeners: listeners.length, mixes }
  }
}

/** Listeners with a play, or a slate that they were shown, since a moment. */
async function activeSince({ library: { store } }: Engine, since: number): Promise<ReadonlySet<number>> {
  const plays = await store.read('plays', ['listener', 'endedAt'], { where: { hidden: 0 } })
  const shown = await store.read('exposures', ['listener', 'at'])
  const active = new Set<number>()
  plays.endedAt.forEach((at, i) => {
    if (at >= since) active.add(plays.listener[i]!)
  })
  shown.at.forEach((at, i) => {
    if (at >= since) active.add(shown.listener[i]!)
  })
  return active
}
