import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import type { Engine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import { trackAt } from '../src/library/catalog.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { recommend } from '../src/recommend.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let engine: Engine

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 600, years: 0.5 })
  engine = invented.engine
  await train(engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
})
afterAll(() => invented.close())

const listener = () => engine.library.listeners.get('ada')
/** What a warm engine answers: the tracks with what is told of each. */
const answer = async (recipe = 'daily-1', at = NOW) => {
  const { mix } = await recommend({ listener: 'ada', recipe, n: 30, at, seed: 7 }, engine)
  return mix.tracks.map(({ track, likability, propensity, reason }) => ({
    id: track.id,
    told: [likability, propensity, reason.text],
  }))
}
const ids = async (recipe?: string) => (await answer(recipe)).map(({ id }) => id)

describe('what a warm engine keeps', () => {
  test('gives the same answer again, also after other questions', async () => {
    const before = await answer()
    await answer('deep-cuts')
    await answer('daily-1', NOW + 3_600_000)
    expect(await answer()).toEqual(before)
  })

  test('a dislike takes the track out of the next answer, and its undo brings the answer back', async () => {
    const before = await answer()
    const { id } = await listener()
    await engine.library.feedback.say(id, { kind: 'dislike', identifier: before[0]!.id, artist: '' })
    expect(await ids()).not.toContain(before[0]!.id)
    await engine.library.feedback.undo(id, 'ada')
    expect(await answer()).toEqual(before)
  })

  test('a like makes a new track a familiar one at once', async () => {
    const { id } = await listener()
    const [first] = await ids('deep-cuts')
    await engine.library.feedback.say(id, { kind: 'like', identifier: first!, artist: '' })
    expect(await ids('deep-cuts')).not.toContain(first)
    await engine.library.feedback.undo(id, 'ada')
    expect((await ids('deep-cuts'))[0]).toBe(first)
  })

  test('an exclusion of an artist takes them out, and its removal brings the answer back', async () => {
    const before = await answer()
    const { id } = await listener()
    const catalog = await engine.library.catalog()
    const row = catalog.rowOfIdentifier[before[0]!.id]!
    const rule = { kind: 'artist', artist: catalog.artists.at(catalog.artist[row]!) } as const
    const exclusion = await engine.library.exclusions.add(id, rule)
    expect(await ids()).not.toContain(before[0]!.id)
    await engine.library.exclusions.remove(id, exclusion.id)
    expect(await answer()).toEqual(before)
  })

  test('an import of plays makes a track known, and undoing it brings the answer back', async () => {
    const before = await answer('deep-cuts')
    const catalog = await engine.library.catalog()
    const { title, artist, spotify } = trackAt(catalog, catalog.rowOfIdentifier[before[0]!.id]!)
    const track = { title, artist, ...(spotify && { spotify }) }
    const play = {
      endedAt: NOW - 7_200_000,
      msPlayed: 200_000,
      reasonStart: 'trackdone',
      reasonEnd: 'trackdone',
    }
    await invented.put('ada', [
      { kind: 'play', track, play: { ...play, device: 'test', precision: 'second' } },
    ])
    expect(await ids('deep-cuts')).not.toContain(before[0]!.id)
    const last = (await engine.library.imports.list()).at(-1)!
    await engine.library.imports.undo(last.id)
    expect(await answer('deep-cuts')).toEqual(before)
  })

  test('an import in the middle of a request comes before all of it: rows of two catalogs never meet', async () => {
    let asked = 0
    const interrupted: Engine = {
      ...engine,
      async signals(name) {
        const signals = await engine.signals(name)
        if (asked++ === 0) await invented.put('me', anew(invented.world.catalogRecords()), 'catalog')
        return signals
      },
    }
    const query = { listener: 'ada', recipe: 'daily-1', n: 30, at: NOW, seed: 7 }
    const { mix } = await recommend(query, interrupted)
    expect(asked).toBe(2)
    expect(mix.tracks.map(({ track }) => track.id)).toEqual(await ids())
    await engine.library.imports.undo((await engine.library.imports.list()).at(-1)!.id)
  })

  test('a catalog that is imported anew with other features changes what is told', async () => {
    const before = await answer()
    const first = (await engine.library.imports.list()).find(({ format }) => format === 'catalog')!
    await engine.library.imports.undo(first.id)
    await invented.put('me', faster(invented.world.catalogRecords()), 'catalog')
    const after = await answer()
    expect(after.map(({ told }) => told)).not.toEqual(before.map(({ told }) => told))
  })
})

/** One more track, with what is told of the first. */
function* anew(records: Iterable<ImportRecord>): Iterable<ImportRecord> {
  const [first] = records
  if (first?.kind === 'track') yield { ...first, track: { title: 'Between', artist: 'Nobody Else' } }
}

/** The same tracks, every other one twice as fast. */
function* faster(records: Iterable<ImportRecord>): Iterable<ImportRecord> {
  let i = 0
  for (const record of records) {
    const audio = record.kind === 'track' ? record.facts?.audio : undefined
    if (record.kind !== 'track' || !audio?.tempo) yield record
    else
      yield {
        ...record,
        facts: { ...record.facts, audio: { ...audio, tempo: audio.tempo * (1 + (i++ % 2)) } },
      }
  }
}
