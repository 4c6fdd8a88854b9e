import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import { trackAt } from '../src/library/catalog.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { recommend } from '../src/recommend.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let engine: Engine
const MINUTE = 60_000

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 600, years: 0.5 })
  engine = invented.engine
  await train(engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
})
afterAll(() => invented.close())

const answersOf = async (asked: Engine, at: number) => {
  const answers: unknown[] = []
  for (const recipe of ['daily-1', 'daily-2', 'deep-cuts', 'on-repeat']) {
    const { mix } = await recommend({ listener: 'ada', recipe, n: 30, at, seed: 7 }, asked)
    answers.push(
      mix.tracks.map(({ track, likability, propensity, reason }) => [
        ...[track.id, likability, propensity, reason.text],
      ]),
    )
  }
  return answers
}

const trackOf = async (row: number) => {
  const { title, artist, spotify } = trackAt(await engine.library.catalog(), row)
  return { title, artist, ...(spotify && { spotify }) }
}

async function play(row: number, endedAt: number, finished = true, more = {}): Promise<void> {
  const record: ImportRecord = {
    kind: 'play',
    track: { ...(await trackOf(row)), ...more },
    play: {
      endedAt,
      msPlayed: finished ? 200_000 : 4000,
      reasonStart: 'trackdone',
      reasonEnd: finished ? 'trackdone' : 'fwdbtn',
      device: 'test',
      precision: 'second',
    },
  }
  await invented.put('ada', [record])
}

async function say(kind: 'like' | 'dislike', row: number): Promise<void> {
  const [{ id }, { trackId }] = [await engine.library.listeners.get('ada'), await engine.library.catalog()]
  await engine.library.feedback.say(id, { kind, identifier: trackId[row]!, artist: '' })
}

describe('the catalog', () => {
  test('stays when plays tell nothing new of its tracks, and is built anew when they do', async () => {
    const before = await engine.library.catalog()
    await play(40, NOW + 400 * MINUTE)
    expect(await engine.library.catalog()).toBe(before)
    await play(41, NOW + 404 * MINUTE, true, { mbid: '6f3f1f3a-5f6c-4f0e-9f0a-1b2c3d4e5f60' })
    const after = await engine.library.catalog()
    expect(after).not.toBe(before)
    expect(after.mbid.at(after.rowOfIdentifier[before.trackId[41]!]!)).not.toBe('')
  })
})

describe('a warm engine that was told of events one by one', () => {
  test('answers as one that reads all of them anew', async () => {
    const { at } = invented.clock
    const steps: (() => Promise<void>)[] = [
      () => play(5, at - 40 * MINUTE),
      () => play(9, at - 36 * MINUTE, false),
      () => say('like', 17),
      () => play(5, at - 3 * MINUTE),
      () => say('dislike', 21),
      // A sitting of its own, a play that is told late, and one that goes on in the sitting before.
      () => play(30, at + 90 * MINUTE),
      () => play(31, at - 300 * MINUTE),
      () => play(5, at + 95 * MINUTE),
    ]
    for (const step of steps) {
      await step()
      await answersOf(engine, at)
    }
    const moments = [at + 100 * MINUTE, at + 200 * MINUTE, NOW + 30 * 86_400_000]
    const warm: unknown[] = []
    for (const moment of moments) warm.push(await answersOf(engine, moment))
    await engine.close()
    const anew = await openEngine({ data: invented.folder, now: () => at, timeZone: 'UTC' })
    try {
      for (const [i, moment] of moments.entries()) expect(await answersOf(anew, moment)).toEqual(warm[i])
    } finally {
      await anew.close()
    }
  })
})
