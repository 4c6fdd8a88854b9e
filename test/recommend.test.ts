import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Source } from '../src/candidates/source.ts'
import type { Familiarity, ScoredCandidate } from '../src/core/candidate.ts'
import { flowCost } from '../src/core/flow.ts'
import type { Mix, MixTrack } from '../src/core/mix.ts'
import { silent } from '../src/core/progress.ts'
import type { Query } from '../src/core/query.ts'
import type { Engine } from '../src/engine.ts'
import type { ExposureBody } from '../src/explore/exposure.ts'
import { policyOf } from '../src/explore/policies.ts'
import { train } from '../src/learn/train.ts'
import type { Exposure } from '../src/library/exposures.ts'
import { findRecipe, RECIPES } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import { emptyEngine, inventedEngine, NOW } from './suites/invented-listener.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NAMES = RECIPES.filter(({ startsFrom }) => !startsFrom).map(({ name }) => name)

let invented: Awaited<ReturnType<typeof inventedEngine>>
let engine: Engine
let mixes: Map<string, Mix>

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 600, years: 0.5 })
  engine = invented.engine
  await train(engine.library, { listener: 'ada', seed: 1 }, silent)
  mixes = new Map()
  for (const recipe of NAMES) mixes.set(recipe, await draw({ recipe }))
})
afterAll(() => invented.close())

const draw = async (query: Partial<Query>, by = engine): Promise<Mix> =>
  (await recommend({ listener: 'ada', recipe: 'daily-1', n: 30, at: NOW, ...query }, by)).mix
const ids = (mix: Mix) => mix.tracks.map(({ track }) => track.id)
const kinds = (mix: Mix) => new Set(mix.tracks.map(({ familiarity }) => familiarity))

describe('every mix', () => {
  it('holds each track once, in positions from 1 on, with a reason and numbers that can be', () => {
    for (const [name, { tracks }] of mixes) {
      expect(new Set(tracks.map(({ track }) => track.id)).size, name).toBe(tracks.length)
      tracks.forEach((track, i) => {
        expect(track.position).toBe(i + 1)
        expect(track.reason.text.length).toBeGreaterThan(5)
        expect(track.likability).toBeGreaterThan(0)
        expect(track.likability).toBeLessThan(1)
        expect(track.propensity).toBeGreaterThan(0)
        expect(track.propensity).toBeLessThanOrEqual(1 + 1e-9)
        expect(track.sources.length).toBeGreaterThan(0)
      })
    }
    expect(mixes.get('daily-1')!.tracks.length).toBe(30)
    expect(mixes.get('deep-cuts')!.tracks.length).toBe(30)
  })

  it('gives a corner that the taste does not have no tracks, and says so', async () => {
    const corners = (await engine.describe('ada', NOW)).clusters
    expect(corners).toBeLessThan(6)
    const { tracks, notes } = mixes.get('daily-6')!
    expect(tracks).toEqual([])
    expect(notes.join(' ')).toMatch(/there is no daily-6/)
  })

  it('is better for the listener than chance', async () => {
    const { world } = invented
    const all = world.tracks.map((_, row) => row)
    const unheard = all.filter((row) => world.history(0).moment(row, NOW).plays === 0)
    for (const recipe of ['daily-1', 'deep-cuts', 'on-repeat']) {
      const shares: number[] = []
      for (const seed of [1, 2, 3, 4]) {
        const { tracks } = await draw({ recipe, seed })
        const rows = tracks.map(({ track }) => world.rowOf(track.spotify!)!)
        const { mix, random, best } = world.judge(0, rows, recipe === 'deep-cuts' ? unheard : all)
        shares.push((mix - random) / (best - random))
      }
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
      expect(mean, recipe).toBeGreaterThan(0.12)
    }
  })
})

