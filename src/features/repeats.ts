import { grown } from './slots.ts'

const DAY = 86_400_000
/** Gaps are floored here: a shorter one would tell how long the last play lasted. */
export const MIN_GAP_MS = 60_000
/** How many of a track's last plays have their times kept. */
const KEPT_PLAYS = 30

/** When tracks were played, and in how many sittings. */
export interface Repeats {
  /** Ends of the first and last play of a row; NaN when never played. */
  readonly firstPlayedAt: Float64Array
  readonly lastPlayedAt: Float64Array
  /** ln Σ t^−0.5 over the times since each play, in days (Anderson & Schooler 1991): high after recent and frequent plays. */
  activation(row: number, at: number): number
  /** Plays within the `days` before `at`, 30 at most. */
  within(row: number, at: number, days: number): number
  /** Sittings in which the row was played. */
  sittings(row: number): number
  /** Sittings begun since the one in which the row was last played; 0: in the present or the last one; NaN when never played. */
  sittingsSince(row: number): number
  observe(row: number, endedAt: number): void
  endSitting(): void
  /** The same plays, to be gone on with apart. */
  copy(): Repeats
}

/** Nothing played yet of `size` rows; there are more once they are played. */
export function repeats(size: number): Repeats {
  return repeatsOf({
    firstPlayedAt: new Float64Array(size).fill(Number.NaN),
    lastPlayedAt: new Float64Array(size).fill(Number.NaN),
    times: new Map(),
    sittings: new Int32Array(size),
    lastSitting: new Int32Array(size).fill(-1),
    sitting: 0,
  })
}

interface Played extends Pick<Repeats, 'firstPlayedAt' | 'lastPlayedAt'> {
  readonly times: Map<number, number[]>
  readonly sittings: Int32Array
  readonly lastSitting: Int32Array
  readonly sitting: number
}

function repeatsOf(played: Played): Repeats {
  const { times } = played
  let { firstPlayedAt, lastPlayedAt, sittings, lastSitting, sitting } = played
  const grow = (row: number) => {
    firstPlayedAt = grown(firstPlayedAt, row, Number.NaN)
    lastPlayedAt = grown(lastPlayedAt, row, Number.NaN)
    sittings = grown(sittings, row)
    lastSitting = grown(lastSitting, row, -1)
  }
  return {
    get firstPlayedAt() {
      return firstPlayedAt
    },
    get lastPlayedAt() {
      return lastPlayedAt
    },
    activation(row, at) {
      let sum = 0
      for (const time of times.get(row) ?? []) sum += 1 / Math.sqrt(Math.max(at - time, MIN_GAP_MS) / DAY)
      return Math.log(sum)
    },
    within(row, at, days) {
      const seen = times.get(row) ?? []
      let i = seen.length
      while (i > 0 && at - seen[i - 1]! <= days * DAY) i--
      return seen.length - i
    },
    sittings: (row) => sittings[row]!,
    sittingsSince: (row) => (lastSitting[row]! < 0 ? Number.NaN : sitting - lastSitting[row]!),
    observe(row, at) {
      if (row >= sittings.length) grow(row)
      const seen = times.get(row)
      if (!seen) {
        firstPlayedAt[row] = at
        times.set(row, [at])
      } else if (seen.push(at) > KEPT_PLAYS) seen.shift()
      lastPlayedAt[row] = at
      if (lastSitting[row] !== sitting) sittings[row] = sittings[row]! + 1
      lastSitting[row] = sitting
    },
    endSitting() {
      sitting++
    },
    copy: () =>
      repeatsOf({
        firstPlayedAt: firstPlayedAt.slice(),
        lastPlayedAt: lastPlayedAt.slice(),
        times: new Map(Array.from(times, ([row, seen]) => [row, seen.slice()])),
        sittings: sittings.slice(),
        lastSitting: lastSitting.slice(),
        sitting,
      }),
  }
}
