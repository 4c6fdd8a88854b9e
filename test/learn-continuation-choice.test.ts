import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { blendedCloseness, chooseShare, type JudgedPlaylist } from '../src/learn/continuation-choice.ts'
import { continuationFiles, readContinuation } from '../src/learn/continuation-files.ts'
import { learnToContinue } from '../src/learn-to-continue.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { emptyEngine } from './suites/invented-listener.ts'

/** Playlists of 200 candidates, 20 wanted, each scored by so much truth beside a unit of noise. */
function judged(kinship: number, trained: number, playlists = 60): JudgedPlaylist[] {
  const rng = random(`share ${kinship} ${trained}`)
  return Array.from({ length: playlists }, (_, p) => {
    const wanted = new Set(rng.shuffle(Array.from({ length: 200 }, (_, at) => at)).slice(0, 20))
    const scored = (truth: number) =>
      Array.from({ length: 200 }, (_, at) => (wanted.has(at) ? truth : 0) + rng.normal())
    return {
      fold: p % 4,
      kinship: scored(kinship),
      trained: scored(trained).map((value) => 50 * value - 7),
      wanted,
    }
  })
}

const choose = (playlists: JudgedPlaylist[]) => chooseShare(playlists, random('bootstrap'))

describe('how much of what playlists taught counts', () => {
  it('is all or most of it where that alone knows what comes', () => {
    const { share, ndcg } = choose(judged(0, 2))
    expect(share).toBeGreaterThanOrEqual(0.75)
    expect(ndcg!.blend).toBeGreaterThan(ndcg!.kinship + 0.3)
  })

  it('is nothing where kinship alone knows', () => {
    const { share, ndcg } = choose(judged(2, 0))
    expect(share).toBe(0)
    expect(ndcg!.blend).toBeGreaterThan(ndcg!.kinship - 0.01)
  })

  it('is a part where both know something, and then both are better than either', () => {
    const { share, ndcg, gain } = choose(judged(1.5, 1.5))
    expect([0.25, 0.5, 0.75]).toContain(share)
    expect(ndcg!.blend).toBeGreaterThan(Math.max(ndcg!.kinship, ndcg!.trained) + 0.05)
    expect(gain!.ci95[0]).toBeGreaterThan(0)
  })

  it('is nothing with fewer than twenty playlists', () => {
    expect(choose(judged(0, 2, 19))).toEqual({ share: 0, playlists: 19 })
  })

  it('keeps the scale of kinship, whatever the scale of what was learned', () => {
    const kinship = [1, 2, 3, 4]
    const close = Array.from(blendedCloseness(kinship, [400, 300, 200, 100], 1))
    for (const [at, value] of [4, 3, 2, 1].entries()) expect(close[at]).toBeCloseTo(value)
    for (const value of blendedCloseness(kinship, [400, 300, 200, 100], 0.5)) expect(value).toBeCloseTo(2.5)
    expect(Array.from(blendedCloseness(kinship, [7, 7, 7, 7], 0))).toEqual(kinship)
  })
})

describe('the ranker of playlists', () => {
  it('is read as it was kept; one that reads other signals is refused', () => {
    const kept = {
      share: 0.5,
      ranker: { heads: 2, scale: { mean: [1], sd: [2] }, onnx: Uint8Array.of(1, 2) },
    }
    const files = continuationFiles(kept)
    expect(readContinuation(files, 1)).toEqual(kept)
    expect(readContinuation({}, 1)).toBeUndefined()
    const json = JSON.parse(Buffer.from(files['continuation.json']!).toString())
    const other = Buffer.from(JSON.stringify({ ...json, signals: ['another'] }))
    expect(() => readContinuation({ ...files, 'continuation.json': other }, 3)).toThrowError(
      expect.objectContaining({ code: 'MODEL_OLD' }),
    )
  })

  it('is not learned where fewer than twenty playlists have ten tracks', async () => {
    const invented = await emptyEngine()
    const items = (playlist: string, tracks: number) =>
      Array.from(
        { length: tracks },
        (_, k): ImportRecord => ({
          kind: 'playlist-item',
          playlist,
          track: { title: `Song ${k}`, artist: `Artist ${k % 5}` },
        }),
      )
    const lists = Array.from({ length: 30 }, (_, p) => items(`List ${p}`, p < 19 ? 12 : 9))
    await invented.put('ada', lists.flat())
    const { engine } = invented
    const learned = await learnToContinue(engine, await engine.listener('ada'), 1, silent)
    expect(learned).toEqual({ choice: { share: 0, playlists: 19 }, files: {} })
    await invented.close()
  })
})
