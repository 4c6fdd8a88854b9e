import { describe, expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { duplicates } from '../src/library/deduplicate.ts'
import type { PlayKeys } from '../src/library/play-keys.ts'

const MINUTE = 60_000
const T = Date.UTC(2024, 2, 1, 12)

interface Row {
  readonly import: number
  readonly name: number
  readonly identifier: number
  readonly endedAt: number
  readonly msPlayed: number
  readonly exact: number
}

const exact = (of: Partial<Row> = {}): Row => ({
  import: 1,
  name: 1,
  identifier: 1,
  endedAt: T,
  msPlayed: 200_000,
  exact: 1,
  ...of,
})
const rounded = (of: Partial<Row> = {}): Row => ({ ...exact(), import: 2, identifier: 2, exact: 0, ...of })

function columns(rows: readonly Row[]): PlayKeys {
  return {
    import: Int32Array.from(rows, (row) => row.import),
    name: Int32Array.from(rows, (row) => row.name),
    identifier: Int32Array.from(rows, (row) => row.identifier),
    endedAt: Float64Array.from(rows, (row) => row.endedAt),
    msPlayed: Float64Array.from(rows, (row) => row.msPlayed),
    exact: Int8Array.from(rows, (row) => row.exact),
  }
}

const hidden = (...rows: Row[]) => [...duplicates(columns(rows))]

describe('exact rows', () => {
  test('are one play when track, end and length agree, in one import or two', () => {
    expect(hidden(exact(), exact())).toEqual([0, 1])
    expect(hidden(exact(), exact({ import: 2 }))).toEqual([0, 1])
  })

  test('are two plays when any of the three differs', () => {
    expect(hidden(exact(), exact({ endedAt: T + 1000 }))).toEqual([0, 0])
    expect(hidden(exact(), exact({ msPlayed: 200_001 }))).toEqual([0, 0])
    expect(hidden(exact(), exact({ identifier: 3 }))).toEqual([0, 0])
  })
})

describe('a row to the minute', () => {
  test.each([
    ['61 s before', -61_000, 0],
    ['60 s before', -60_000, 1],
    ['in the same minute', 0, 1],
    ['180 s after', 180_000, 1],
    ['181 s after', 181_000, 0],
  ])('whose exact row ends %s: hidden is %#', (_, late, expected) => {
    expect(hidden(rounded(), exact({ endedAt: T + late }))[0]).toBe(expected)
  })

  test('of another name or length is another play', () => {
    expect(hidden(rounded({ name: 2 }), exact())).toEqual([0, 0])
    expect(hidden(rounded({ msPlayed: 199_999 }), exact())).toEqual([0, 0])
  })

  test('is hidden one for one: two short plays in a minute need two exact rows', () => {
    const short = { msPlayed: 900 }
    expect(hidden(rounded(short), rounded(short), exact(short))).toEqual([1, 0, 0])
    expect(
      hidden(rounded(short), rounded(short), exact(short), exact({ ...short, endedAt: T + 9000 })),
    ).toEqual([1, 1, 0, 0])
  })

  test('of several imports counts as often as the import that tells it most', () => {
    const short = { msPlayed: 900 }
    const [a, b] = [
      { ...short, import: 2 },
      { ...short, import: 3 },
    ]
    expect(hidden(rounded(a), rounded(b), rounded(b)).filter((flag) => flag === 0)).toHaveLength(2)
  })

  test('cannot happen twice in its minute when it lasted over a minute', () => {
    expect(hidden(rounded(), rounded())).toEqual([0, 1])
    expect(hidden(rounded({ msPlayed: MINUTE }), rounded({ msPlayed: MINUTE }))).toEqual([0, 0])
  })
})

/** Largest number of rounded rows that can each have an exact row of their own, by augmenting paths. */
function mostPairs(minutes: readonly number[], ends: readonly number[]): number {
  const owner = new Map<number, number>()
  const place = (m: number, tried: Set<number>): boolean =>
    ends.some((end, e) => {
      const late = end - minutes[m]!
      if (late < -MINUTE || late > 3 * MINUTE || tried.has(e)) return false
      tried.add(e)
      const current = owner.get(e)
      if (current !== undefined && !place(current, tried)) return false
      owner.set(e, m)
      return true
    })
  return minutes.filter((_, m) => place(m, new Set())).length
}

/** The definition, written out: how many plays of each kind a set of rows tells. */
function expected(rows: readonly Row[]): { exact: string[]; rounded: Record<string, number> } {
  const ends = new Map<string, Row>()
  const told = new Map<string, Map<number, number>>()
  for (const row of rows) {
    if (row.exact) ends.set(`${row.identifier} ${row.endedAt} ${row.msPlayed}`, row)
    else {
      const key = `${row.name} ${row.msPlayed} ${row.endedAt}`
      const times = told.get(key) ?? new Map<number, number>()
      told.set(key, times.set(row.import, (times.get(row.import) ?? 0) + 1))
    }
  }
  const minutes = new Map<string, number[]>()
  for (const [key, times] of told) {
    const [name, ms, minute] = key.split(' ')
    const most = Number(ms) > MINUTE ? 1 : Math.max(...times.values())
    const group = `${name} ${ms}`
    minutes.set(group, [...(minutes.get(group) ?? []), ...Array<number>(most).fill(Number(minute))])
  }
  const left: Record<string, number> = {}
  for (const [group, at] of minutes) {
    const exacts = [...ends.values()].filter((row) => `${row.name} ${row.msPlayed}` === group)
    left[group] =
      at.length -
      mostPairs(
        at,
        exacts.map((row) => row.endedAt),
      )
  }
  return { exact: [...ends.keys()].sort(), rounded: left }
}

test('five hundred random sets of rows show what the definition says, in whatever order they come', () => {
  const draw = random('rows')
  let matched = 0
  for (let round = 0; round < 500; round++) {
    const rows = Array.from({ length: 2 + draw.int(14) }, (): Row => {
      const name = 1 + draw.int(2)
      const msPlayed = draw.pick([2, 1]) ? 900 : 200_000
      const endedAt = T + draw.int(10) * 30_000
      return draw.next() < 0.5
        ? exact({ import: 1 + draw.int(2), name, identifier: name + 2 * draw.int(2), endedAt, msPlayed })
        : rounded({
            import: 3 + draw.int(3),
            name,
            identifier: 10 + name,
            endedAt: Math.floor(endedAt / MINUTE) * MINUTE,
            msPlayed,
          })
    })
    const want = expected(rows)
    for (const order of [rows, draw.shuffle([...rows])]) {
      const flags = duplicates(columns(order))
      const shown = order.filter((_, i) => flags[i] === 0)
      const exacts = shown.filter((row) => row.exact).map((r) => `${r.identifier} ${r.endedAt} ${r.msPlayed}`)
      const counts = Object.fromEntries(Object.keys(want.rounded).map((key) => [key, 0]))
      for (const r of shown) if (!r.exact) counts[`${r.name} ${r.msPlayed}`]!++
      expect({ exact: exacts.sort(), rounded: counts }).toEqual(want)
      matched += order.length - shown.length
    }
  }
  expect(matched).toBeGreaterThan(1000)
})

describe('a scrobble', () => {
  const LENGTH = 200_000
  const scrobble = (beganAt: number, of: Partial<Row> = {}): Row => ({
    ...{ import: 5, name: 1, identifier: 20, endedAt: beganAt, msPlayed: 0, exact: 2 },
    ...of,
  })
  /** The play that ends at T began at BEGAN. */
  const BEGAN = T - LENGTH

  test.each([
    ['as it begins', BEGAN, 1],
    ['while it is heard', BEGAN + 100_000, 1],
    ['when it ends', T, 1],
    ['61 s after its end', T + 61_000, 0],
    ['3 minutes earlier, since it was paused', BEGAN - 180_000, 1],
    ['181 s earlier', BEGAN - 181_000, 0],
  ])('told %s is the play that another source tells with its end: hidden is %#', (_, at, expected) => {
    expect(hidden(exact({ msPlayed: LENGTH }), scrobble(at))).toEqual([0, expected])
    expect(hidden(scrobble(at), rounded({ msPlayed: LENGTH }))).toEqual([expected, 0])
  })

  test('is hidden one for one, by the play that begins closest to it', () => {
    const twice = [exact({ msPlayed: LENGTH }), exact({ msPlayed: LENGTH, endedAt: T + LENGTH })]
    expect(hidden(...twice, scrobble(BEGAN), scrobble(T))).toEqual([0, 0, 1, 1])
    expect(hidden(...twice, scrobble(BEGAN), scrobble(T), scrobble(T + LENGTH))).toEqual([0, 0, 1, 1, 0])
  })

  test('of another track is another play, and so is one beside a play too short to be told', () => {
    expect(hidden(exact({ msPlayed: LENGTH }), scrobble(BEGAN, { name: 2 }))).toEqual([0, 0])
    expect(hidden(exact({ msPlayed: 14_999 }), scrobble(T))).toEqual([0, 0])
  })

  test('that two services tell is one play; what tells the time heard stays', () => {
    const other = { import: 6, identifier: 21 }
    expect(hidden(scrobble(T), scrobble(T, other))).toEqual([0, 1])
    expect(hidden(scrobble(T), scrobble(T + 60_000, other))).toEqual([0, 1])
    expect(hidden(scrobble(T), scrobble(T + 60_001, other))).toEqual([0, 0])
    const heard = { ...other, msPlayed: 120_000, endedAt: T + 120_000 }
    expect(hidden(scrobble(T), scrobble(T, heard))).toEqual([1, 0])
  })

  test('that one service tells twice is one play where nothing could be heard between', () => {
    expect(hidden(scrobble(T), scrobble(T), scrobble(T + 29_999))).toEqual([0, 1, 1])
    expect(hidden(scrobble(T), scrobble(T + 30_000))).toEqual([0, 0])
  })

  test('leaves as many plays, whatever the order of the rows and of the imports', () => {
    const draw = random('scrobbles')
    for (let round = 0; round < 200; round++) {
      const began = Array.from({ length: 1 + draw.int(6) }, () => T + draw.int(20) * 60_000)
      const rows = began.flatMap((at, i): Row[] => [
        scrobble(at, { import: 5 }),
        ...(i % 2 ? [scrobble(at + draw.int(20_000), { import: 6, identifier: 21 })] : []),
        ...(i % 3 ? [exact({ msPlayed: 50_000, endedAt: at + 50_000 })] : []),
      ])
      const shown = (order: readonly Row[], renamed: Record<number, number>) =>
        hidden(...order.map((row) => ({ ...row, import: renamed[row.import] ?? row.import }))).filter(
          (f) => !f,
        ).length
      expect(shown(draw.shuffle([...rows]), { 5: 6, 6: 5 })).toBe(shown(rows, {}))
    }
  })
})
