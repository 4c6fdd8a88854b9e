import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { train } from '../src/learn/train.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf, smallWorld } from './suites/invented-listener.ts'

const OPTIONS = { listener: 'ada', seed: 3, preset: 'nano' } as const
const DAY = 86_400_000

/** A world whose listener's plays come in two exports: up to `cut`, and after it. */
async function twoExports(cut: number) {
  const world = smallWorld({ tracks: 500, years: 0.6 })
  const records = [...world.listenerRecords(0)]
  const isLate = (record: ImportRecord) => record.kind === 'play' && record.play.endedAt > cut
  const invented = await emptyEngine()
  await invented.put('me', world.catalogRecords(), 'catalog')
  await invented.put(
    'ada',
    records.filter((record) => !isLate(record)),
  )
  return { invented, later: () => invented.put('ada', records.filter(isLate)) }
}

/** What the steps of a training were called. */
function stages() {
  const names: string[] = []
  return { names, progress: { ...silent, stage: (name: string) => void names.push(name) } }
}

describe('a refresh', () => {
  let world: Awaited<ReturnType<typeof twoExports>>
  beforeAll(async () => {
    world = await twoExports(NOW - 30 * DAY)
  })
  afterAll(() => world.invented.close())

  it('goes on from the version that serves: its seed, preset and encoding, the new plays, one round', async () => {
    const { invented, later } = world
    const { library } = invented.engine
    const before = await train(library, OPTIONS, silent)
    await later()
    const told = stages()
    const after = await train(library, { listener: 'ada', seed: 1, refresh: true }, told.progress)
    expect(after).toMatchObject({ version: 2, refresh: { from: 1 }, seed: 3, preset: 'nano' })
    expect(told.names).toContain('going on with the plays before the last tenth')
    expect(told.names).not.toContain('lines to beat')
    expect(after.plays).toBeGreaterThan(before.plays)
    expect(after.lastPlayAt).toBeGreaterThan(before.lastPlayAt)
    expect(after.heldOutFrom).toBeGreaterThan(before.heldOutFrom!)
    expect(after.promotion).toMatchObject({ against: 1 })
    const { id } = await library.listeners.get('ada')
    const [refreshed, parent] = await library.models.list(id)
    expect(refreshed).toMatchObject({ parent: 1, training: { refresh: { from: 1 } } })
    const encoderOf = async (version: number) => {
      const { files } = await library.models.load(id, version)
      return JSON.parse(Buffer.from(files['model.json']!).toString()).ensemble.encoder as unknown
    }
    expect(await encoderOf(2)).toEqual(await encoderOf(parent!.version))
  })

  it('foresees the tail as well as a training in full, within what differs by chance', async () => {
    const { library } = world.invented.engine
    const [, parent] = await library.models.list((await library.listeners.get('ada')).id)
    const full = await train(library, OPTIONS, silent)
    await library.models.use((await library.listeners.get('ada')).id, parent!.version)
    const refreshed = await train(library, { ...OPTIONS, refresh: true }, silent)
    const loss = ({ heldOut }: typeof full) => heldOut.models.at(-1)!.beforeSitting.logLoss
    expect(refreshed.heldOut.plays).toBe(full.heldOut.plays)
    expect(loss(refreshed)).toBeLessThan(loss(full) + 0.02)
    const lines = refreshed.heldOut.models.map((model) => model.beforeSitting.logLoss)
    expect(lines.at(-1)).toBeLessThan(lines[0]! - 0.03)
  })

  it('changes nothing when it is stopped', async () => {
    const { library } = world.invented.engine
    const { id } = await library.listeners.get('ada')
    const before = await library.models.list(id)
    const stop = new AbortController()
    const progress = {
      ...silent,
      stage: (name: string) => name.startsWith('going on') && stop.abort(new Error('stop')),
    }
    await expect(
      train(library, { ...OPTIONS, refresh: true }, progress as typeof silent, stop.signal),
    ).rejects.toThrow('stop')
    expect(await library.models.list(id)).toEqual(before)
  })
})

