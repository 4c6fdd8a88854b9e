import type { Random } from '../core/random.ts'
import { type AdamW, type Batch, type EmbeddingTable, embeddingTable, type Values } from '../graph/index.ts'
import { eventInputs, putEvents } from '../taste/event-inputs.ts'
import { rowsOfTables, type TasteTables } from '../taste/taste-checkpoint.ts'
import { meanTags } from '../taste/taste-model.ts'
import type { TrainingShape } from '../taste/taste-network.ts'
import { featureWidth } from '../taste/track-features.ts'
import { isTold, type TasteLesson } from './taste-lesson.ts'
import type { TasteWindow } from './taste-windows.ts'

/** The tables that are trained beside the graph. */
export interface TrainedTables {
  readonly artist: EmbeddingTable
  readonly tags: EmbeddingTable
  readonly id: EmbeddingTable
}

/** A batch, and which rows of the tables its rows of tracks are; −1 for none. */
export interface TasteBatch {
  readonly inputs: Batch
  /** Row → item, −1 where the row is empty. */
  readonly items: Int32Array
  readonly artist: Int32Array
  readonly id: Int32Array
}

/** How often a track of which more is known is shown without its own vector, and any without its artist, so that one that is new has a place. */
const ID_DROPOUT = 0.3
const ARTIST_DROPOUT = 0.1
/**
 * A place foresees what is wanted next half of the time, and else anything wanted among the ten events that follow: a taste is more than
 * the next track (after Pancha et al. 2022, who foresee any of a month), and what is next is learned sooner.
 */
const AHEAD = 10
const NEXT = 0.5
const DEVIATION = { artist: 0.05, tags: 0.05, id: 0.05 } as const

/** New tables for a vocabulary, with the vectors that an earlier model has of its first rows. */
export function trainedTables(
  { vocabulary }: TasteLesson,
  { width, ids, seed }: TrainingShape,
  earlier?: TasteTables,
): TrainedTables {
  const [artists, tags, items] = rowsOfTables(vocabulary, ids)
  const table = (rows: number, name: keyof TasteTables, at: number) => {
    const made = embeddingTable(rows, width, { seed: seed * 3 + at, deviation: DEVIATION[name] })
    if (earlier) made.values.set(earlier[name].subarray(0, rows * width))
    return made
  }
  return { artist: table(artists, 'artist', 0), tags: table(tags, 'tags', 1), id: table(items, 'id', 2) }
}

/** The batch of some windows, at most as many as the shape has room for. */
export function tasteBatch(
  lesson: TasteLesson,
  tables: TrainedTables,
  shape: TrainingShape,
  windows: readonly TasteWindow[],
  random: Random,
): TasteBatch {
  const { batch, length, width, negatives, ids } = shape
  const { sequences } = lesson.data
  const events = eventInputs(batch, length)
  const own = batch * length
  const items = new Int32Array(2 * own + negatives).fill(-1)
  const right = items.subarray(own, 2 * own)
  const rightLogQ = new Float32Array(own)
  const weight = new Float32Array(own)
  for (const [row, { sequence, from, to }] of windows.entries()) {
    putEvents(events, row, sequences, sequence, from, to)
    // The place of the event before the first is the mark of the start; each place foresees what follows it.
    const first = Math.max(from, to - length + 1)
    const end = sequences.offsets[sequence + 1]!
    for (let event = first; event <= to; event++) {
      const foreseen = oneOf(lesson.wanted, event, Math.min(event + AHEAD, end), random)
      if (foreseen < 0) continue
      const at = (row + 1) * length - 1 - (to - event)
      right[at] = sequences.item[foreseen]!
      rightLogQ[at] = lesson.draw.logQ[right[at]!]!
      weight[at] = 1
    }
  }
  items.set(events.item)
  for (let k = 0; k < negatives; k++) items[2 * own + k] = lesson.draw.next(random)
  const wrong = items.subarray(2 * own)

  const artist = items.map((item) =>
    item < 0 ? -1 : random.next() < ARTIST_DROPOUT ? 0 : lesson.rows.artist[item]!,
  )
  const hidden = isTold(lesson) ? ID_DROPOUT : 0
  const id = items.map((item) =>
    item < 0 || lesson.rows.id[item] === 0 || random.next() < hidden ? -1 : lesson.rows.id[item]!,
  )
  const { kind, gap, hour, present } = events
  const inputs = {
    features: gathered(lesson.encoded, items, featureWidth(lesson.features)),
    artist: gathered(tables.artist.values, artist, width),
    tags: meanTags(tables.tags.values, lesson.rows, items, width),
    ...(ids && { id: gathered(tables.id.values, id, width) }),
    kind,
    gap,
    hour,
    present,
    right: Float32Array.from(right),
    wrong: Float32Array.from(wrong),
    rightLogQ,
    wrongLogQ: Float32Array.from(wrong, (item) => lesson.draw.logQ[item]!),
    weight,
  }
  return { inputs, items, artist, id }
}

/** Of the wanted events of a range now the first, now any; −1 without one. */
function oneOf(wanted: Uint8Array, from: number, to: number, random: Random): number {
  const found: number[] = []
  for (let event = from; event < to; event++) if (wanted[event] === 1) found.push(event)
  if (found.length === 0) return -1
  return random.next() < NEXT ? found[0]! : found[random.int(found.length)]!
}

/** Moves the rows of the tables that a batch read by their gradients. */
export function moveTables(
  lesson: TasteLesson,
  tables: TrainedTables,
  { items, artist, id }: TasteBatch,
  gradients: Readonly<Record<string, Values>>,
  optimizer: AdamW,
): void {
  const { width } = tables.artist
  moveRows(tables.artist, artist, gradients.artist!, optimizer)
  if (gradients.id) moveRows(tables.id, id, gradients.id, optimizer)
  const [rows, shares]: [number[], number[]] = [[], []]
  for (let at = 0; at < items.length; at++) {
    const own = items[at]! < 0 ? [] : lesson.rows.tags(items[at]!)
    for (const row of own) {
      rows.push(row)
      shares.push(at, own.length)
    }
  }
  if (rows.length === 0) return
  const spread = new Float32Array(rows.length * width)
  for (let k = 0; k < rows.length; k++) {
    const [at, count] = [shares[2 * k]! * width, shares[2 * k + 1]!]
    for (let j = 0; j < width; j++) spread[k * width + j] = gradients.tags![at + j]! / count
  }
  tables.tags.update(rows, spread, optimizer)
}

function moveRows(table: EmbeddingTable, rows: Int32Array, gradient: Values, optimizer: AdamW): void {
  const { width } = table
  const places: number[] = []
  for (let at = 0; at < rows.length; at++) if (rows[at]! >= 0) places.push(at)
  if (places.length === 0) return
  table.update(
    places.map((at) => rows[at]!),
    gathered(gradient, places, width),
    optimizer,
  )
}

/** Some rows of a table one after the other; zeros for one below 0. */
function gathered(table: Values, rows: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(rows.length * width)
  for (let at = 0; at < rows.length; at++) {
    const from = rows[at]! * width
    if (from < 0) continue
    for (let j = 0; j < width; j++) out[at * width + j] = table[from + j]!
  }
  return out
}
