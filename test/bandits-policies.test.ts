import { describe, expect, it } from 'vitest'
import { beta } from '../src/bandits/beta.ts'
import { carousel, SHAPE } from '../src/bandits/carousel.ts'
import { inverseFrom, inverseOfFactor } from '../src/bandits/inverse.ts'
import { CAROUSEL_POLICIES, type CarouselPolicyName } from '../src/bandits/policies.ts'
import { openProducts } from '../src/bandits/products.ts'
import { simulate } from '../src/bandits/simulate.ts'
import { hardlyBeyond, thompsonSegments } from '../src/bandits/thompson-segments.ts'
import { choleskyInPlace, solveLower, solveUpper } from '../src/core/cholesky.ts'
import { random } from '../src/core/random.ts'
import { twoTastes } from './suites/carousel-worlds.ts'

const { listeners, playlists } = twoTastes()
const context = { listeners, playlists: playlists.n, shape: SHAPE }
const world = await carousel(listeners, playlists)
const make = async (name: CarouselPolicyName) => CAROUSEL_POLICIES[name].make(context)
const run = async (name: CarouselPolicyName, seed = 1, rounds = 12) =>
  simulate(world, await make(name), { rounds, visitors: 300 }, random(seed))
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, one) => total + one, 0)

describe.each(Object.keys(CAROUSEL_POLICIES) as CarouselPolicyName[])('%s', (name) => {
  it('shows every visitor twelve different playlists', async () => {
    const policy = await make(name)
    const visitors = Int32Array.from({ length: 60 }, (_, at) => at % 7)
    for (let round = 0; round < 3; round++) {
      const slates = await policy.choose(visitors, random(round))
      expect(slates.length).toBe(60 * 12)
      for (let at = 0; at < 60; at++) {
        const slate = slates.subarray(at * 12, (at + 1) * 12)
        expect(new Set(slate).size).toBe(12)
        expect(Math.min(...slate)).toBeGreaterThanOrEqual(0)
        expect(Math.max(...slate)).toBeLessThan(playlists.n)
      }
      const { clicks } = world.answer(visitors, slates, random(round))
      await policy.learn({ visitors, slates, clicks })
    }
    await policy.close?.()
  })

  it('does the same for the same seed', async () => {
    const [one, two] = [await run(name, 4, 3), await run(name, 4, 3)]
    expect(one.regret).toEqual(two.regret)
  })
})

describe('what is learned', () => {
  it.each([
    'deepcuts',
    'greedy',
    'ts-seg-naive',
    'ts-seg-pessimistic',
    'epsilon-greedy-seg',
    'ts-lin-naive',
    'ts-lin-pessimistic',
    'kl-ucb-seg',
  ] as const)('%s loses less at the end than at the start, and far less than chance', async (name) => {
    const { regret } = await run(name, 2, 25)
    const random12 = (await run('random', 2, 25)).regret
    const late = sum(regret.subarray(20))
    expect(late).toBeLessThan(0.6 * sum(regret.subarray(0, 5)))
    expect(late).toBeLessThan(0.6 * sum(random12.subarray(20)))
  })

  it('ours finds the best carousels of all listeners', async () => {
    const { regret, best } = await run('deepcuts', 3, 20)
    expect(regret[19]! / best[19]!).toBeLessThan(0.02)
  })

  it('popularity cannot tell the two tastes apart, and keeps losing', async () => {
    const { regret, best } = await run('popularity', 3, 20)
    expect(regret[19]! / best[19]!).toBeGreaterThan(0.02)
  })

  it('a pessimistic prior gives up sooner what was not clicked', async () => {
    const shownAfterMisses = async (missed: number) => {
      const policy = thompsonSegments(context, missed)
      const visitors = new Int32Array(40)
      const slates = Int32Array.from({ length: 480 }, (_, at) => at % 12)
      // Playlist 0 is clicked by everybody; 1 to 11 were never reached, 12 and up never shown.
      await policy.learn({ visitors, slates, clicks: new Int8Array(40).fill(0) })
      const drawn = await policy.choose(new Int32Array(500), random(1))
      let first = 0
      for (let at = 0; at < 500; at++) if (drawn[at * 12] === 0) first++
      return first
    }
    expect(await shownAfterMisses(99)).toBeGreaterThan(480)
    expect(await shownAfterMisses(1)).toBeLessThan(480)
  })

  it('nothing of a round is known within it: what is chosen does not depend on who comes later', async () => {
    const policy = await make('ts-seg-pessimistic')
    const few = await policy.choose(Int32Array.of(0, 1, 2), random(9))
    const again = await make('ts-seg-pessimistic')
    const many = await again.choose(Int32Array.of(0, 1, 2, 3, 4, 5), random(9))
    expect(many.subarray(0, 36)).toEqual(few)
  })
})

