import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flowCost } from '../src/core/flow.ts'
import type { Mix } from '../src/core/mix.ts'
import { silent } from '../src/core/progress.ts'
import type { Query, Seeds } from '../src/core/query.ts'
import type { Engine } from '../src/engine.ts'
import type { ExposureBody } from '../src/explore/exposure.ts'
import { policyOf } from '../src/explore/policies.ts'
import { train } from '../src/learn/train.ts'
import { type Catalog, hasAudio, rowOfTrack } from '../src/library/catalog.ts'
import { songKey } from '../src/library/songs.ts'
import { findRecipe } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import { findSeeds } from '../src/seeds.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let engine: Engine
let catalog: Catalog
/** A track with audio whose artist has others, and a playlist of five such tracks. */
let track: Seeds
let playlist: Seeds

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 500, years: 0.3 })
  engine = invented.engine
  await train(engine.library, { listener: 'ada', seed: 1 }, silent)
  catalog = await engine.library.catalog()
  const rows = Array.from(catalog.artist.keys()).filter(
    (row) => hasAudio(catalog, row) && catalog.artist[row]! > 0,
  )
  const ids = rows.map((row) => catalog.trackId[row]!)
  track = { trackIds: [ids[40]!], title: 'The seed' }
  playlist = { trackIds: [10, 90, 170, 250, 330].map((i) => ids[i]!), title: 'My list', kind: 'playlist' }
})
afterAll(() => invented.close())

const draw = async (query: Partial<Query>): Promise<Mix> =>
  (await recommend({ listener: 'ada', recipe: 'radio', n: 20, at: NOW, ...query }, engine)).mix
const ids = (mix: Mix) => mix.tracks.map(({ track: { id } }) => id)
const songs = (trackIds: readonly number[]) => trackIds.map((id) => songKey(catalog, rowOfTrack(catalog, id)))

/** Mean of the least sound distance of a mix's tracks to the seeds. */
async function distance(mix: Mix, { trackIds }: Seeds): Promise<number> {
  const { audio } = await engine.shelves()
  const { soundDistance } = await import('../src/candidates/sound.ts')
  const seeds = trackIds.map((id) => rowOfTrack(catalog, id))
  const least = ids(mix)
    .map((id) => Math.min(...seeds.map((seed) => soundDistance(audio, rowOfTrack(catalog, id), seed))))
    .filter(Number.isFinite)
  return least.reduce((sum, one) => sum + one, 0) / least.length
}

describe('a radio', () => {
  it('is close to where it starts: another start, another radio', async () => {
    const daily = await draw({ recipe: 'daily-1' })
    const radio = await draw({ from: track })
    expect(radio.title).toBe('Radio: The seed')
    expect(radio.tracks).toHaveLength(20)
    expect(await distance(radio, track)).toBeLessThan(0.85 * (await distance(daily, track)))
    const other = await draw({ from: { ...track, trackIds: playlist.trackIds.slice(0, 1) } })
    expect(ids(other)).not.toEqual(ids(radio))
  })

  it('never repeats its seed, in any version, and holds each song once', async () => {
    for (const from of [track, playlist])
      for (const seed of [1, 2, 3]) {
        const drawn = songs(ids(await draw({ from, seed })))
        expect(drawn.filter((song) => songs(from.trackIds).includes(song))).toEqual([])
        expect(new Set(drawn).size).toBe(drawn.length)
      }
  })

  it('of an artist may hold their songs, but not only', async () => {
    const name = catalog.artists.at(catalog.artist[rowOfTrack(catalog, track.trackIds[0]!)]!)
    const { seeds } = await findSeeds(engine, [name])
    expect(seeds).toMatchObject({ title: name, kind: 'artist' })
    const artists = (await draw({ from: seeds })).tracks.map(({ track: { artist } }) => artist)
    expect(artists).toContain(name)
    expect(new Set(artists).size).toBeGreaterThan(4)
  })

  it('says of each track what ties it to the start, and nothing else about new ones', async () => {
    const { tracks } = await draw({ from: track })
    const tied = tracks.filter(({ reason }) =>
      /The seed|as well|an artist like|sound like|too|playlist/.test(reason.text),
    )
    expect(tied.length).toBeGreaterThan(10)
  })

  it('is the same all day, and another the next day', async () => {
    const morning = ids(await draw({ from: track }))
    expect(ids(await draw({ from: track, at: NOW + 3_600_000 }))).toEqual(morning)
    expect(ids(await draw({ from: track, at: NOW + 86_400_000 }))).not.toEqual(morning)
  })

  it('keeps the promises of novelty, and obeys a no', async () => {
    for (const [novelty, kind] of [
      [0, 'familiar'],
      [1, 'new'],
    ] as const) {
      const { tracks } = await draw({ from: track, novelty })
      expect(new Set(tracks.map(({ familiarity }) => familiarity))).toEqual(new Set([kind]))
    }
    const [first] = (await draw({ from: track })).tracks
    const { id } = await engine.library.listeners.get('ada')
    await engine.library.feedback.say(id, { kind: 'dislike', identifier: first!.track.id, artist: '' })
    await engine.library.feedback.say(id, { kind: 'never', identifier: 0, artist: first!.track.artist })
    const after = await draw({ from: track })
    expect(after.tracks.filter(({ track: { artist } }) => artist === first!.track.artist)).toEqual([])
    await engine.library.feedback.undo(id, 'ada')
    await engine.library.feedback.undo(id, 'ada')
  })
})

