import { indexPlaylists } from '../collaborative/playlist-index.ts'
import { currentTracks } from '../collaborative/playlist-log.ts'
import type { PlaylistPast, PlaylistQuery, PlaylistScorer } from '../collaborative/playlist-model.ts'
import { PLAYLIST_SIGNALS, playlistSignals } from '../collaborative/playlist-signals.ts'
import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { adamW, inferenceModel, openModel, openTrainer } from '../graph/index.ts'
import { type ContinuationExample, candidatesOf } from './continuation-examples.ts'
import { type ContinuationShape, continuationLoss, continuationScores } from './continuation-network.ts'
import { rankingPool } from './continuation-pool.ts'
import type { ContinuationTask } from './continuation-task.ts'

export interface ContinuationSettings {
  readonly heads: number
  readonly hidden: readonly number[]
  readonly dropout: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly steps: number
  /** Examples a step, and rows an example. */
  readonly lists: number
  readonly length: number
}

/** Chosen on two cuts of the playlist archive without its rows from 2020-07-01 on; see docs/decisions/playlist-continuation.md. */
export const CONTINUATION: ContinuationSettings = {
  heads: 8,
  hidden: [24],
  dropout: 0.1,
  learningRate: 2e-3,
  weightDecay: 0.01,
  steps: 300,
  lists: 12,
  length: 400,
}

/** A row of a continued playlist. */
export interface ContinuedTrack {
  readonly track: number
  /** Larger is better; only the scores of one playlist compare. */
  readonly score: number
  /** Standard deviation of the score over the networks: their doubt. */
  readonly spread: number
}

/** What was learned from how playlists went on. It belongs to no past: it continues playlists of any. */
export interface Continuation {
  /** What another process opens it from with `openStoredContinuation`. */
  readonly stored: StoredContinuation
  /** Opens a past, whose playlists and whose seeds it then continues. */
  open(past: PlaylistPast): Promise<OpenContinuation>
  /** Scores of rows of PLAYLIST_SIGNALS by each network, heads × rows. */
  score(signals: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}

/** A trained ranker as it is kept. */
export interface StoredContinuation {
  readonly heads: number
  readonly scale: Scale
  readonly onnx: Uint8Array
}

export interface OpenContinuation {
  /** The tracks worth continuing a playlist with, of some candidates, best first; at most a few thousand. */
  continue(query: PlaylistQuery, candidates: Uint32Array): Promise<ContinuedTrack[]>
}

const WIDTH = PLAYLIST_SIGNALS.length
/** A track that is not of a list. */
const OUT = -1e9
const WARM_UP = 30

/**
 * Learns to rank from examples of how playlists went on.
 * @throws the signal's reason once it is aborted
 */
export async function trainContinuation(
  examples: readonly ContinuationExample[],
  settings: ContinuationSettings,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Continuation> {
  const scale = scaleOf(examples)
  const shape: ContinuationShape = { ...settings, seed: random.int(2 ** 31) }
  const { steps, learningRate, weightDecay } = settings
  const trainer = await openTrainer(continuationLoss(shape), {
    optimizer: adamW({ learningRate, weightDecay }),
    clipNorm: 1,
  })
  progress.stage('Learning to continue', steps)
  try {
    let order: number[] = []
    let mean = 0
    for (let step = 0; step < steps; step++) {
      if (step % 8 === 0) await breathe(signal)
      const chosen: ContinuationExample[] = []
      while (chosen.length < settings.lists) {
        if (order.length === 0) order = random.shuffle([...examples.keys()])
        chosen.push(examples[order.pop()!]!)
      }
      const rate =
        learningRate * Math.min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps))
      const { loss } = await trainer.step(batchOf(chosen, settings.length, scale), { learningRate: rate })
      mean = step === 0 ? loss : 0.95 * mean + 0.05 * loss
      progress.at(step + 1, `loss ${mean.toFixed(3)}`)
    }
    progress.done()
    const onnx = inferenceModel({ scores: continuationScores(shape) }, trainer.parameters())
    return await openStoredContinuation({ onnx, scale, heads: settings.heads })
  } finally {
    await trainer.close()
  }
}