describe('the passes over what cannot reach the carousel', () => {
  it('leave the distribution as it is when every rate is drawn', async () => {
    const policy = thompsonSegments(context, 9)
    const rng = random(5)
    const visitors = Int32Array.from({ length: 40 }, () => 0)
    const slates = Int32Array.from({ length: 480 }, (_, at) => (at * 7 + Math.floor(at / 12)) % 40)
    const clicks = Int8Array.from({ length: 40 }, (_, at) => (at % 3 ? -1 : at % 12))
    await policy.learn({ visitors, slates, clicks })
    const seen = new Float64Array(40)
    const clicked = new Float64Array(40)
    for (let at = 0; at < 40; at++)
      for (let slot = 0; slot < (clicks[at]! < 0 ? 12 : clicks[at]! + 1); slot++) {
        seen[slates[at * 12 + slot]!]!++
        if (slot === clicks[at]) clicked[slates[at * 12 + slot]!]!++
      }
    const draws = 20_000
    const drawn = await policy.choose(new Int32Array(draws), rng)
    const [fast, slow] = [new Float64Array(40), new Float64Array(40)]
    for (const p of drawn) fast[p]!++
    for (let at = 0; at < draws; at++) {
      const rates = Array.from({ length: 40 }, (_, p) =>
        beta(1 + clicked[p]!, 9 + seen[p]! - clicked[p]!, rng),
      )
      const order = rates.map((_, p) => p).sort((a, b) => rates[b]! - rates[a]!)
      for (const p of order.slice(0, 12)) slow[p]!++
    }
    for (let p = 0; p < 40; p++) {
      const share = slow[p]! / draws
      expect(Math.abs(fast[p]! / draws - share)).toBeLessThan(
        5 * Math.sqrt((share * (1 - share) * 2) / draws) + 1e-9,
      )
    }
  })

  it('know a rate that is hardly ever exceeded', () => {
    const rng = random(2)
    const bound = hardlyBeyond(4, 100)
    for (let draw = 0; draw < 20_000; draw++) expect(beta(4, 100, rng)).toBeLessThan(bound)
    expect(bound).toBeLessThan(0.4)
  })
})

describe('the algebra behind ours', () => {
  const n = 5
  const rng = random(11)
  const rows = Array.from({ length: 9 }, () => Float64Array.from({ length: n }, () => rng.normal()))
  const matrix = new Float64Array(n * n)
  for (const row of rows)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j]! += row[i]! * row[j]!

  it('solves and inverts', async () => {
    const factor = Float64Array.from(matrix)
    expect(choleskyInPlace(factor, n)).toBe(true)
    const x = Float64Array.of(1, 2, 3, 4, 5)
    const solved = x.slice()
    solveLower(factor, n, solved)
    solveUpper(factor, n, solved)
    const inverse = inverseFrom(factor, n)
    for (let i = 0; i < n; i++) {
      expect(sum(solved.map((value, j) => matrix[i * n + j]! * value))).toBeCloseTo(x[i]!, 9)
      expect(sum(x.map((value, j) => inverse[i * n + j]! * value))).toBeCloseTo(solved[i]!, 9)
    }
    const products = await openProducts(n)
    const half = new Float32Array(n * n)
    inverseOfFactor(factor, n, half)
    const gram = await products.gram(half)
    for (let k = 0; k < n * n; k++) expect(gram[k]).toBeCloseTo(inverse[k]!, 4)
    await products.close()
  })

  it('says that a matrix is not positive definite', () => {
    expect(choleskyInPlace(Float64Array.of(1, 2, 2, 1), 2)).toBe(false)
  })
})
