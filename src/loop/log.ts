import type { Random } from '../core/random.ts'
import { type Conditions, HABIT } from './conditions.ts'
import type { LoopCatalog, LoopListener } from './listeners.ts'
import type { Memory } from './memory.ts'
import { emptyFill, fillWith, sated, truthOf } from './moment.ts'
import { sigmoid } from './sitting.ts'

/** A play as the model sees it. */
export interface LoggedPlay {
  readonly track: number
  /** Days since the first sitting of the loop; below 0 before it. */
  readonly day: number
  readonly finished: boolean
  readonly genreBefore: number
  readonly artistBefore: number
}

/** How music is put on when nobody recommends any, as in the world of many listeners. */
const SELF = {
  discovery: {
    value: 0.35,
    why: 'share of plays that look for something unheard, the middle of those listeners',
  },
  charts: { value: 0.25, why: 'share of discovery that follows popularity, not taste' },
  tries: { value: 3, why: 'what is found within a genre is the closest of this many' },
  sitting: { value: 12, why: 'plays of a sitting' },
} as const

/**
 * What a listener put on by themselves in the days before the loop, from the corners that they have shown; the memory is filled with it.
 * Nothing for a listener who has shown none.
 */
export function history(
  listener: LoopListener,
  catalog: LoopCatalog,
  conditions: Conditions,
  popular: (random: Random) => number,
  memory: Memory,
  random: Random,
): LoggedPlay[] {
  const { strengths, closeness, shown } = listener
  if (!shown.includes(true)) return []
  const plays: LoggedPlay[] = []
  const liked: number[] = []
  const sittings = Math.ceil(HABIT.historyPlays.value / SELF.sitting.value)
  for (let s = 0; s < sittings; s++) {
    const day = -HABIT.historyDays.value * (1 - (s + random.next()) / sittings)
    const corner = random.pick(shown.map((is, c) => (is ? strengths[c]! ** 2 : 0)))
    const truth = truthOf(listener, strengths, memory, day, conditions)
    const mood = HABIT.mood.value * random.normal()
    const fill = emptyFill(catalog)
    const played = new Set<number>()
    for (let i = 0; i < SELF.sitting.value; i++) {
      let track = propose(corner)
      for (let tries = 0; tries < 4 && played.has(track); tries++) track = propose(corner)
      if (played.has(track)) continue
      played.add(track)
      const finished = random.next() < sigmoid(truth(track) - sated(catalog, fill, track, conditions) - mood)
      plays.push({ track, day, finished, ...before(catalog, fill, track) })
      fillWith(catalog, fill, track)
      memory.add(track, day)
      if (finished) liked.push(track)
    }
  }
  return plays

  function propose(corner: number): number {
    if (liked.length > 5 && random.next() > SELF.discovery.value) return liked[random.int(liked.length)]!
    if (random.next() < SELF.charts.value) return popular(random)
    const circle = catalog.ofGenre[catalog.genre[listener.centres[corner]!]!]!
    let [best, fit] = [0, -1]
    for (let t = 0; t < SELF.tries.value; t++) {
      const track = circle[random.int(circle.length)]!
      if (closeness[corner]![track]! > fit) [best, fit] = [track, closeness[corner]![track]!]
    }
    return best
  }
}

/** Sittings in which a service shuffled its catalog for a listener: what a model can learn from without the bias of what was put on. */
export function shuffled(
  listener: LoopListener,
  catalog: LoopCatalog,
  conditions: Conditions,
  memory: Memory,
  random: Random,
  sittings: number,
): LoggedPlay[] {
  const plays: LoggedPlay[] = []
  for (let s = 0; s < sittings; s++) {
    const day = s * HABIT.daysBetween.value
    const truth = truthOf(listener, listener.strengths, memory, day, conditions)
    const mood = HABIT.mood.value * random.normal()
    const fill = emptyFill(catalog)
    for (let i = 0; i < HABIT.slots.value; i++) {
      const track = random.int(catalog.tracks.length)
      const finished = random.next() < sigmoid(truth(track) - sated(catalog, fill, track, conditions) - mood)
      plays.push({ track, day, finished, ...before(catalog, fill, track) })
      fillWith(catalog, fill, track)
      memory.add(track, day)
      if (random.next() < (finished ? HABIT.leaveAfterFinish.value : HABIT.leaveAfterSkip.value)) break
    }
  }
  return plays
}

function before({ genre, artist }: LoopCatalog, fill: ReturnType<typeof emptyFill>, track: number) {
  return { genreBefore: fill.genre[genre[track]!]!, artistBefore: fill.artist[artist[track]!]! }
}
