import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localTimeIn } from '../src/core/clock.ts'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { random } from '../src/core/random.ts'
import {
  FEATURE_COUNT,
  FEATURE_INDEX,
  FEATURE_NAMES,
  type FeatureName,
} from '../src/features/feature-names.ts'
import { type History, startHistory } from '../src/features/history.ts'
import { cutSittings, type Sittings } from '../src/features/sittings.ts'
import { describeLog, type Examples, type View } from '../src/learn/dataset.ts'
import {
  audioScaleOf,
  historyMaker,
  type ListenerData,
  readListenerData,
} from '../src/learn/listener-data.ts'
import type { ListeningLog } from '../src/library/listening-log.ts'
import { type InventedEngine, inventedEngine } from './suites/invented-listener.ts'

type Columns = { -readonly [K in 'row' | 'endedAt' | 'msPlayed' | 'outcome']: ListeningLog[K] }
const OUTCOMES = [FINISH, SKIP, UNKNOWN]
const VIEWS: readonly View[] = ['rolling', 'frozen']

let invented: InventedEngine
let data: ListenerData
let log: ListeningLog
let sittings: Sittings
let newHistory: () => History

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.15 })
  data = await readListenerData(invented.engine.library, 'ada')
  log = data.log
  sittings = cutSittings(log)
  newHistory = historyMaker(data, audioScaleOf(data, log.size))
})
afterAll(() => invented.close())

function changed(change: (columns: Columns) => void): ListeningLog {
  const columns: Columns = {
    row: log.row.slice(),
    endedAt: log.endedAt.slice(),
    msPlayed: log.msPlayed.slice(),
    outcome: log.outcome.slice(),
  }
  change(columns)
  return { ...log, ...columns }
}

/** The raw features of each described play, by its index in the log. */
function featuresByPlay({ play, raw }: Examples): Map<number, Float32Array> {
  return new Map(
    Array.from(play, (p, i) => [p, raw.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT)] as const),
  )
}

/** Which of play `i`'s features differ between two logs of the same tracks; the outcome is made known in both, so that it is described. */
function moved(
  i: number,
  other: ListeningLog,
  view: View,
  history: (of: ListeningLog) => History = newHistory,
): string[] {
  const known = (of: ListeningLog): ListeningLog => ({
    ...of,
    outcome: of.outcome.map((outcome, p) => (p === i && outcome === UNKNOWN ? FINISH : outcome)),
  })
  const describeTo = (of: ListeningLog) =>
    featuresByPlay(describeLog(known(of), history(of), view, { from: i, to: i + 1, sittings })).get(i)!
  const [before, after] = [describeTo(log), describeTo(other)]
  return FEATURE_NAMES.filter((_, f) => !Object.is(before[f], after[f]))
}

/** Play `i` with another end, length and outcome. */
function withNoiseAt(i: number, noise = random(`noise ${i}`)): ListeningLog {
  return changed(({ endedAt, msPlayed, outcome }) => {
    endedAt[i] = endedAt[i]! + Math.round(4e7 * (noise.next() - 0.5))
    msPlayed[i] = noise.int(600_000)
    outcome[i] = outcome[i] === FINISH ? SKIP : FINISH
  })
}

