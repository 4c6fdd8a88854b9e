import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import type { Engine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import { recommend } from '../src/recommend.ts'
import { inventedEngine } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 1500, years: 0.5 })
  await train(invented.engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
})
afterAll(() => invented.close())

/** The pool that a mix of these settings is drawn from, and how many rows were worth a shortlist. */
async function poolOf(engine: Engine, recipe: string, at: number, short: boolean) {
  const pool: number[] = []
  let standing = 0
  await recommend(
    { listener: 'ada', recipe, n: 30, at, seed: 3 },
    {
      ...engine,
      async serving(name) {
        const { scorer, ...serving } = await engine.serving(name)
        const ask: typeof scorer.standing = (listener, rows) => {
          standing = rows.length
          return scorer.standing!(listener, rows)
        }
        return { ...serving, scorer: { score: scorer.score, ...(short && { standing: ask }) } }
      },
      async logExposure(_mix, _occasion, body) {
        pool.push(...body.pool.track)
      },
    },
  )
  return { pool, standing }
}

describe('the shortlist of a listener who played a moment, some hours or two days ago', () => {
  test('leaves out no more than one in a hundred of those that all candidates together would bring into the pool', async () => {
    const { engine } = invented
    const log = await engine.library.log(await engine.library.listeners.get('ada'))
    const last = log.endedAt[log.size - 1]!
    let [wanted, found, most] = [0, 0, 0]
    for (const minutes of [5, 180, 2880])
      for (const recipe of ['daily-1', 'deep-cuts']) {
        const at = last + minutes * 60_000
        const short = await poolOf(engine, recipe, at, true)
        const among = new Set(short.pool)
        const whole = await poolOf(engine, recipe, at, false)
        most = Math.max(most, short.standing)
        wanted += whole.pool.length
        found += whole.pool.filter((track) => among.has(track)).length
      }
    expect(most).toBeGreaterThan(384)
    expect(found / wanted).toBeGreaterThanOrEqual(0.99)
  })
})
