import { describe, expect, it } from 'vitest'
import { outcome, UNKNOWN } from '../src/core/labels.ts'
import { AUDIO_FEATURES, fold } from '../src/core/track.ts'
import { WORLD_GENRES, WORLD_SOUND } from '../src/world/catalog.ts'
import type { WorldPlay } from '../src/world/listening.ts'
import { tasteNames } from '../src/world/taste.ts'
import { makeWorld } from '../src/world/world.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const world = makeWorld({ seed: 1, now: NOW })
const everyone = world.listeners.map((listener) => listener.index)
const judged = (plays: readonly WorldPlay[]) => plays.filter((play) => play.outcome !== UNKNOWN)
const genreOf = (play: WorldPlay) => WORLD_GENRES[world.tracks[play.track]!.genre]!.name
const finishRate = (plays: readonly WorldPlay[]) =>
  plays.reduce((sum, play) => sum + play.outcome, 0) / plays.length

describe('the invented catalog', () => {
  it('is the same for the same seed and another for another', () => {
    const small = { tracks: 200, years: 0.1, now: NOW }
    const told = (seed: number) => {
      const made = makeWorld({ seed, ...small })
      return JSON.stringify([[...made.catalogRecords()], [...made.listenerRecords(1)]])
    }
    expect(told(5)).toBe(told(5))
    expect(told(5)).not.toBe(told(6))
  })

  it('does not depend on which listener is asked first', () => {
    const [one, other] = [0, 1].map(() => makeWorld({ seed: 3, tracks: 200, years: 0.1, now: NOW }))
    ;[...one!.listenerRecords(2)]
    expect([...one!.listenerRecords(0)]).toEqual([...other!.listenerRecords(0)])
  })

  it('gives no two artists one name and no artist two tracks of one name', () => {
    const { artists, tracks } = makeWorld({ seed: 2, tracks: 20_000, listeners: 0, now: NOW })
    expect(new Set(artists.map((artist) => fold(artist.name))).size).toBe(artists.length)
    expect(new Set(tracks.map(({ ref }) => `${fold(ref.artist)}/${fold(ref.title)}`)).size).toBe(20_000)
  })

  it('has exactly the tracks that were asked for, each with its own id of 22 base-62 characters', () => {
    const ids = world.tracks.map((track) => track.ref.spotify)
    expect(new Set(ids).size).toBe(3000)
    for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{22}$/)
    expect(world.rowOf(ids[17]!)).toBe(17)
  })

  it('keeps every audio feature on its usual scale and leaves out about 3 % of them', () => {
    const ranges: Record<string, [number, number]> = {
      key: [0, 11],
      loudness: [-60, 0],
      mode: [0, 1],
      tempo: [50, 215],
      duration_ms: [60_000, 900_000],
      time_signature: [3, 5],
    }
    let missing = 0
    for (const { facts } of world.tracks) {
      if (!facts.audio) missing++
      else
        for (const feature of AUDIO_FEATURES) {
          const [low, high] = ranges[feature] ?? [0, 1]
          expect(facts.audio[feature], feature).toBeGreaterThanOrEqual(low)
          expect(facts.audio[feature], feature).toBeLessThanOrEqual(high)
        }
      expect(facts.popularity).toBeGreaterThanOrEqual(0)
      expect(facts.popularity).toBeLessThanOrEqual(100)
      expect(facts.year).toBeLessThanOrEqual(2026)
    }
    expect(missing / world.tracks.length).toBeGreaterThan(0.02)
    expect(missing / world.tracks.length).toBeLessThan(0.04)
  })

  it('correlates features as real music does, and every genre occurs', () => {
    const column = (name: (typeof WORLD_SOUND)[number]) =>
      world.tracks.map((t) => t.sound[WORLD_SOUND.indexOf(name)]!)
    const correlation = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, x, i) => sum + x * b[i]!, 0) / a.length
    expect(correlation(column('energy'), column('loudness'))).toBeGreaterThan(0.6)
    expect(correlation(column('energy'), column('acousticness'))).toBeLessThan(-0.6)
    expect(correlation(column('danceability'), column('valence'))).toBeGreaterThan(0.3)
    expect(new Set(world.tracks.map((track) => track.genre)).size).toBe(WORLD_GENRES.length)
  })
})