describe('the daily mixes', () => {
  it('are called by who is loved in their corner, each otherwise, and the same tomorrow', async () => {
    const { loved, clusters } = await engine.describe('ada', NOW)
    const { catalog } = await engine.shelves()
    const artists = (corner: number) =>
      loved
        .filter(({ cluster }) => cluster === corner)
        .map(({ row }) => catalog.artists.at(catalog.artist[row]!))
    const names: string[] = []
    for (let corner = 0; corner < clusters; corner++) {
      const recipe = `daily-${corner + 1}`
      const { title } = mixes.get(recipe)!
      const name = title.replace(`Daily mix ${corner + 1}: `, '')
      expect(name).not.toBe(title)
      expect(
        artists(corner).some((artist) => name.startsWith(artist)),
        title,
      ).toBe(true)
      names.push(name)
      expect((await draw({ recipe, at: NOW + DAY })).title).toBe(title)
    }
    expect(new Set(names).size).toBe(clusters)
  })

  it('keep the plain name where there is no such corner', () => {
    expect(mixes.get('daily-6')!.title).toBe('Daily mix 6')
  })
})

describe('novelty', () => {
  it('0 and 1 are promises: nothing new, nothing known', async () => {
    for (const recipe of ['daily-1', 'daily-2']) {
      expect(kinds(await draw({ recipe, novelty: 0 }))).toEqual(new Set(['familiar']))
      expect(kinds(await draw({ recipe, novelty: 1 }))).toEqual(new Set(['new']))
    }
  })

  it('between them is a share, rounded by a coin', async () => {
    for (const seed of [1, 2, 3]) {
      const { tracks } = await draw({ novelty: 0.5, n: 21, seed })
      const fresh = tracks.filter(({ familiarity }) => familiarity === 'new').length
      expect([10, 11]).toContain(fresh)
    }
  })

  it('does not change a recipe of one kind, which says so', async () => {
    const deep = await draw({ recipe: 'deep-cuts', novelty: 0 })
    expect(kinds(deep)).toEqual(new Set(['new']))
    expect(deep.notes.join(' ')).toMatch(/only songs that are new to you/)
    const repeat = await draw({ recipe: 'on-repeat', novelty: 1 })
    expect(kinds(repeat)).toEqual(new Set(['familiar']))
    expect(repeat.notes.join(' ')).toMatch(/only songs you know/)
  })

  it('new means never played, saved or liked', async () => {
    const { trackHistory } = await engine.describe('ada', NOW)
    const { catalog } = await engine.model('ada')
    const rows = mixes.get('deep-cuts')!.tracks.map(({ track }) => catalog.rowOfIdentifier[track.id]!)
    for (const row of rows) expect(trackHistory(row)).toMatchObject({ plays: 0, saved: false, liked: false })
  })
})

describe('a day', () => {
  it('has one mix, whenever it is asked for, and the next day another', async () => {
    const morning = await draw({ recipe: 'daily-2', at: NOW })
    expect(await draw({ recipe: 'daily-2', at: NOW })).toEqual(morning)
    expect(ids(await draw({ recipe: 'daily-2', at: NOW + 7 * HOUR }))).toEqual(ids(morning))
    expect(ids(await draw({ recipe: 'daily-2', at: NOW + 12 * HOUR }))).not.toEqual(ids(morning))
  })

  it('begins at midnight where the listener lives', async () => {
    await engine.library.listeners.setTimeZone('ada', 'Pacific/Auckland')
    const evening = NOW - 2 * HOUR
    const [before, after] = [await draw({ at: evening }), await draw({ at: evening + 2 * HOUR })]
    await engine.library.listeners.setTimeZone('ada', 'UTC')
    const [noon, later] = [await draw({ at: evening }), await draw({ at: evening + 2 * HOUR })]
    expect(ids(after)).not.toEqual(ids(before))
    expect(ids(later)).toEqual(ids(noon))
  })

  it('can be drawn anew with a seed, which repeats', async () => {
    const seeded = await draw({ seed: 7 })
    expect(await draw({ seed: 7 })).toEqual(seeded)
    expect(ids(await draw({ seed: 8 }))).not.toEqual(ids(seeded))
    expect(ids(mixes.get('daily-1')!)).not.toEqual(ids(seeded))
  })
})

describe('length', () => {
  it('beyond what there is gives what there is, and says so', async () => {
    const { tracks, notes } = await draw({ recipe: 'on-repeat', n: 200 })
    expect(tracks.length).toBeGreaterThan(0)
    expect(tracks.length).toBeLessThan(200)
    expect(notes.join(' ')).toContain(`${tracks.length} of 200 songs: no more fit this mix`)
  })

  it('of one is one track', async () => {
    expect((await draw({ n: 1 })).tracks).toHaveLength(1)
  })
})