/** Opens a ranker that was trained. @throws GraphError when ONNX Runtime refuses it */
export async function openStoredContinuation(stored: StoredContinuation): Promise<Continuation> {
  const { onnx, scale, heads } = stored
  const model = await openModel(onnx)
  const score = async (signals: Float32Array) => {
    const x = new Float32Array(signals.length)
    for (let at = 0; at < signals.length; at += WIDTH) scaled(signals.subarray(at, at + WIDTH), scale, x, at)
    return (await model.run({ x })).scores as Float32Array
  }
  return {
    stored,
    close: () => model.close(),
    score,
    async open(past) {
      const index = await indexPlaylists(past)
      return {
        async continue(query, candidates) {
          const signals = playlistSignals(index, query, candidates)
          const pool = rankingPool(signals)
          if (pool.length === 0) return []
          const rows = new Float32Array(pool.length * WIDTH)
          for (const [at, row] of pool.entries())
            rows.set(signals.subarray(row * WIDTH, (row + 1) * WIDTH), at * WIDTH)
          const scores = await score(rows)
          return Array.from(pool, (row, at): ContinuedTrack => {
            let [sum, squares] = [0, 0]
            for (let head = 0; head < heads; head++) {
              const score = scores[head * pool.length + at]!
              sum += score / heads
              squares += score ** 2 / heads
            }
            return { track: candidates[row]!, score: sum, spread: Math.sqrt(Math.max(squares - sum ** 2, 0)) }
          }).sort((a, b) => b.score - a.score || a.track - b.track)
        },
      }
    },
  }
}

/** Mean and standard deviation of every signal. */
interface Scale {
  readonly mean: readonly number[]
  readonly sd: readonly number[]
}

function scaleOf(examples: readonly ContinuationExample[]): Scale {
  const [mean, squares] = [new Float64Array(WIDTH), new Float64Array(WIDTH)]
  let rows = 0
  for (const { signals } of examples)
    for (let at = 0; at < signals.length; at += WIDTH) {
      rows++
      for (let j = 0; j < WIDTH; j++) {
        mean[j]! += signals[at + j]!
        squares[j]! += signals[at + j]! ** 2
      }
    }
  for (let j = 0; j < WIDTH; j++) mean[j]! /= rows
  const sd = squares.map((sum, j) => Math.sqrt(Math.max(sum / rows - mean[j]! ** 2, 0)))
  return { mean: [...mean], sd: [...sd] }
}

/** Standard deviations at which a signal is cut off. */
const FAR = 6

function scaled(row: Float32Array, { mean, sd }: Scale, into: Float32Array, at: number): void {
  for (let j = 0; j < WIDTH; j++)
    into[at + j] = sd[j]! > 1e-9 ? Math.min(Math.max((row[j]! - mean[j]!) / sd[j]!, -FAR), FAR) : 0
}

function batchOf(examples: readonly ContinuationExample[], length: number, scale: Scale) {
  const rows = examples.length * length
  const x = new Float32Array(rows * WIDTH)
  const offsets = [new Float32Array(rows).fill(OUT), new Float32Array(rows).fill(OUT)]
  const targets = [new Float32Array(rows), new Float32Array(rows)]
  for (const [list, { signals, wanted, weight, warm }] of examples.entries()) {
    let known = 0
    for (let row = 0; row < wanted; row++) known += warm[row]!
    for (let row = 0; row < weight.length; row++) {
      const at = list * length + row
      scaled(signals.subarray(row * WIDTH, (row + 1) * WIDTH), scale, x, at * WIDTH)
      offsets[0]![at] = Math.log(weight[row]!)
      if (warm[row] === 1) offsets[1]![at] = offsets[0]![at]!
      if (row >= wanted) continue
      targets[0]![at] = 1 / wanted
      if (warm[row] === 1) targets[1]![at] = 1 / known
    }
  }
  return {
    x,
    'all.offset': offsets[0]!,
    'all.target': targets[0]!,
    'warm.offset': offsets[1]!,
    'warm.target': targets[1]!,
  }
}

/** A continuation as a scorer of every track: those beyond the pool come after all others, with one score. */
export function continuationScorer(open: OpenContinuation, task: ContinuationTask): PlaylistScorer {
  return {
    async score(query) {
      const ranked = await open.continue(query, candidatesOf(task, currentTracks(query.stays)))
      const least = (ranked.at(-1)?.score ?? 0) - 1
      const scores = new Float32Array(task.candidate.length).fill(least)
      for (const { track, score } of ranked) scores[track] = score
      return scores
    },
  }
}

/** The mean over the networks, a row of signals. */
export async function meanScores(ranker: Continuation, signals: Float32Array): Promise<Float64Array> {
  const scores = await ranker.score(signals)
  const { heads } = ranker.stored
  const rows = scores.length / heads
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let head = 0; head < heads; head++) sum += scores[head * rows + row]!
    return sum / heads
  })
}
