import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { believe, drawHeads, fade, learn, learnPrior, type Prior } from '../src/loop/belief.ts'
import { sigmoid } from '../src/loop/sitting.ts'

const prior: Prior = {
  mean: Float64Array.of(-0.5, 0),
  covariance: Float64Array.of(1, 0.3, 0.3, 0.8),
  artist: 0.2,
  track: 0.1,
}
const belief = () => believe(prior, 3, 2)

describe('what is believed of a listener', () => {
  it('goes up with a finish, down with a skip, and gets surer either way', () => {
    const [up, down] = [belief(), belief()]
    learn(up, Float64Array.of(1, 1), 0, 0, true)
    learn(down, Float64Array.of(1, 1), 0, 0, false)
    expect(up.mean[1]).toBeGreaterThan(0)
    expect(down.mean[1]).toBeLessThan(0)
    for (const { covariance, trackVariance, artistVariance } of [up, down]) {
      expect(covariance[3]).toBeLessThan(0.8)
      expect(trackVariance[0]).toBeLessThan(0.1)
      expect(artistVariance[0]).toBeLessThan(0.2)
    }
    expect(up.trackVariance[1]).toBe(0.1)
  })

  it('finds the weights that made the plays', () => {
    const draw = random(4)
    const truth = [-1, 1.5]
    const learned = belief()
    for (let i = 0; i < 6000; i++) {
      const x = Float64Array.of(1, draw.normal())
      learn(learned, x, i % 3, i % 2, draw.next() < sigmoid(truth[0]! + truth[1]! * x[1]!))
    }
    expect(learned.mean[1]).toBeCloseTo(1.5, 0)
    expect(Math.sqrt(learned.covariance[3]!)).toBeLessThan(0.1)
  })

  it('is the prior again once all of it has faded', () => {
    const faded = belief()
    for (let i = 0; i < 5; i++) learn(faded, Float64Array.of(1, -1), 0, 0, true)
    fade(faded, prior, 1)
    expect([...faded.mean]).toEqual([...prior.mean])
    expect([...faded.covariance]).toEqual([...prior.covariance])
  })

  it('is drawn as widely as it is believed, and as much less as is asked for', () => {
    const spread = (times: number) => {
      const heads = drawHeads(belief(), 4000, times, random(6))
      const mean = heads.reduce((sum, head) => sum + head[1]!, 0) / heads.length
      return heads.reduce((sum, head) => sum + (head[1]! - mean) ** 2, 0) / heads.length
    }
    expect(spread(1)).toBeCloseTo(0.8, 1)
    expect(spread(0.5)).toBeCloseTo(0.2, 1)
    expect(spread(0)).toBeCloseTo(0, 12)
  })

  it('begins with what the others are like: how they like what everybody likes, and how their artists scatter', () => {
    const others = (scatter: number) => {
      const draw = random(5)
      return Array.from({ length: 40 }, () => {
        const liking = Array.from({ length: 12 }, () => scatter * draw.normal())
        return Array.from({ length: 150 }, () => {
          const artist = draw.int(12)
          const usual = draw.normal()
          const finished = draw.next() < sigmoid(1.5 * usual + liking[artist]!)
          return { features: Float64Array.of(1, usual), track: artist, artist, finished }
        })
      })
    }
    const rows = { size: 2, rows: new Float64Array(0), width: 2 }
    const [calm, wild] = [0.1, 1.5].map((scatter) =>
      learnPrior(rows, others(scatter), { tracks: 12, artists: 12 }),
    )
    expect(calm!.mean[1]).toBeCloseTo(1.5, 0)
    expect(calm!.mean[0]).toBeCloseTo(0, 0)
    expect(wild!.artist + wild!.track).toBeGreaterThan(2 * (calm!.artist + calm!.track))
  })
})