/** The slate as the log tells it, put together again: pool with the logged scores, rules, order. */
function rebuilt({ recipe, body }: Exposure) {
  const log = JSON.parse(body) as ExposureBody
  const heads = Buffer.from(log.scores, 'base64').length / 2 / Math.max(1, log.pool.track.length)
  const scores = Buffer.from(log.scores, 'base64')
  const given = (value: number | null | undefined) => value ?? undefined
  const pool = log.pool.track.map((trackId, i): ScoredCandidate => {
    const [tempo, key, mode, energy] = log.flow[i]!.map(given)
    const sound = Object.entries({ tempo, key, mode, energy }).filter(([, value]) => value !== undefined)
    return {
      row: i,
      sources: [],
      trackId,
      artist: log.pool.artist[i]!,
      familiarity: (log.pool.new[i] ? 'new' : 'familiar') satisfies Familiarity,
      likability: 0.5,
      scores: Array.from({ length: heads }, (_, h) => fromHalf(scores.readUInt16LE(2 * (i * heads + h)))),
      ...Object.fromEntries(sound),
      ...(log.pool.corner && { corner: log.pool.corner[i]! }),
    }
  })
  const { novelty, artistGap, balance } = log
  const flow = flowCost(findRecipe(recipe).flow)
  const rules = { novelty, artistGap, flow, ...(balance && { balance }) }
  return { log, pool, stated: policyOf(log.policy).propensities(pool, rules, log.pattern, log.order) }
}

