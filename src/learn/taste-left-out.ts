import type { Random } from '../core/random.ts'
import { ndcgAtK, topK } from '../metrics/ranking.ts'
import { isPositive } from '../taste/event-inputs.ts'
import type { Sequences } from '../taste/sequences.ts'
import type { TasteModel } from '../taste/taste-model.ts'

/** Owners of whom a training sees nothing: of one sequence of each what came first is shown, what they wanted later is to be foreseen. */
export interface LeftOut {
  /** The sequence by which each is judged. */
  readonly judged: readonly number[]
  /** All their sequences, which teach nothing: a left-out listener's playlists, too. */
  readonly sequences: ReadonlySet<number>
  /** The shown part of each judged one. */
  readonly shown: Sequences
  /** Of each judged one the items wanted later and not heard before. */
  readonly wanted: readonly ReadonlySet<number>[]
}

/** Scores of one left-out listener, larger is better, items in order. */
export type ScoreListener = (row: number) => Float32Array

const SHARE = 0.2
/** Owners to judge by at most: four hundred, and over a large catalog as many as make so many scores, but never less than two hundred. */
const MOST = { owners: 400, scores: 2e7, least: 200 } as const
/** The share of a left-out listener's events that is shown. */
const SHOWN = 0.8
const K = 20

interface SequencePart {
  readonly sequence: number
  readonly from: number
  readonly to: number
}

/** Parts of sequences as sequences of their own, of the same owners. */
export function partsOf(sequences: Sequences, parts: readonly SequencePart[]): Sequences {
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
    owner: Int32Array.from(parts, ({ sequence }) => sequences.owner[sequence]!),
  }
  for (const [k, { from, to }] of parts.entries()) {
    out.item.set(sequences.item.subarray(from, to), offsets[k])
    out.outcome.set(sequences.outcome.subarray(from, to), offsets[k])
    out.at.set(sequences.at.subarray(from, to), offsets[k])
  }
  return out
}

/**
 * A fifth of the owners, at most four hundred, of those who wanted something new in the last fifth of a sequence: with all that is theirs,
 * judged by the first of their sequences that has it.
 * @param owners who is left out instead, with all that is theirs, whether they are judged by or not
 */
export function leaveOut(sequences: Sequences, random: Random, owners?: ReadonlySet<number>): LeftOut {
  const ownedBy = new Map<number, number[]>()
  for (const [s, owner] of sequences.owner.entries()) {
    const own = ownedBy.get(owner)
    if (own) own.push(s)
    else ownedBy.set(owner, [s])
  }
  const affordable = Math.max(MOST.least, Math.floor(MOST.scores / Math.max(sequences.items, 1)))
  const most = Math.min(owners?.size ?? Math.floor(ownedBy.size * SHARE), MOST.owners, affordable)
  const asked = owners
    ? [...ownedBy].flatMap(([owner, own]) => (owners.has(owner) ? [own] : []))
    : [...ownedBy.values()]
  const parts: SequencePart[] = []
  const wanted: Set<number>[] = []
  const out = new Set<number>(owners && asked.flat())
  for (const own of random.shuffle(asked)) {
    if (parts.length >= most) break
    for (const s of own) {
      const found = foreseeable(sequences, s)
      if (!found) continue
      parts.push(found.part)
      wanted.push(found.later)
      for (const each of own) out.add(each)
      break
    }
  }
  const judged = parts.map(({ sequence }) => sequence)
  return { judged, sequences: out, shown: partsOf(sequences, parts), wanted }
}

/** The shown part of a sequence and what is wanted after it and new; nothing where there is none. */
function foreseeable(sequences: Sequences, sequence: number) {
  const [from, end] = [sequences.offsets[sequence]!, sequences.offsets[sequence + 1]!]
  const to = from + Math.floor((end - from) * SHOWN)
  const before = new Set(sequences.item.subarray(from, to))
  const later = new Set<number>()
  for (let event = to; event < end; event++) {
    const item = sequences.item[event]!
    if (isPositive(sequences, sequence, event) && !before.has(item)) later.add(item)
  }
  return to === from || later.size === 0 ? undefined : { part: { sequence, from, to }, later }
}

/** NDCG at 20 of each left-out listener over the whole catalog, what they have heard left out of the lists. */
export function ndcgOf(leftOut: LeftOut, score: ScoreListener): Float64Array {
  return ndcgsOf(leftOut, score, [K])[0]!
}

/** NDCG at several lengths, each listener scored once. */
export function ndcgsOf(
  { shown, wanted }: LeftOut,
  score: ScoreListener,
  lengths: readonly number[],
): Float64Array[] {
  const found = lengths.map(() => new Float64Array(wanted.length))
  const longest = Math.max(...lengths)
  for (const [row, relevant] of wanted.entries()) {
    const scores = score(row)
    for (let event = shown.offsets[row]!; event < shown.offsets[row + 1]!; event++)
      scores[shown.item[event]!] = Number.NEGATIVE_INFINITY
    const list = topK(scores, longest)
    for (const [at, k] of lengths.entries()) found[at]![row] = ndcgAtK(list, relevant, k)
  }
  return found
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
