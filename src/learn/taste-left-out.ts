import type { Random } from '../core/random.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { isPositive } from '../taste/event-inputs.ts'
import type { Sequences } from '../taste/sequences.ts'
import type { TasteModel } from '../taste/taste-model.ts'

/** Listeners whom a training does not see: what they heard first is shown, what they wanted later is to be foreseen. */
export interface LeftOut {
  readonly listeners: readonly number[]
  /** The shown part of each. */
  readonly shown: Sequences
  /** Of each the items wanted later and not heard before. */
  readonly wanted: readonly ReadonlySet<number>[]
}

/** Scores of one left-out listener, larger is better, items in order. */
export type ScoreListener = (row: number) => Float32Array

const SHARE = 0.2
const MOST = 400
/** The share of a left-out listener's events that is shown. */
const SHOWN = 0.8
const K = 20

/** Parts of sequences as sequences of their own. */
export function partsOf(
  sequences: Sequences,
  parts: readonly { readonly sequence: number; readonly from: number; readonly to: number }[],
): Sequences {
  const offsets = new Int32Array(parts.length + 1)
  for (const [k, { from, to }] of parts.entries()) offsets[k + 1] = offsets[k]! + to - from
  const total = offsets[parts.length]!
  const out = {
    items: sequences.items,
    offsets,
    item: new Int32Array(total),
    outcome: new Int8Array(total),
    at: new Float64Array(total),
    playlist: Uint8Array.from(parts, ({ sequence }) => sequences.playlist[sequence]!),
  }
  for (const [k, { from, to }] of parts.entries()) {
    out.item.set(sequences.item.subarray(from, to), offsets[k])
    out.outcome.set(sequences.outcome.subarray(from, to), offsets[k])
    out.at.set(sequences.at.subarray(from, to), offsets[k])
  }
  return out
}

/** A fifth of the listeners, at most four hundred, of those who wanted something new in the last fifth of their events. */
export function leaveOut(sequences: Sequences, random: Random): LeftOut {
  const count = sequences.offsets.length - 1
  const chosen = random.shuffle(Array.from({ length: count }, (_, s) => s))
  const most = Math.min(Math.floor(count * SHARE), MOST)
  return foreseeable(sequences, chosen, most)
}

/** The first `most` of some listeners who have something to be foreseen. */
function foreseeable(sequences: Sequences, listeners: readonly number[], most: number): LeftOut {
  const parts: { sequence: number; from: number; to: number }[] = []
  const wanted: Set<number>[] = []
  for (const sequence of listeners) {
    if (parts.length >= most) break
    const [from, end] = [sequences.offsets[sequence]!, sequences.offsets[sequence + 1]!]
    const to = from + Math.floor((end - from) * SHOWN)
    const before = new Set(sequences.item.subarray(from, to))
    const later = new Set<number>()
    for (let event = to; event < end; event++) {
      const item = sequences.item[event]!
      if (isPositive(sequences, sequence, event) && !before.has(item)) later.add(item)
    }
    if (to === from || later.size === 0) continue
    parts.push({ sequence, from, to })
    wanted.push(later)
  }
  return { listeners: parts.map(({ sequence }) => sequence), shown: partsOf(sequences, parts), wanted }
}

/** NDCG of each left-out listener over the whole catalog, what they have heard left out of the lists, at 20 unless told. */
export function ndcgOf({ shown, wanted }: LeftOut, score: ScoreListener, k = K): Float64Array {
  return Float64Array.from(wanted, (relevant, row) => {
    const scores = score(row)
    for (let event = shown.offsets[row]!; event < shown.offsets[row + 1]!; event++)
      scores[shown.item[event]!] = Number.NEGATIVE_INFINITY
    return ndcgAtK(topK(scores, k), relevant, k)
  })
}

/** Scores of the rows of some sequences by a taste model. @param tracks from its `embedTracks` */
export async function tasteScores(
  model: TasteModel,
  shown: Sequences,
  tracks: Float32Array,
): Promise<ScoreListener> {
  const { width } = model
  const listeners = await model.encode(shown, tracks)
  return (row) => innerProducts(tracks, listeners.subarray(row * width, (row + 1) * width), width)
}

/** The inner products of all rows of a table with one vector. */
export function innerProducts(table: Float32Array, vector: Float32Array, width: number): Float32Array {
  const out = new Float32Array(table.length / width)
  for (let row = 0, at = 0; row < out.length; row++) {
    let sum = 0
    for (let j = 0; j < width; j++, at++) sum += table[at]! * vector[j]!
    out[row] = sum
  }
  return out
}
