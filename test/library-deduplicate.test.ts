import { describe, expect, test } from 'vitest'
import { random } from '../src/core/random.ts'
import { duplicates, type PlayKeys } from '../src/library/deduplicate.ts'

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
