import { describe, expect, test } from 'vitest'
import type { ArtistHistory, TrackHistory } from '../src/core/listener.ts'
import { type LovedTrack, type ReasonFacts, reason } from '../src/mix/reasons.ts'

const NOW = Date.UTC(2024, 5, 20)
const MARCH = Date.UTC(2024, 2, 31, 23, 59)

const track = (plays: number, finishes: number, more: Partial<TrackHistory> = {}): TrackHistory => ({
  plays,
  finishes,
  skips: plays - finishes,
  firstPlayedAt: MARCH,
  lastPlayedAt: plays > 0 ? MARCH : Number.NaN,
  saved: false,
  liked: false,
  ...more,
})
const artist = (plays: number, finishes: number, tracks: number): ArtistHistory => ({
  name: 'Ada',
  plays,
  finishes,
  skips: plays - finishes,
  tracks,
})
const near = (plays: number, finishes: number, saved = false): LovedTrack => ({
  title: 'Stairs',
  artist: 'Bo',
  saved,
  liked: false,
  finishes,
  skips: plays - finishes,
  plays,
})
const known = (history: TrackHistory, recipe = 'daily-1'): ReasonFacts => ({
  recipe,
  explored: false,
  track: history,
  now: NOW,
})
const fresh = (more: Partial<ReasonFacts> = {}): ReasonFacts => ({
  recipe: 'daily-1',
  explored: false,
  now: NOW,
  ...more,
})

describe('what sources know of a new track', () => {
  const beside = { ...near(11, 9), playlists: 4 }
  test.each<[Partial<ReasonFacts>, string, string]>([
    [{ beside }, 'together', 'on 4 playlists beside Stairs by Bo, which you finished 9 of 11 times'],
    [
      { beside, nearest: near(3, 3) },
      'together',
      'on 4 playlists beside Stairs by Bo, which you finished 9 of 11 times',
    ],
    [
      { nearest: near(3, 3), nearArtist: 'Cy' },
      'near',
      'close in sound to Stairs by Bo, which you finished all 3 times',
    ],
    [{ nearArtist: 'Cy', lately: true }, 'circle', 'new to you, by an artist near Cy'],
    [{ lately: true }, 'popular', 'new to you, and popular lately'],
    [
      { lovedOfArtist: { ...near(0, 0), liked: true }, lately: true },
      'artist',
      'new to you, by the artist of Stairs by Bo, which you liked',
    ],
    [{ artist: artist(4, 0, 2) }, 'artist', 'new to you from Ada, of whom you have finished nothing yet'],
    [{ recipe: 'first' }, 'popular', 'to find out what you like'],
  ])('%j is told by the strongest of it', (facts, kind, text) => {
    expect(reason(fresh(facts))).toEqual({ kind, text })
  })
})

describe('a reason', () => {
  test.each<[ReasonFacts, string, string]>([
    [known(track(11, 9)), 'finished', 'you finished 9 of 11 plays, last in March 2024'],
    [known(track(11, 9), 'rediscover'), 'rediscover', 'you finished 9 of 11 plays, last in March 2024'],
    [known(track(42, 40), 'on-repeat'), 'repeat', 'you finished 40 of 42 plays, last in March 2024'],
    [known(track(5, 5)), 'finished', 'you finished all 5 plays, last in March 2024'],
    [known(track(1, 1)), 'finished', 'you finished it the one time you played it, in March 2024'],
    [known(track(4, 3, { lastPlayedAt: NOW - 1 })), 'finished', 'you finished 3 of 4 plays, last this month'],
    [
      known(track(4, 3, { saved: true })),
      'finished',
      'you finished 3 of 4 plays, last in March 2024, and you saved it',
    ],
    [known(track(4, 3, { lastPlayedAt: Number.NaN })), 'finished', 'you finished 3 of 4 plays'],
    [known(track(0, 0, { saved: true })), 'saved', 'you saved it'],
    [known(track(0, 0, { saved: true, liked: true })), 'saved', 'you liked it'],
    [
      known(track(2, 0, { liked: true })),
      'saved',
      'you played it twice, last in March 2024, and you liked it',
    ],
    [known(track(1, 0)), 'finished', 'you played it once, in March 2024'],
    [
      known(track(5, 3, { skips: 0 })),
      'finished',
      'you finished 3 of 5 plays and skipped none, last in March 2024',
    ],
    [
      fresh({ artist: { ...artist(40, 14, 12), skips: 9 } }),
      'artist',
      'new to you from Ada: you finished 14 of 40 plays of 12 other tracks and skipped 9',
    ],
    [
      fresh({ nearest: { ...near(9, 3), skips: 0 } }),
      'near',
      'close in sound to Stairs by Bo, which you finished 3 times',
    ],
    [
      fresh({ artist: artist(40, 31, 9) }),
      'artist',
      'new to you from Ada: you finished 31 of 40 plays of 9 other tracks',
    ],
    [
      fresh({ artist: artist(3, 2, 1) }),
      'artist',
      'new to you from Ada: you finished 2 of 3 plays of another track',
    ],
    [
      fresh({ artist: artist(1, 1, 1) }),
      'artist',
      'new to you from Ada: you finished the one play of another track',
    ],
    [
      fresh({ artist: artist(40, 3, 9), nearest: near(9, 8) }),
      'near',
      'close in sound to Stairs by Bo, which you finished 8 of 9 times',
    ],
    [fresh({ nearest: near(9, 8, true) }), 'near', 'close in sound to Stairs by Bo, which you saved'],
    [
      fresh({ nearest: near(1, 1) }),
      'near',
      'close in sound to Stairs by Bo, which you finished the one time you played it',
    ],
    [fresh({ nearest: near(0, 0) }), 'near', 'close in sound to Stairs by Bo'],
    [fresh(), 'popular', 'new to you: nothing in your history speaks for or against it yet'],
    [
      fresh({ explored: true, nearest: near(9, 8), artist: artist(40, 31, 9) }),
      'exploration',
      'a deliberate exploration: we are unsure, and it is near Stairs by Bo, which you finished 8 of 9 times',
    ],
    [
      fresh({ explored: true }),
      'exploration',
      'a deliberate exploration: we are unsure whether you will finish it',
    ],
  ])('%#: %o', (facts, kind, text) => {
    expect(reason(facts)).toEqual({ kind, text })
  })
})

test('every number in a sentence is among the facts, no count is nothing, and nothing is "1 plays"', () => {
  const counts = [0, 1, 2, 9]
  const pairs = counts.flatMap((plays) =>
    counts.filter((finishes) => finishes <= plays).map((f) => [plays, f] as const),
  )
  let sentences = 0
  for (const [plays, finishes] of pairs) {
    for (const [nearPlays, nearFinishes] of pairs) {
      for (const met of [true, false]) {
        for (const saved of [false, true]) {
          for (const explored of [false, true]) {
            const facts: ReasonFacts = {
              recipe: 'daily-1',
              explored,
              now: NOW,
              ...(met ? { track: track(plays, finishes, { saved }) } : {}),
              artist: artist(plays, finishes, 7),
              nearest: near(nearPlays, nearFinishes, saved),
            }
            const { text } = reason(facts)
            const allowed = new Set([plays, finishes, nearPlays, nearFinishes, 7, 2024].map(String))
            for (const number of text.match(/\d+/g) ?? []) expect(allowed).toContain(number)
            expect(text).not.toMatch(/\b0\b|\b1 (plays|times|tracks|other)|NaN|undefined|Invalid/)
            sentences++
          }
        }
      }
    }
  }
  expect(sentences).toBe(800)
})