/** IEEE 754 half precision: sign, 5 bits of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024)
  return bits & 0x8000 ? -size : size
}

describe('the log of what was shown', () => {
  const exposureOf = async (mix: Mix) => {
    const { id } = await engine.library.listeners.get('ada')
    return (await engine.library.exposures.list(id)).filter((exposure) => exposure.draw === mix.draw)
  }

  it('has every draw once, however often it is shown', async () => {
    for (const mix of mixes.values()) {
      await draw({ recipe: mix.recipe })
      expect(await exposureOf(mix)).toHaveLength(1)
    }
  })

  it('has one slate of the day, whatever was drawn by a seed or a novelty before it', async () => {
    const fresh = NOW + 3 * 86_400_000
    await draw({ recipe: 'rediscover', seed: 3, at: fresh })
    await draw({ recipe: 'daily-1', novelty: 0.9, at: fresh })
    for (const recipe of ['rediscover', 'daily-1']) {
      const [exposure] = await exposureOf(await draw({ recipe, at: fresh + 60_000 }))
      expect(exposure).toMatchObject({ occasion: 'day', at: fresh + 60_000 })
    }
    const [seeded] = await exposureOf(await draw({ recipe: 'rediscover', seed: 3, at: fresh + 60_000 }))
    expect(seeded!.occasion).toBe('seeded')
    const [adjusted] = await exposureOf(await draw({ recipe: 'daily-1', novelty: 0.9, at: fresh + 60_000 }))
    expect(adjusted!.occasion).toBe('adjusted')
  })

  it('tells the order shown and probabilities that can be worked out again from it', async () => {
    for (const mix of [...mixes.values(), await draw({ novelty: 0.6, seed: 4, n: 50 })]) {
      const [exposure] = await exposureOf(mix)
      const { log, pool, stated } = rebuilt(exposure!)
      expect(log.order.map((position) => pool[position]!.trackId)).toEqual(ids(mix))
      expect(log.pattern.length).toBe(mix.tracks.length)
      mix.tracks.forEach((track, k) => {
        expect(Math.abs(Math.log(stated[k]!.propensity / track.propensity))).toBeLessThan(0.02)
        const product = mix.tracks
          .slice(0, k + 1)
          .reduce((sum, { propensity }) => sum + Math.log(propensity), 0)
        expect(Math.log(log.prefixPropensities[k]!)).toBeCloseTo(product, 6)
        expect(stated[k]!.explored).toBe(track.explored)
      })
    }
  })

  it('has the shares that a mix of all of the taste kept to, and no shares for a corner', async () => {
    const { clusters } = await engine.describe('ada', NOW)
    for (const mix of mixes.values()) {
      const { log } = rebuilt((await exposureOf(mix))[0]!)
      const balanced = ['deep-cuts', 'rediscover', 'on-repeat'].includes(mix.recipe)
      expect(log.balance?.shares.length, mix.recipe).toBe(balanced ? clusters : undefined)
    }
    expect(clusters).toBeGreaterThan(1)
  })

  it('shows that the artist gap holds wherever it did not have to give way', async () => {
    let checked = 0
    for (const mix of mixes.values()) {
      const { log, pool, stated } = rebuilt((await exposureOf(mix))[0]!)
      const artists = log.order.map((position) => pool[position]!.artist)
      artists.forEach((artist, k) => {
        if (stated[k]!.relaxed.includes('artist-gap')) return
        expect(artists.slice(Math.max(0, k - log.artistGap), k)).not.toContain(artist)
        checked++
      })
      const gaveWay = stated.some(({ relaxed }) => relaxed.length > 0)
      expect(mix.notes.join(' ').includes('closer together')).toBe(gaveWay || log.artistGap < 3)
    }
    expect(checked).toBeGreaterThan(100)
  })
})

describe('reasons', () => {
  it('tell numbers that are those of the plays', async () => {
    const plays = new Map<string, { plays: number; finishes: number; skips: number; last: number }>()
    const byArtist = new Map<string, { plays: number; finishes: number; tracks: Set<number> }>()
    for (const { track, play } of invented.world.history(0).plays) {
      const { ref } = invented.world.tracks[track]!
      const finished = play.reasonEnd === 'trackdone' ? 1 : 0
      const told = plays.get(ref.spotify) ?? { plays: 0, finishes: 0, skips: 0, last: 0 }
      plays.set(ref.spotify, {
        plays: told.plays + 1,
        finishes: told.finishes + finished,
        skips: told.skips + (['fwdbtn', 'backbtn', 'endplay'].includes(play.reasonEnd) ? 1 : 0),
        last: play.endedAt,
      })
      const artist = byArtist.get(ref.artist) ?? { plays: 0, finishes: 0, tracks: new Set() }
      artist.tracks.add(track)
      byArtist.set(ref.artist, { ...artist, plays: artist.plays + 1, finishes: artist.finishes + finished })
    }
    const counts = { familiar: 0, artist: 0 }
    const check = ({ track, familiarity, reason }: MixTrack) => {
      const [, some, all] =
        /you finished (?:all )?(\d+)(?: of (\d+))? (?:plays|times)/.exec(reason.text) ?? []
      if (some === undefined) return
      const [finishes, total] = [Number(some), Number(all ?? some)]
      if (familiarity === 'familiar') {
        counts.familiar++
        const known = plays.get(track.spotify!)!
        expect({ finishes, total }).toEqual({ finishes: known.finishes, total: known.plays })
        const skipped = / and skipped (none|\d+)/.exec(reason.text)?.[1]
        if (skipped) expect(skipped).toBe(known.skips ? String(known.skips) : 'none')
        else expect(known.finishes + known.skips).toBe(known.plays)
        const month = new Date(known.last).toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' })
        expect(reason.text).toMatch(month === 'November' ? /last this month/ : new RegExp(`last in ${month}`))
      } else if (/of (?:another track|\d+ other tracks)/.test(reason.text)) {
        counts.artist++
        const { plays: artistPlays, finishes: artistFinishes, tracks } = byArtist.get(track.artist)!
        expect({ finishes, total }).toEqual({ finishes: artistFinishes, total: artistPlays })
        expect(reason.text).toContain(tracks.size === 1 ? 'another track' : `${tracks.size} other tracks`)
      } else {
        const [, title, artist] = /(?:close in sound to|near) (.+) by (.+), which/.exec(reason.text)!
        const near = invented.world.tracks.find(({ ref }) => ref.title === title && ref.artist === artist)!
        const { finishes: f, plays: p } = plays.get(near.ref.spotify)!
        const told = / of |all /.test(reason.text.slice(reason.text.lastIndexOf('finished')))
        expect({ finishes, total }).toEqual({ finishes: f, total: told ? p : f })
      }
    }
    for (const { tracks } of mixes.values()) tracks.forEach(check)
    expect(counts.familiar).toBeGreaterThan(30)
    expect(counts.artist).toBeGreaterThan(5)
  })
})

describe('what cannot be done is told', () => {
  it('an unknown recipe, with those there are', async () => {
    await expect(draw({ recipe: 'party' })).rejects.toMatchObject({
      code: 'UNKNOWN_RECIPE',
      message: expect.stringContaining('daily-1'),
    })
  })

  it('an unknown listener, with those there are', async () => {
    await expect(draw({ listener: 'bob' })).rejects.toMatchObject({
      code: 'UNKNOWN_LISTENER',
      message: expect.stringContaining('ada'),
    })
  })

  it('a mix before anything was learned', async () => {
    const empty = await emptyEngine()
    await empty.put('ada', invented.world.listenerRecords(0))
    const mix = await draw({}, empty.engine)
    expect(mix).toMatchObject({ recipe: 'daily-1', modelVersion: 0 })
    expect(mix.tracks.length).toBeGreaterThan(10)
    expect(mix.notes.join(' ')).toMatch(/Nothing has been trained on your plays yet; "deepcuts train"/)
    await expect(empty.engine.model('ada')).rejects.toMatchObject({ code: 'NO_MODEL' })
    await empty.close()
  })

  it('a source that fails: the mix comes from the others, with a note', async () => {
    const broken: Source = {
      name: 'nearest',
      kind: 'new',
      most: 1,
      propose() {
        throw new Error('no index')
      },
    }
    const sourcesOf: Engine['sourcesOf'] = (recipe) => [...engine.sourcesOf(recipe).slice(0, 1), broken]
    const query = { listener: 'ada', recipe: 'daily-1', n: 10, at: NOW }
    const { mix, degraded } = await recommend(query, { ...engine, sourcesOf })
    expect(mix.tracks).toHaveLength(10)
    expect(mix.notes).toContain('Made without nearest, which failed.')
    expect(degraded).toEqual([{ source: 'nearest', problem: 'no index' }])
  })

  it('everybody’s taste model, when it fails: the mix comes from all sources but the one that asks it', async () => {
    const taste = new Error('no vectors')
    const signals: Engine['signals'] = async (name) => ({ ...(await engine.signals(name)), taste })
    const query = { listener: 'ada', recipe: 'daily-1', n: 10, at: NOW }
    const { mix, degraded } = await recommend(query, { ...engine, signals })
    expect(mix.tracks).toHaveLength(10)
    expect(degraded).toEqual([{ source: 'nearest', problem: 'no vectors' }])
  })
})

describe('an old export', () => {
  it('is taken as it stood when it ended, and the mix says so', async () => {
    const mix = await draw({ recipe: 'on-repeat', at: NOW + 300 * DAY })
    expect(mix.tracks.length).toBeGreaterThan(5)
    expect(mix.notes.join(' ')).toMatch(/Your history ends on 2026-11-2\d/)
    expect(mixes.get('on-repeat')!.notes.join(' ')).not.toMatch(/history ends/)
  })
})

describe('without a catalog', () => {
  it('discovery says what it needs, and the other mixes still come', async () => {
    const bare = await emptyEngine()
    await bare.put('ada', invented.world.listenerRecords(0))
    await train(bare.engine.library, { listener: 'ada', seed: 1 }, silent)
    const deep = await draw({ recipe: 'deep-cuts' }, bare.engine)
    expect(deep.tracks).toEqual([])
    expect(deep.notes.join(' ')).toMatch(/Discovery needs a catalog .*deepcuts import/)
    for (const recipe of ['daily-1', 'on-repeat']) {
      const { tracks, notes } = await draw({ recipe }, bare.engine)
      expect(tracks.length, recipe).toBeGreaterThan(10)
      expect(tracks.every(({ familiarity }) => familiarity === 'familiar')).toBe(true)
      if (recipe === 'daily-1') expect(notes.join(' ')).toMatch(/Discovery needs a catalog/)
    }
    await bare.close()
  })
})
