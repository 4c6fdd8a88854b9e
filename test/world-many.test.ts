import { describe, expect, it } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { makeListeners } from '../src/world/many-listeners.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const SIZE = { listeners: 60, tracks: 800, events: 20_000, now: NOW }
const world = makeListeners({ seed: 1, ...SIZE })
const everyone = world.listeners.map(({ index }) => index)

describe('many invented listeners', () => {
  it('are the same for the same seed, whoever is asked first, and others for another', () => {
    const again = makeListeners({ seed: 1, ...SIZE })
    again.plays(7)
    expect([...again.playRecords(3)]).toEqual([...world.playRecords(3)])
    expect([...makeListeners({ seed: 2, ...SIZE }).playRecords(3)]).not.toEqual([...world.playRecords(3)])
  })

  it('play about as much as was asked for, the busiest hundreds of times more than the laziest', () => {
    const sizes = everyone.map((i) => world.plays(i).size)
    const all = sizes.reduce((sum, size) => sum + size, 0)
    expect(all).toBeGreaterThan(0.85 * SIZE.events)
    expect(all).toBeLessThan(1.05 * SIZE.events)
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThan(300)
  })

  it('play in the order of time, before now, whole seconds', () => {
    for (const i of everyone) {
      const { endedAt, msPlayed } = world.plays(i)
      for (let p = 0; p < endedAt.length; p++) {
        expect(endedAt[p]! % 1000).toBe(0)
        expect(endedAt[p]).toBeLessThanOrEqual(NOW)
        if (p > 0) expect(endedAt[p]! - msPlayed[p]!).toBeGreaterThan(endedAt[p - 1]! - 1000)
      }
    }
  })

  it('finish as often as the truth says, at every probability', () => {
    const bins = Array.from({ length: 5 }, () => ({ n: 0, p: 0, finished: 0 }))
    for (const i of everyone) {
      const { size, outcome, probability } = world.plays(i)
      for (let k = 0; k < size; k++) {
        if (outcome[k] === UNKNOWN) continue
        const bin = bins[Math.min(4, Math.floor(probability[k]! * 5))]!
        bin.n++
        bin.p += probability[k]!
        bin.finished += outcome[k] === FINISH ? 1 : 0
      }
    }
    for (const { n, p, finished } of bins) {
      expect(n).toBeGreaterThan(300)
      expect(Math.abs(finished - p) / n).toBeLessThan(0.05)
    }
  })

  it('share scenes that no catalog tells: who finishes one artist of a scene finishes another of it more than of the genre', () => {
    const [same, other] = [
      { n: 0, p: 0 },
      { n: 0, p: 0 },
    ]
    for (const { index, tastes } of world.listeners) {
      const { genre, scene } = tastes[0]!
      world.tracks.forEach((track, row) => {
        if (track.genre !== genre) return
        const told = world.sceneOf(track.artist) === scene ? same : other
        told.n++
        told.p += world.likability(index, row)
      })
    }
    expect(same.p / same.n).toBeGreaterThan(other.p / other.n + 0.05)
  })

  it('skip early, and never hear more than the track', () => {
    const { track, outcome, msPlayed } = world.plays(everyone.find((i) => world.activity[i]! > 1000)!)
    outcome.forEach((end, k) => {
      const { durationMs } = world.tracks[track[k]!]!
      expect(msPlayed[k]).toBeLessThanOrEqual(durationMs)
      if (end === FINISH) expect(msPlayed[k]).toBe(durationMs)
      if (end === SKIP) expect(msPlayed[k]).toBeLessThan(0.9 * durationMs)
    })
  })

  it('writes a table with a line a play', () => {
    const small = makeListeners({ seed: 4, listeners: 5, tracks: 50, events: 300, now: NOW })
    const lines = [...small.table()].join('').trim().split('\n')
    const plays = small.listeners.reduce((sum, { index }) => sum + small.plays(index).size, 0)
    expect(lines[0]).toBe('listener,ts,spotify_track_uri,artist,title,ms_played,reason_end')
    expect(lines).toHaveLength(1 + plays)
    expect(lines[1]).toMatch(/^listener 1,20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ,spotify:track:[0-9A-Za-z]{22},/)
  })

  it('makes one listener who plays all day, too', () => {
    const heavy = makeListeners({ seed: 5, listeners: 1, tracks: 300, events: 20_000, years: 0.3, now: NOW })
    expect(heavy.plays(0).size).toBeGreaterThan(3000)
  })
})
