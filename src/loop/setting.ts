import { type Random, random } from '../core/random.ts'
import { type Belief, believe, learn, learnPrior, type Prior } from './belief.ts'
import { type Conditions, HABIT } from './conditions.ts'
import { drawLoopListener, drifted, type LoopCatalog, type LoopListener, loopCatalog } from './listeners.ts'
import { history, type LoggedPlay, shuffled } from './log.ts'
import { type Memory, remember } from './memory.ts'
import { learnRepresentation, MODEL_SPANS, momentFeatures, type Representation } from './representation.ts'
import type { Chances } from './sitting.ts'

/** What happens to a listener whatever is shown to them. */
export interface Fate {
  readonly listener: LoopListener
  /** Of each sitting: when it is, in days; the strengths of the corners; the mood in log-odds; the chances of its slots. */
  readonly days: Float64Array
  readonly strengths: readonly Float64Array[]
  readonly moods: Float64Array
  readonly chances: readonly Chances[]
  /** What they have played before, as the world and as the model remember it, and what the model believes for it. */
  readonly memory: Memory
  readonly modelMemory: Memory
  readonly belief: Belief
}

/** A world before anything is recommended: the same for every policy. */
export interface Setting {
  readonly conditions: Conditions
  readonly catalog: LoopCatalog
  readonly fates: readonly Fate[]
  readonly representation: Representation
  readonly prior: Prior
  /** Finishes of each track in the plays of the others. */
  readonly popularity: Float64Array
}

/** How large a closed loop is. */
export interface LoopSize {
  readonly listeners: number
  readonly sittings: number
}

/** Year that the catalog of an invented world does not pass. */
const YEAR = 2026
/** Sittings of the log in which the service shuffled. */
const SHUFFLED = 8
/** Of so many listeners of the log the prior is learned. */
const PRIOR_LISTENERS = 200

/** Makes a world, the plays of others that the model learns from, and the fate of each listener: the same seed gives the same. */
export function makeSetting(
  seed: number,
  conditions: Conditions,
  { listeners, sittings }: LoopSize,
  logListeners: number = HABIT.logListeners.value,
): Setting {
  const root = random(`loop/${seed}`)
  const catalog = loopCatalog(root, conditions.tracks, YEAR)
  const tracks = catalog.tracks.length
  const fame = catalog.tracks.map(({ facts }) => Math.exp((facts.popularity ?? 0) / 12))
  const popular = (draw: Random) => draw.pick(fame)

  const others = root.fork('others')
  const logs = Array.from({ length: logListeners }, (_, i) => {
    const draw = others.fork(`${i}`)
    const listener = drawLoopListener(draw, catalog, conditions, false)
    const memory = remember(tracks, [HABIT.fatigueDays.value])
    const own = history(listener, catalog, conditions, popular, memory, draw)
    return { own, served: shuffled(listener, catalog, conditions, memory, draw, SHUFFLED) }
  })
  const all = logs.map(({ own, served }) => [...own, ...served])
  const representation = learnRepresentation(
    catalog,
    all,
    logs.map(({ served }) => served),
    root.fork('representation'),
  )
  const sizes = { tracks, artists: catalog.artists.length }
  const prior = learnPrior(
    representation,
    all.slice(0, PRIOR_LISTENERS).map((plays) => {
      const moments = told(plays, remember(tracks, MODEL_SPANS))
      return plays.map(({ track, finished }, i) => ({
        features: joined(representation, track, moments[i]!),
        track,
        artist: catalog.artist[track]!,
        finished,
      }))
    }),
    sizes,
  )
  const popularity = new Float64Array(tracks)
  for (const plays of all) for (const { track, finished } of plays) if (finished) popularity[track]!++

  const everybody = root.fork('listeners')
  const fates = Array.from({ length: listeners }, (_, i): Fate => {
    const draw = everybody.fork(`${i}`)
    const isNew = i < Math.round(listeners * HABIT.newListeners.value)
    const listener = drawLoopListener(draw.fork('taste'), catalog, conditions, isNew)
    const memory = remember(tracks, [HABIT.fatigueDays.value])
    const modelMemory = remember(tracks, MODEL_SPANS)
    const plays = history(listener, catalog, conditions, popular, memory, draw.fork('history'))
    const belief = believe(prior, tracks, catalog.artists.length)
    told(plays, modelMemory).forEach((moment, p) => {
      const { track, finished } = plays[p]!
      learn(belief, joined(representation, track, moment), track, catalog.artist[track]!, finished)
    })
    const time = draw.fork('time')
    const turn = draw.fork('drift')
    const luck = draw.fork('chances')
    const days = new Float64Array(sittings)
    const strengths: Float64Array[] = []
    for (let s = 0; s < sittings; s++) {
      const gap = 0.2 - (HABIT.daysBetween.value - 0.2) * Math.log(1 - time.next())
      days[s] = (days[s - 1] ?? 0) + gap
      strengths.push(s === 0 ? listener.strengths : drifted(strengths[s - 1]!, conditions.drift, turn))
    }
    return {
      listener,
      days,
      strengths,
      moods: Float64Array.from({ length: sittings }, () => HABIT.mood.value * luck.normal()),
      chances: Array.from({ length: sittings }, () =>
        Float64Array.from({ length: 2 * HABIT.slots.value }, () => luck.next()),
      ),
      memory,
      modelMemory,
      belief,
    }
  })
  return { conditions, catalog, fates, representation, prior, popularity }
}

/** The features of a play: those of the track, then those of the moment. */
export function joined(
  { rows, size, width }: Representation,
  track: number,
  moment: Float64Array,
): Float64Array {
  const features = new Float64Array(width)
  features.set(rows.subarray(track * size, (track + 1) * size))
  features.set(moment, size)
  return features
}

/** The moment features of plays in their order; the memory is filled with them. */
function told(plays: readonly LoggedPlay[], memory: Memory): Float64Array[] {
  return plays.map(({ track, day, genreBefore, artistBefore }) => {
    const moment = new Float64Array(6)
    momentFeatures(memory, track, day, moment, 0, genreBefore, artistBefore)
    memory.add(track, day)
    return moment
  })
}
