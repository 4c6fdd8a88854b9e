import { random } from '../core/random.ts'
import { fade, learn } from './belief.ts'
import { type Contender, slateOf } from './contenders.ts'
import { momentOf } from './moment.ts'
import { oracleSlate } from './oracle.ts'
import { momentFeatures } from './representation.ts'
import { joined, type Setting } from './setting.ts'
import { listenTo, slateTruth } from './sitting.ts'

/** The share of a belief that fades from sitting to sitting. */
const FADING = 0.001

/** What came of a policy for one listener. */
export interface Course {
  /** Expected value of each sitting. */
  readonly value: Float64Array
  /** The part of it that comes from tracks first heard in the loop. */
  readonly discovered: Float64Array
  /** Plays of each track in the loop. */
  readonly plays: Uint16Array
}

/** Lets a contender, or the oracle, recommend to every listener of a setting, sitting after sitting. */
export function runLoop(setting: Setting, contender: Contender | 'oracle', seed: number): Course[] {
  return setting.fates.map((_, i) => courseOf(setting, i, contender, seed))
}

/** Lets a contender, or the oracle, recommend to one listener of a setting, sitting after sitting. */
export function courseOf(setting: Setting, i: number, contender: Contender | 'oracle', seed: number): Course {
  const { catalog, conditions, representation, prior } = setting
  const fate = setting.fates[i]!
  const memory = fate.memory.copy()
  const modelMemory = fate.modelMemory.copy()
  const belief = {
    mean: fate.belief.mean.slice(),
    covariance: fate.belief.covariance.slice(),
    artist: fate.belief.artist.slice(),
    artistVariance: fate.belief.artistVariance.slice(),
    track: fate.belief.track.slice(),
    trackVariance: fate.belief.trackVariance.slice(),
  }
  const sittings = fate.days.length
  const course = {
    value: new Float64Array(sittings),
    discovered: new Float64Array(sittings),
    plays: new Uint16Array(catalog.tracks.length),
  }
  const known = new Uint8Array(catalog.tracks.length)
  fate.memory.plays.forEach((plays, row) => {
    known[row] = plays > 0 ? 1 : 0
  })
  const learns = contender !== 'oracle' && (contender.scores === 'belief' || contender.scores === 'heads')
  const draw = random(`${seed}/${contender === 'oracle' ? 'oracle' : contender.name}/${i}`)
  for (let s = 0; s < sittings; s++) {
    const day = fate.days[s]!
    const moment = momentOf(fate.listener, fate.strengths[s]!, memory, day, conditions)
    const slate =
      contender === 'oracle'
        ? oracleSlate(catalog, moment, conditions)
        : slateOf(contender, setting, { belief, memory: modelMemory, day, random: draw })
    const truth = slateTruth(catalog, moment, slate, conditions, fate.moods[s]!)
    course.value[s] = truth.value
    slate.forEach((row, k) => {
      if (known[row] === 0) course.discovered[s]! += truth.worth[k]!
    })
    if (learns) fade(belief, prior, FADING)
    for (const { track, finished, genreBefore, artistBefore } of listenTo(
      catalog,
      slate,
      truth,
      fate.chances[s]!,
    )) {
      if (learns) {
        const features = new Float64Array(6)
        momentFeatures(modelMemory, track, day, features, 0, genreBefore, artistBefore)
        learn(belief, joined(representation, track, features), track, catalog.artist[track]!, finished)
        modelMemory.add(track, day)
      }
      memory.add(track, day)
      course.plays[track]!++
    }
  }
  return course
}
