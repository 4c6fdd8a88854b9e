import { expect, it } from 'vitest'
import { localTimeIn } from '../src/core/clock.ts'
import { FINISH, SKIP } from '../src/core/labels.ts'
import { FEATURE_COUNT, FEATURE_INDEX } from '../src/features/feature-names.ts'
import { startHistory } from '../src/features/history.ts'
import { emptyEngine } from './suites/invented-listener.ts'

it('the lift of a track and its artist is that of the sittings that are over, against what else was heard in them', async () => {
  const invented = await emptyEngine()
  const tracks = ['Ona', 'Bel', 'Cleo'].map((artist) => ({
    kind: 'track' as const,
    track: { artist, title: 'Sunrise' },
    facts: { source: 'spotify' as const },
  }))
  await invented.put('me', tracks, 'catalog')
  const catalog = await invented.engine.library.catalog()
  await invented.close()
  const rowOf = (artist: string) =>
    Array.from(catalog.artist.keys()).find((row) => catalog.artists.at(catalog.artist[row]!) === artist)!
  const [ona, bel, cleo] = ['Ona', 'Bel', 'Cleo'].map(rowOf) as [number, number, number]
  const audio = new Float32Array(catalog.audio.length).fill(Number.NaN)
  const history = startHistory({ catalog, audio, localTime: localTimeIn('UTC') })
  let at = 1e12
  const played = (row: number, outcome: number) => {
    at += 180_000
    history.observe(row, at, outcome)
  }
  const liftsOf = (row: number) => {
    const out = new Float32Array(FEATURE_COUNT)
    history.describe(row, { at, inSitting: true }, out, 0)
    return [out[FEATURE_INDEX.trackSittingLift], out[FEATURE_INDEX.artistSittingLift]]
  }

  history.beginSitting()
  played(ona, FINISH)
  played(bel, SKIP)
  expect(liftsOf(ona), 'a sitting under way says nothing yet').toEqual([0, 0])
  history.beginSitting()
  // One of two was finished, and the other one beside two plays of one half: 1 − 1/3, drawn to 0 by two and by four plays.
  const lift = 1 - 1 / 3
  expect(liftsOf(ona)).toEqual([expect.closeTo(lift / 3, 6), expect.closeTo(lift / 5, 6)])
  expect(liftsOf(bel)).toEqual([expect.closeTo(-lift / 3, 6), expect.closeTo(-lift / 5, 6)])

  played(ona, SKIP)
  played(cleo, FINISH)
  history.beginSitting()
  expect(liftsOf(cleo)[0]).toBeGreaterThan(0)
  expect(liftsOf(ona)[0]).toBeLessThan(lift / 3)
  expect(liftsOf(bel)[0], 'it was not played again').toBeCloseTo(-lift / 3, 6)
})