describe('a continuation', () => {
  it('holds nothing of the playlist, is close to it, and is named after it', async () => {
    const more = await draw({ recipe: 'continue', from: playlist })
    expect(more.title).toBe('More for My list')
    expect(songs(ids(more)).filter((song) => songs(playlist.trackIds).includes(song))).toEqual([])
    expect(await distance(more, playlist)).toBeLessThan(
      await distance(await draw({ recipe: 'daily-1' }), playlist),
    )
  })

  it('logs where it started and what it followed on, so that its probabilities can be worked out again', async () => {
    const mix = await draw({ recipe: 'continue', from: playlist, seed: 5 })
    const { id } = await engine.library.listeners.get('ada')
    const logged = (await engine.library.exposures.list(id)).find(({ draw: name }) => name === mix.draw)!
    const body = JSON.parse(logged.body) as ExposureBody
    expect(logged.recipe).toMatch(/^continue@[0-9a-f]{12}$/)
    expect(body.from).toEqual(playlist)
    const [tempo, key, mode, energy] = body.after!
    expect([tempo, energy].every((value) => typeof value === 'number')).toBe(true)
    const known = (values: Record<string, number | null | undefined>) =>
      Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'number'))
    const scores = halves(body.scores)
    const heads = scores.length / body.pool.track.length
    const pool = body.pool.track.map((trackId, i) => ({
      ...{ row: i, trackId, artist: body.pool.artist[i]!, sources: [], likability: 0.5 },
      familiarity: body.pool.new[i] ? ('new' as const) : ('familiar' as const),
      scores: scores.slice(i * heads, (i + 1) * heads),
      ...known({
        tempo: body.flow[i]![0],
        key: body.flow[i]![1],
        mode: body.flow[i]![2],
        energy: body.flow[i]![3],
      }),
    }))
    const cost = flowCost(findRecipe('continue').flow)
    const after = known({ tempo, key, mode, energy })
    const rules = {
      novelty: body.novelty,
      artistGap: body.artistGap,
      flow: ((previous, next) => cost(previous ?? after, next)) as typeof cost,
    }
    const { propensities } = policyOf(body.policy)
    const again = propensities(pool, rules, body.pattern, body.order)
    mix.tracks.forEach(({ propensity }, k) => {
      expect(again[k]!.propensity / propensity).toBeGreaterThan(0.97)
      expect(again[k]!.propensity / propensity).toBeLessThan(1.03)
    })
    const without = propensities(pool, { ...rules, flow: cost }, body.pattern, body.order)
    expect(without[0]!.propensity).not.toBeCloseTo(again[0]!.propensity, 6)
  })
})

describe('a listener without plays', () => {
  it('is served from a playlist at once, without a model', async () => {
    const { listeners, store } = engine.library
    await store.write((await listeners.findOrCreate('bea')).writes)
    const more = await draw({ listener: 'bea', recipe: 'continue', from: playlist })
    expect(more.tracks).toHaveLength(20)
    expect(songs(ids(more)).filter((song) => songs(playlist.trackIds).includes(song))).toEqual([])
    expect(await distance(more, playlist)).toBeLessThan(
      await distance(await draw({ recipe: 'daily-1' }), playlist),
    )
    expect(more.notes[0]).toMatch(/Nothing is known of your taste yet, so this goes by where it starts alone/)
  })
})

describe('what a recipe starts from', () => {
  it('is needed by radio and continue, and refused by the others', async () => {
    await expect(draw({})).rejects.toMatchObject({ code: 'NEEDS_SEEDS' })
    await expect(draw({ recipe: 'continue' })).rejects.toMatchObject({ code: 'NEEDS_SEEDS' })
    await expect(draw({ from: { trackIds: [999_999], title: 'x' } })).rejects.toMatchObject({
      code: 'NEEDS_SEEDS',
    })
    await expect(draw({ recipe: 'daily-1', from: track })).rejects.toMatchObject({ code: 'NEEDS_NO_SEEDS' })
  })

  it('may have any name: a title is one line of a length that can be read', async () => {
    const { title } = await draw({ from: { ...track, title: `a\u0000\r\n\tb<i>${'🎵'.repeat(5000)}` } })
    expect(title).toMatch(/^Radio: a b<i>🎵+…$/u)
    expect([...title].length).toBeLessThan(120)
  })
})

function halves(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64')
  return Array.from({ length: bytes.length / 2 }, (_, i) => {
    const bits = bytes.readUInt16LE(i * 2)
    const [sign, exponent, mantissa] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
    return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15))
  })
}
