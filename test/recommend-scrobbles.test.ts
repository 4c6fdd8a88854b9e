import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { playOfScrobble } from '../src/core/scrobble.ts'
import { train } from '../src/learn/train.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, smallWorld } from './suites/invented-listener.ts'

const world = smallWorld({ tracks: 1500, years: 1 })
let invented: InventedEngine
beforeAll(async () => {
  invented = await emptyEngine()
  await invented.put('me', world.catalogRecords(), 'catalog')
  await invented.put('ada', scrobbled(), 'lastfm')
})
afterAll(() => invented.close())

/** What a scrobbler tells of ada's plays: those of which half or 240 s were heard, by name and beginning. */
function* scrobbled(): Iterable<ImportRecord> {
  for (const { track, play } of world.history(0).plays) {
    const { ref, durationMs } = world.tracks[track]!
    if (play.msPlayed < Math.min(durationMs / 2, 240_000)) continue
    const startedAt = play.endedAt - play.msPlayed
    yield {
      kind: 'play',
      track: { title: ref.title!, artist: ref.artist! },
      play: playOfScrobble({ startedAt }),
    }
  }
}

const drawn = async (recipe: string) =>
  (await recommend({ listener: 'ada', recipe, n: 20, at: NOW }, invented.engine)).mix

describe('a listener of whom there are scrobbles alone', () => {
  it.each(['daily-1', 'deep-cuts', 'on-repeat'])(
    'gets %s by what they come back to: better than chance, as the world knows',
    async (recipe) => {
      const { tracks } = await drawn(recipe)
      expect(tracks.length).toBeGreaterThan(5)
      const rows = tracks.map(({ track }) => world.rowOf(track.spotify!)!)
      const heard = new Set(world.history(0).plays.map(({ track }) => track))
      const all = world.tracks.map((_, row) => row)
      const choice = recipe === 'deep-cuts' ? all.filter((row) => !heard.has(row)) : all
      const { mix, random } = world.judge(0, rows, choice)
      expect(mix).toBeGreaterThan(random + 0.05)
    },
  )

  it('is told what the mix goes by, and never that they finished anything', async () => {
    for (const recipe of ['daily-1', 'deep-cuts']) {
      const { tracks, notes } = await drawn(recipe)
      expect(notes.join(' ')).toContain('Your plays are scrobbles, which do not say how they ended')
      expect(tracks.map(({ reason }) => reason.text).join('\n')).not.toMatch(/finished|skipped/)
    }
  })

  it('is told why nothing can be trained on them', async () => {
    const refused = train(invented.engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
    await expect(refused).rejects.toMatchObject({
      code: 'TOO_FEW_PLAYS',
      message: expect.stringMatching(
        /0 finished, 0 skipped.* [\d,]{3,} more plays do not say how they ended/,
      ),
    })
  })

  it('is described the same after a scrobble that comes while it runs as from the start', async () => {
    const { engine } = invented
    const facts = async () => {
      const { known, loved, trackHistory } = await engine.describe('ada', NOW)
      return { loved, histories: known.map(trackHistory) }
    }
    await facts()
    const last = world.tracks[world.history(0).plays[0]!.track]!.ref
    await invented.put('ada', [
      {
        kind: 'play',
        track: { title: last.title!, artist: last.artist! },
        play: playOfScrobble({ startedAt: NOW - 1000 }),
      },
    ])
    const grown = await facts()
    const heard = grown.histories.map(({ heard }) => heard)
    expect(heard.every((count) => count !== undefined)).toBe(true)
    const fresh = await engine.library.log(await engine.library.listeners.get('ada'))
    expect(fresh.heard!.reduce((sum, one) => sum + one, 0)).toBe(
      heard.reduce<number>((sum, count) => sum + count!, 0),
    )
  })
})