describe('the invented listeners', () => {
  it('play between 6,000 and 10,000 times in two years, in order, one play at a time, never after now', () => {
    for (const i of everyone) {
      const { plays } = world.history(i)
      expect(plays.length).toBeGreaterThan(6000)
      expect(plays.length).toBeLessThan(10_000)
      for (let at = 1; at < plays.length; at++) {
        const { endedAt, msPlayed } = plays[at]!.play
        expect(endedAt - msPlayed).toBeGreaterThan(plays[at - 1]!.play.endedAt - 1000)
      }
      expect(plays.at(-1)!.play.endedAt).toBeLessThanOrEqual(NOW)
    }
  })

  it('finish as often as the stated probability says, in every tenth of it', () => {
    const plays = everyone.flatMap((i) => judged(world.history(i).plays))
    for (let bin = 0; bin < 10; bin++) {
      const inBin = plays.filter((play) => Math.min(9, Math.floor(play.probability * 10)) === bin)
      const stated = inBin.reduce((sum, play) => sum + play.probability, 0) / inBin.length
      const error = Math.sqrt((stated * (1 - stated)) / inBin.length)
      expect(inBin.length).toBeGreaterThan(200)
      expect(Math.abs(finishRate(inBin) - stated), `bin ${bin}`).toBeLessThan(4 * error)
    }
  })

  it('are predictable as real listeners are: the best possible predictor has an AUC of about .8', () => {
    for (const i of everyone) {
      const plays = judged(world.history(i).plays).sort((a, b) => a.probability - b.probability)
      let ranks = 0
      plays.forEach((play, rank) => {
        ranks += play.outcome * (rank + 1)
      })
      const finishes = plays.filter((play) => play.outcome === 1).length
      const auc = (ranks - (finishes * (finishes + 1)) / 2) / (finishes * (plays.length - finishes))
      expect(auc).toBeGreaterThan(0.78)
      expect(auc).toBeLessThan(0.87)
    }
  })

  it('finish the genres of their tastes more than the others', () => {
    for (const i of everyone) {
      const liked = new Set(tasteNames(world.listeners[i]!))
      const plays = judged(world.history(i).plays)
      const inTaste = plays.filter((play) => liked.has(genreOf(play)))
      const outside = plays.filter((play) => !liked.has(genreOf(play)))
      expect(finishRate(inTaste)).toBeGreaterThan(finishRate(outside) + 0.1)
    }
  })

  it('tire of what they heard many times lately, and their sittings are not all alike', () => {
    const moment = { at: NOW, plays: 8, recentPlays: 0, impatience: 0 }
    const fresh = world.finishProbability(0, 5, moment)
    expect(world.finishProbability(0, 5, { ...moment, recentPlays: 6 })).toBeLessThan(fresh)
    expect(world.finishProbability(0, 5, { ...moment, impatience: 1 })).toBeLessThan(fresh)
    expect(world.finishProbability(0, 5, { ...moment, at: NOW + 9 * 3_600_000 })).not.toBe(fresh)
  })

  it('leave much of the catalog unheard, so that there is something to discover', () => {
    for (const i of everyone)
      expect(new Set(world.history(i).plays.map((p) => p.track)).size).toBeLessThan(2200)
  })
})

describe('the records for the importer', () => {
  const records = [...world.listenerRecords(0)]

  it('tell every play with the label that the world meant', () => {
    const plays = records.flatMap((record) => (record.kind === 'play' ? [record] : []))
    const truth = world.history(0).plays
    expect(plays).toHaveLength(truth.length)
    plays.forEach(({ track, play }, at) => {
      expect(world.rowOf(track.spotify!)).toBe(truth[at]!.track)
      const label = outcome({ ...play, skipped: play.skipped, lengthMs: Number.NaN, hasReasons: true })
      expect(label).toBe(truth[at]!.outcome)
      expect(play.endedAt % 1000).toBe(0)
      expect(Number.isInteger(play.msPlayed) && play.msPlayed > 0).toBe(true)
    })
  })

  it('tell some likes, a few bans and one artist never to hear again, each about tracks the listener truly likes or not', () => {
    const mean = (kind: 'like' | 'dislike') => {
      const rows = records.flatMap((r) => (r.kind === kind ? [world.rowOf(r.track.spotify!)!] : []))
      expect(rows.length).toBeGreaterThan(0)
      return rows.reduce((sum, row) => sum + world.finishProbability(0, row), 0) / rows.length
    }
    expect(mean('like')).toBeGreaterThan(mean('dislike') + 0.4)
    expect(records.filter((record) => record.kind === 'never')).toHaveLength(1)
  })
})

describe('the judge', () => {
  it('calls the best slate the best, a random one random, and everything else between', () => {
    const candidates = world.tracks.map((_, row) => row)
    const best = world.bestSlate(0, candidates, 30)
    expect(world.judge(0, best)).toMatchObject({ mix: world.judge(0, best).best })
    const liked = world.judge(0, world.bestSlate(0, candidates, 300).slice(270))
    expect(liked.mix).toBeLessThan(liked.best)
    expect(liked.mix).toBeGreaterThan(liked.random)
    expect(liked.best - liked.random).toBeGreaterThan(0.4)
  })

  it('finds the best only among the candidates it is given', () => {
    const few = [3, 14, 159, 265]
    expect(new Set(world.bestSlate(1, few, 9))).toEqual(new Set(few))
    const { random } = world.judge(1, [3], few)
    const mean = few.reduce((sum, row) => sum + world.finishProbability(1, row), 0) / 4
    expect(random).toBeCloseTo(mean, 12)
  })
})
