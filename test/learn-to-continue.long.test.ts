import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { train } from '../src/learn/train.ts'
import { learnToContinue } from '../src/learn-to-continue.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

const LEADERS = 8
const FOLLOWERS = 4
const TRACKS = 50
const SHOWN = 8

const titleOf = (leader: number, k: number) => `Song ${leader}x${k}`

/**
 * Followers take most of what their leader has. Every artist is on every leader's playlist, so that who shares an artist says nothing, and who
 * shares playlists says all. Else everybody takes the songs of an artist or two.
 */
function* playlistRecords(follow: boolean): Iterable<ImportRecord> {
  const rng = random(`followers ${follow}`)
  const track = (leader: number, k: number) => ({
    title: titleOf(leader, k),
    artist: `Artist ${(leader * TRACKS + k) % 25}`,
  })
  for (let leader = 0; leader < LEADERS; leader++)
    for (let who = 0; who <= FOLLOWERS; who++) {
      const artists = rng.int(25)
      const order = rng.shuffle(Array.from({ length: LEADERS * TRACKS }, (_, at) => at))
      for (const at of order) {
        const [of, k] = [Math.floor(at / TRACKS), at % TRACKS]
        const wanted = follow
          ? of === leader && (who === 0 || rng.next() < 0.6)
          : at % 25 === artists || (at % 25 === (artists + 1) % 25 && rng.next() < 0.5)
        if (wanted)
          yield {
            kind: 'playlist-item',
            playlist: `List ${leader}.${who}`,
            track: track(of, k),
            addedAt: NOW - 86_400_000 * (1 + rng.int(300)),
          }
      }
    }
}

function* somePlays(): Iterable<ImportRecord> {
  const rng = random('some plays')
  yield* playsOf(
    Array.from({ length: 120 }, () => {
      const at = rng.int(LEADERS * TRACKS)
      return {
        title: titleOf(Math.floor(at / TRACKS), at % TRACKS),
        artist: `Artist ${at % 25}`,
        finished: rng.next() < 0.6,
      }
    }),
  )
}

const learn = async ({ engine }: InventedEngine) =>
  learnToContinue(engine, await engine.listener('ada'), 1, silent)

describe('playlists that follow others', () => {
  let invented: InventedEngine
  beforeAll(async () => {
    invented = await emptyEngine()
    await invented.put('ada', somePlays())
    await invented.put('ada', playlistRecords(true))
  })
  afterAll(() => invented.close())

  it('teach what kinship does not know: withheld parts are foreseen better, and the same again', async () => {
    const { choice, files } = await learn(invented)
    expect(choice.playlists).toBe(LEADERS * (FOLLOWERS + 1))
    expect(choice.share).toBeGreaterThan(0)
    expect(choice.ndcg!.blend).toBeGreaterThan(choice.ndcg!.kinship + 0.1)
    expect(choice.gain!.ci95[0]).toBeGreaterThan(0)
    expect(Object.values(files).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(100_000)
    expect((await learn(invented)).choice).toEqual(choice)
  }, 300_000)

  it('are continued by what was learned once a version holds it, in its mixes too', async () => {
    const { engine } = invented
    const playlists = async (seed: number) =>
      learnToContinue(engine, await engine.listener('ada'), seed, silent)
    const options = { listener: 'ada', seed: 1, preset: 'nano' } as const
    const catalog = await engine.library.catalog()
    const rowOf = (title: string) =>
      Array.from(catalog.trackId.keys()).find((row) => catalog.titles.at(row) === title)!
    const seeds = Array.from({ length: SHOWN }, (_, k) => catalog.trackId[rowOf(titleOf(3, k * 5))]!)
    const rightIn = async () => {
      const query = {
        listener: 'ada',
        recipe: 'continue',
        n: 25,
        at: NOW,
        novelty: 1,
        from: { trackIds: seeds, title: 'mine', kind: 'playlist' },
      } as const
      const drawn = await Promise.all(
        [1, 2, 3, 4].map(async (seed) => (await recommend({ ...query, seed }, engine)).mix.tracks),
      )
      const tracks = drawn.flat()
      return tracks.filter(({ track }) => track.title.startsWith('Song 3x')).length / tracks.length
    }
    const plain = await train(engine.library, options, silent)
    expect(plain.continuation).toBeUndefined()
    expect(await engine.continuing('ada')).toBeUndefined()
    const before = await rightIn()

    const taught = await train(engine.library, { ...options, playlists }, silent)
    expect(taught.continuation!.share).toBeGreaterThan(0)
    await engine.library.models.use((await engine.listener('ada')).id, taught.version)
    expect(await engine.continuing('ada')).toBeDefined()
    const after = await rightIn()
    expect(after).toBeGreaterThan(before + 0.15)
    expect(after).toBeGreaterThan(0.7)
  }, 300_000)
})

describe('playlists that hold no more than kinship knows', () => {
  it('do not make the continuation worse', async () => {
    const invented = await emptyEngine()
    await invented.put('ada', somePlays())
    await invented.put('ada', playlistRecords(false))
    const { choice } = await learn(invented)
    await invented.close()
    expect(choice.ndcg!.blend).toBeGreaterThan(choice.ndcg!.kinship - 0.02)
  }, 300_000)
})