describe('features of a play', () => {
  it.each(VIEWS)('do not move with its own end, length and outcome (%s)', (view) => {
    const rng = random('which plays')
    const firsts = [...sittings.bounds].slice(1, 20)
    for (const i of [...firsts, ...Array.from({ length: 40 }, () => rng.int(log.size))].filter(
      (play) => play < log.size,
    ))
      expect(moved(i, withNoiseAt(i), view), `play ${i}`).toEqual([])
  })

  it.each(VIEWS)('do not move with what comes after it (%s)', (view) => {
    const rng = random('future')
    const before = featuresByPlay(describeLog(log, newHistory(), view, { sittings }))
    for (let round = 0; round < 8; round++) {
      const cut = 1 + rng.int(log.size - 2)
      const future = changed((columns) => {
        const order = rng.shuffle(Array.from({ length: log.size - cut - 1 }, (_, k) => cut + 1 + k))
        order.forEach((from, k) => {
          columns.row[cut + 1 + k] = log.row[from]!
          columns.outcome[cut + 1 + k] = OUTCOMES[rng.int(3)]!
          columns.msPlayed[cut + 1 + k] = rng.int(400_000)
          columns.endedAt[cut + 1 + k] = log.endedAt[cut]! + 1e10 * rng.next()
        })
      })
      const after = featuresByPlay(describeLog(future, newHistory(), view, { sittings }))
      const described = [...before.keys()].filter((play) => play <= cut)
      expect(described.length).toBeGreaterThan(0)
      for (const play of described)
        expect(after.get(play), `play ${play} of ${cut}`).toEqual(before.get(play))
    }
  })

  it.each(VIEWS)('are the same whether the log goes on after the last described play or not (%s)', (view) => {
    const to = Math.floor(log.size / 2)
    const whole = featuresByPlay(describeLog(log, newHistory(), view, { sittings }))
    const half = featuresByPlay(describeLog(log, newHistory(), view, { to, sittings }))
    expect(half.size).toBeGreaterThan(100)
    for (const [play, features] of half) expect(features).toEqual(whole.get(play))
  })

  it('do not read what happened in the sitting when the view is frozen', () => {
    const rng = random('sitting')
    for (let round = 0; round < 15; round++) {
      const s = 1 + rng.int(sittings.bounds.length - 2)
      const [first, end] = [sittings.bounds[s]!, sittings.bounds[s + 1]!]
      const other = changed(({ outcome, row }) => {
        for (let i = first; i < end - 1; i++) {
          outcome[i] = OUTCOMES[rng.int(3)]!
          row[i] = rng.int(data.catalog.size)
        }
      })
      expect(moved(end - 1, other, 'frozen')).toEqual([])
    }
  })

  it('do read the outcomes before it: the tests above could not pass on constants', () => {
    const i = [...sittings.bounds].findIndex((bound, s) => sittings.bounds[s + 1]! - bound > 4)
    const play = sittings.bounds[i]! + 3
    expect(moved(play, withNoiseAt(play - 1), 'rolling')).toContain('lastOutcome')
    const next = sittings.bounds[i + 1]!
    expect(moved(next, withNoiseAt(next - 1), 'frozen')).toContain('recentRate')
  })

  it('would be caught if one of them told the outcome or the end', () => {
    const leaking = (feature: FeatureName, leak: (of: ListeningLog) => number) => (of: ListeningLog) => {
      const history = newHistory()
      const describe: History['describe'] = (row, moment, out, offset) => {
        history.describe(row, moment, out, offset)
        out[offset + FEATURE_INDEX[feature]] = leak(of)
      }
      return { ...history, describe }
    }
    const i = 200
    const noisy = withNoiseAt(i)
    expect(
      moved(
        i,
        noisy,
        'rolling',
        leaking('recentRate', (of) => of.outcome[i]!),
      ),
    ).toEqual(['recentRate'])
    expect(
      moved(
        i,
        noisy,
        'frozen',
        leaking('trackDaysSince', (of) => of.endedAt[i]! - of.endedAt[i - 1]!),
      ),
    ).toEqual(['trackDaysSince'])
  })
})

describe('what is undated', () => {
  it('is no feature: likes, bans, playlists and nevers move nothing', async () => {
    const before = describeLog(log, newHistory(), 'rolling')
    const refs = data.log.row.subarray(0, 200)
    const spotify = [...new Set(refs)].map((row) => data.catalog.spotify.at(row))
    await invented.put(
      'ada',
      spotify.flatMap((id, i) => [
        { kind: i % 2 ? ('like' as const) : ('dislike' as const), track: { spotify: id } },
        { kind: 'playlist-item' as const, playlist: 'Mine', track: { spotify: id } },
        { kind: 'never' as const, artist: data.catalog.artists.at(1 + (i % 5)) },
      ]),
      'spotify-account',
    )
    const again = await readListenerData(invented.engine.library, 'ada')
    expect((await invented.engine.library.saved(again.listener)).size).toBeGreaterThan(50)
    const after = describeLog(
      again.log,
      historyMaker(again, audioScaleOf(again, again.log.size))(),
      'rolling',
    )
    expect(after.raw).toEqual(before.raw)
  })
})

describe('tracks that name no artist', () => {
  it('tell nothing of each other', () => {
    const { catalog } = data
    const nobodys = {
      ...catalog,
      artist: Int32Array.from(catalog.artist, (artist, row) => (row < 5 ? 0 : artist)),
    }
    const audio = new Float32Array(catalog.audio.length).fill(Number.NaN)
    const history = startHistory({ catalog: nobodys, audio, localTime: localTimeIn('UTC') })
    history.beginSitting()
    for (const row of [0, 1, 2]) history.observe(row, 1e12 + row * 200_000, FINISH)
    const out = new Float32Array(FEATURE_COUNT)
    history.describe(3, { at: 1e12 + 800_000, inSitting: true }, out, 0)
    expect(out[FEATURE_INDEX.newArtist]).toBe(1)
    expect(out[FEATURE_INDEX.artistPlays]).toBe(0)
    expect(out[FEATURE_INDEX.sameArtistAsLast]).toBe(0)
    expect(history.outcomeCounts(3).slice(2, 4)).toEqual([0, 0])
  })
})

describe('gaps', () => {
  it('are floored at a minute, so that they do not tell how long a play lasted', () => {
    const { catalog } = data
    const audio = new Float32Array(catalog.audio.length).fill(Number.NaN)
    const history = startHistory({ catalog, audio, localTime: localTimeIn('UTC') })
    history.beginSitting()
    history.observe(3, 1e12, FINISH)
    history.observe(3, 1e12, FINISH)
    const gapAfter = (ms: number) => {
      const out = new Float32Array(FEATURE_COUNT)
      history.describe(3, { at: 1e12 + ms, inSitting: true }, out, 0)
      return [
        FEATURE_INDEX.trackDaysSince,
        FEATURE_INDEX.trackActivation,
        FEATURE_INDEX.trackPlaysPerDay,
        FEATURE_INDEX.trackOverdue,
      ].map((f) => out[f])
    }
    expect(gapAfter(3000)).toEqual(gapAfter(59_000))
    expect(gapAfter(120_000)).not.toEqual(gapAfter(59_000))
  })
})
