import { indexPlaylists } from '../collaborative/playlist-index.ts'
import { PLAYLIST_SIGNALS, playlistSignals, type Signals } from '../collaborative/playlist-signals.ts'
import { breathe } from '../core/breathe.ts'
import type { Random } from '../core/random.ts'
import { rankingPool } from './continuation-pool.ts'
import type { ContinuationTask } from './continuation-task.ts'

/** A playlist of the past with what it got and a sample of what it did not get. */
export interface ContinuationExample {
  /** rows × PLAYLIST_SIGNALS. */
  readonly signals: Float32Array
  /** The first so many rows are wanted, the others are not. */
  readonly wanted: number
  /** Row → how many tracks it stands for. */
  readonly weight: Float32Array
  /** Row → whether the track was on some playlist before. */
  readonly warm: Uint8Array
}

const WIDTH = PLAYLIST_SIGNALS.length
/** Most rows that are wanted. */
const WANTED = 150

/** The tracks that may be recommended to a case, ascending. */
export function candidatesOf({ candidate }: ContinuationTask, taken: ReadonlySet<number>): Uint32Array {
  const found = new Uint32Array(candidate.length)
  let count = 0
  for (let track = 0; track < candidate.length; track++)
    if (candidate[track] === 1 && !taken.has(track)) found[count++] = track
  return found.slice(0, count)
}

/**
 * An example of every case that has something wanted in its pool, of at most `length` rows: wanted ones, and a sample of the others of the pool,
 * each weighed by the inverse of how likely it was to be drawn.
 */
export async function continuationExamples(
  task: ContinuationTask,
  length: number,
  random: Random,
  signal?: AbortSignal,
): Promise<ContinuationExample[]> {
  const index = await indexPlaylists(task.past)
  const examples: ContinuationExample[] = []
  for (const { query, taken, wanted } of task.cases) {
    await breathe(signal)
    const tracks = candidatesOf(task, taken)
    const signals = playlistSignals(index, query, tracks)
    const example = exampleOf(
      signals,
      [...rankingPool(signals)],
      (row) => wanted.has(tracks[row]!),
      (row) => task.warm[tracks[row]!] === 1,
      length,
      random,
    )
    if (example) examples.push(example)
  }
  return examples
}

/** An example of at most `length` rows of a pool of rows of signals; undefined where none is wanted. */
export function exampleOf(
  signals: Signals,
  pool: readonly number[],
  isWanted: (row: number) => boolean,
  isWarm: (row: number) => boolean,
  length: number,
  random: Random,
): ContinuationExample | undefined {
  const right = random.shuffle(pool.filter(isWanted))
  if (right.length === 0) return undefined
  const wrong = random.shuffle(pool.filter((row) => !isWanted(row)))
  const [some, others] = [right.slice(0, WANTED), wrong.slice(0, length - Math.min(right.length, WANTED))]
  const rows = [...some, ...others]
  const out = new Float32Array(rows.length * WIDTH)
  for (const [at, row] of rows.entries())
    out.set(signals.subarray(row * WIDTH, (row + 1) * WIDTH), at * WIDTH)
  return {
    signals: out,
    wanted: some.length,
    weight: Float32Array.from(rows, (_, at) =>
      at < some.length ? right.length / some.length : wrong.length / others.length,
    ),
    warm: Uint8Array.from(rows, (row) => (isWarm(row) ? 1 : 0)),
  }
}
