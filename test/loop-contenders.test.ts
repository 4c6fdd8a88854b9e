import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { believe } from '../src/loop/belief.ts'
import { conditionsOf } from '../src/loop/conditions.ts'
import { contenderOf, slateOf } from '../src/loop/contenders.ts'
import { loopCatalog } from '../src/loop/listeners.ts'
import { remember } from '../src/loop/memory.ts'
import { MODEL_SPANS } from '../src/loop/representation.ts'
import type { Setting } from '../src/loop/setting.ts'

const TRACKS = 600
const catalog = loopCatalog(random(1), TRACKS, 2026)
const width = 7
const prior = {
  mean: new Float64Array(width),
  covariance: Float64Array.from({ length: width * width }, (_, at) => (at % (width + 1) === 0 ? 1 : 0)),
  artist: 0.1,
  track: 0.1,
}
const setting: Setting = {
  conditions: conditionsOf({ tracks: TRACKS }),
  catalog,
  fates: [],
  representation: { size: 1, rows: new Float64Array(TRACKS).fill(1), width },
  prior,
  popularity: Float64Array.from({ length: TRACKS }, (_, row) => row),
}
const belief = () => believe(prior, TRACKS, catalog.artists.length)
const known = (seed: number, of = belief()) => ({
  belief: of,
  memory: remember(TRACKS, MODEL_SPANS),
  day: 0,
  random: random(seed),
})

describe('the slates of the closed loop', () => {
  it('of blind chance are of the whole catalog, though no pool holds it', () => {
    const shown = new Set<number>()
    for (let seed = 0; seed < 150; seed++)
      for (const row of slateOf(contenderOf('uniform'), setting, known(seed))) shown.add(row)
    expect(shown.size).toBeGreaterThan(0.95 * TRACKS)
  })

  it('of greedy are led by the track that is expected to be best, and of popularity by popular ones', () => {
    const loving = belief()
    loving.track[77] = 3
    expect(slateOf(contenderOf('greedy'), setting, known(1, loving))[0]).toBe(77)
    const popular = slateOf(contenderOf('popularity'), setting, known(1))
    expect(Math.min(...popular)).toBeGreaterThanOrEqual(TRACKS - 256)
  })
})
