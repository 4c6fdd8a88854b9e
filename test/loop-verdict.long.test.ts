import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { believe } from '../src/loop/belief.ts'
import { conditionsOf, HABIT } from '../src/loop/conditions.ts'
import { contenderOf } from '../src/loop/contenders.ts'
import { loopCatalog } from '../src/loop/listeners.ts'
import { remember } from '../src/loop/memory.ts'
import { MODEL_SPANS } from '../src/loop/representation.ts'
import { runLoop } from '../src/loop/run.ts'
import type { Setting } from '../src/loop/setting.ts'

const TRACKS = 200
const LISTENERS = 12
const SITTINGS = 60

/**
 * A world of two kinds of artists. All that listeners have shown is a mild liking of the first; the model believes that the second is worse,
 * and is unsure of it.
 * @param second the true log-odds of the second kind
 */
function twoKinds(second: number): Setting {
  const catalog = loopCatalog(random(1), TRACKS, 2026)
  const kind = Float64Array.from(catalog.artist, (artist) => artist % 2)
  const width = 8
  const variances = [0.1, 6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6]
  const covariance = new Float64Array(width * width)
  variances.forEach((variance, i) => {
    covariance[i * width + i] = variance
  })
  const prior = { mean: Float64Array.of(0.3, -2, 0, 0, 0, 0, 0, 0), covariance, artist: 0.01, track: 0.01 }
  const rows = new Float64Array(2 * TRACKS)
  kind.forEach((of, row) => {
    rows.set([1, of], 2 * row)
  })
  const draw = random(2)
  return {
    conditions: conditionsOf({ tracks: TRACKS, fatigue: 0, satiation: 0 }),
    catalog,
    representation: { size: 2, rows, width },
    prior,
    popularity: new Float64Array(TRACKS),
    fates: Array.from({ length: LISTENERS }, () => ({
      listener: {
        isNew: false,
        centres: [0],
        closeness: [new Float64Array(TRACKS)],
        strengths: Float64Array.of(1),
        shown: [true],
        base: kind.map((of) => (of === 1 ? second : 0.3)),
        openness: 0,
      },
      days: Float64Array.from({ length: SITTINGS }, (_, s) => s),
      strengths: Array.from({ length: SITTINGS }, () => Float64Array.of(1)),
      moods: new Float64Array(SITTINGS),
      chances: Array.from({ length: SITTINGS }, () =>
        Float64Array.from({ length: 2 * HABIT.slots.value }, () => draw.next()),
      ),
      memory: remember(TRACKS, [HABIT.fatigueDays.value]),
      modelMemory: remember(TRACKS, MODEL_SPANS),
      belief: believe(prior, TRACKS, catalog.artists.length),
    })),
  }
}

function ratio(setting: Setting): number {
  const value = (name: string) =>
    runLoop(setting, contenderOf(name), 1).reduce(
      (sum, course) => sum + course.value.reduce((a, b) => a + b, 0),
      0,
    )
  return value('deepcuts') / value('greedy')
}

describe('whether exploring pays', () => {
  it('is yes where listeners would love what they have never shown', () => {
    expect(ratio(twoKinds(3))).toBeGreaterThan(1.1)
  })

  it('is no where there is nothing to discover: looking then costs', () => {
    const nothing = ratio(twoKinds(-4))
    expect(nothing).toBeLessThan(1)
    expect(nothing).toBeGreaterThan(0.8)
  })
})