describe('a refresh that has nothing to go on from trains in full, and says why', () => {
  const coin = random('refresh')
  const some = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      title: `Track ${coin.int(20)}`,
      artist: `Artist ${i % 5}`,
      finished: coin.next() < 0.6,
    }))
  const full = async ({ engine }: InventedEngine) => {
    const { refresh, version } = await train(engine.library, { ...OPTIONS, refresh: true }, silent)
    return { refresh, version }
  }
  const withPlays = async () => {
    const invented = await emptyEngine()
    onTestFinished(invented.close)
    await invented.put('ada', playsOf(some(200), NOW - 60 * DAY))
    return invented
  }

  it('where nothing serves yet', async () => {
    expect(await full(await withPlays())).toEqual({ refresh: { full: 'no version serves' }, version: 1 })
  })

  it('where the version held nothing out', async () => {
    const invented = await emptyEngine()
    onTestFinished(invented.close)
    const few = some(44).map((play, i) => ({ ...play, finished: i % 2 === 0 }))
    await invented.put('ada', playsOf(few, NOW - 60 * DAY))
    await full(invented)
    await invented.put('ada', playsOf(some(200), NOW - 20 * DAY))
    expect((await full(invented)).refresh).toEqual({
      full: 'the version that serves kept no model that had not seen its last plays',
    })
  })

  it('where plays were taken away, so that its held-out model has seen a part of the new tail', async () => {
    const invented = await withPlays()
    await full(invented)
    const { engine } = invented
    const { id } = await engine.library.listeners.get('ada')
    const { endedAt } = await engine.library.log(await engine.library.listeners.get('ada'))
    await engine.library.exclusions.add(id, { kind: 'time', from: endedAt[120]!, to: NOW })
    expect((await full(invented)).refresh).toEqual({
      full: 'plays were taken away or are older than what it held out',
    })
  })

  it('where there is something new to tell apart', async () => {
    const invented = await withPlays()
    await full(invented)
    const likes = Array.from({ length: 50 }, (_, i): ImportRecord => {
      return { kind: 'like', track: { title: `Track ${i % 10}`, artist: `Artist ${Math.floor(i / 10)}` } }
    })
    await invented.put('ada', likes)
    expect((await full(invented)).refresh).toEqual({
      full: 'there is more or less to tell apart than it learned',
    })
  })

  it('where a catalog brought sound that it does not read', async () => {
    const invented = await withPlays()
    await full(invented)
    const audio = (i: number) => ({
      danceability: (i % 7) / 7,
      energy: (i % 5) / 5,
      loudness: -i,
      valence: (i % 3) / 3,
    })
    const tracks = Array.from(
      { length: 100 },
      (_, i): ImportRecord => ({
        kind: 'track',
        track: { title: `Track ${i % 20}`, artist: `Artist ${Math.floor(i / 20)}` },
        facts: { source: 'spotify', audio: audio(i) },
      }),
    )
    await invented.put('me', tracks, 'catalog')
    const { refresh } = await full(invented)
    expect(refresh).toEqual({ full: 'the catalog sounds otherwise than when it learned' })
  })
})

describe('without any training', () => {
  it('new plays and a like change the next mix of the same version', async () => {
    const { invented } = await twoExports(NOW - 5 * DAY)
    onTestFinished(invented.close)
    const { engine } = invented
    await train(engine.library, OPTIONS, silent)
    const mix = async (at: number) => {
      invented.clock.at = at
      const { mix: drawn } = await recommend(
        { listener: 'ada', recipe: 'daily-1', n: 20, at, seed: 1 },
        engine,
      )
      return { version: drawn.modelVersion, tracks: drawn.tracks.map(({ track }) => track.id) }
    }
    const first = await mix(NOW)
    expect(await mix(NOW)).toEqual(first)

    const { catalog } = await engine.model('ada')
    const row = (id: number) => catalog.rowOfIdentifier[id]!
    const { id } = await engine.library.listeners.get('ada')
    await engine.library.feedback.say(id, { kind: 'dislike', identifier: first.tracks[0]!, artist: '' })
    const refused = await mix(NOW)
    expect(refused.version).toBe(first.version)
    expect(refused.tracks).not.toContain(first.tracks[0])

    // The same songs skipped again and again, in an export that came later.
    const skipped = first.tracks.slice(1, 6).map(row)
    const again = skipped.flatMap((at) =>
      Array.from({ length: 6 }, () => ({
        title: catalog.titles.at(at),
        artist: catalog.artists.at(catalog.artist[at]!),
        finished: false,
      })),
    )
    const before = await engine.describe('ada', NOW)
    const skips = skipped.map((at) => before.trackHistory(at).skips)
    await invented.put('ada', playsOf(again, NOW - 0.2 * DAY))
    const after = await engine.describe('ada', NOW)
    expect(skipped.map((at) => after.trackHistory(at).skips)).toEqual(skips.map((n) => n + 6))
    const later = await mix(NOW)
    expect(later.version).toBe(first.version)
    expect(later.tracks).not.toEqual(refused.tracks)
    const stay = first.tracks.slice(1, 6).filter((track) => later.tracks.includes(track))
    expect(stay.length).toBeLessThan(3)
  })
})
