import { openModel, type Predictor } from '../graph/index.ts'
import { eventInputs, putEvents } from './event-inputs.ts'
import type { ItemContent, Sequences } from './sequences.ts'
import type { TasteCheckpoint } from './taste-checkpoint.ts'
import { tasteNetworks } from './taste-network.ts'
import { trackFeatures } from './track-features.ts'
import { type TasteNames, type TrackRows, trackRows } from './vocabulary.ts'

/** A trained taste model: tracks and listeners as vectors whose inner product says how well a track belongs next. */
export interface TasteModel {
  readonly width: number
  /** Events of a history that it reads, the newest. */
  readonly length: number
  /**
   * Items × width. Artists, tags and tracks are known again by name, in whatever catalog; of an unknown artist only the rest counts, and a track
   * without a vector of its own is where its content puts it.
   */
  embedTracks(content: ItemContent, names: TasteNames): Promise<Float32Array>
  /** Sequences × width: the listeners as they are after their last events. One without events is anybody. @param tracks from `embedTracks` */
  encode(sequences: Sequences, tracks: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}

/** Rows worked out at a time. */
const TRACKS_AT_ONCE = 4096
const LISTENERS_AT_ONCE = 64

/** Opens a model. @throws GraphError when ONNX Runtime refuses it */
export async function openTaste(checkpoint: TasteCheckpoint): Promise<TasteModel> {
  const { shape, parameters } = checkpoint
  const { width, length } = shape
  const networks = tasteNetworks(shape, parameters)
  const [tower, encoder] = await Promise.all([openModel(networks.tower), openModel(networks.encoder)])
  return {
    width,
    length,
    embedTracks: (content, names) => embedded(checkpoint, tower, content, names),
    async encode(sequences, tracks) {
      const count = sequences.offsets.length - 1
      const out = new Float32Array(count * width)
      for (let from = 0; from < count; from += LISTENERS_AT_ONCE) {
        const rows = Math.min(LISTENERS_AT_ONCE, count - from)
        const inputs = eventInputs(rows, length)
        for (let row = 0; row < rows; row++) {
          const s = from + row
          putEvents(inputs, row, sequences, s, sequences.offsets[s]!, sequences.offsets[s + 1]!)
        }
        const { item, kind, gap, hour, present } = inputs
        const heard = rowsOf(tracks, item, width)
        const { listener } = await encoder.run({ tracks: heard, kind, gap, hour, present })
        out.set(listener!, from * width)
      }
      return out
    },
    close: async () => {
      await Promise.all([tower.close(), encoder.close()])
    },
  }
}

async function embedded(
  { shape, features, vocabulary, tables }: TasteCheckpoint,
  tower: Predictor,
  content: ItemContent,
  names: TasteNames,
): Promise<Float32Array> {
  const { width, ids } = shape
  const rows = trackRows(content, names, vocabulary)
  const out = new Float32Array(content.items * width)
  for (let from = 0; from < content.items; from += TRACKS_AT_ONCE) {
    const items = Array.from({ length: Math.min(TRACKS_AT_ONCE, content.items - from) }, (_, k) => from + k)
    const { vector } = await tower.run({
      features: trackFeatures(features, content, items),
      artist: rowsOf(
        tables.artist,
        items.map((item) => rows.artist[item]!),
        width,
      ),
      tags: meanTags(tables.tags, rows, items, width),
      ...(ids && { id: ownVectors(tables.id, rows, items, width) }),
    })
    out.set(vector!, from * width)
  }
  return out
}

/** Some rows of a table one after the other; zeros for one below 0. */
function rowsOf(table: Float32Array, rows: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(rows.length * width)
  for (let at = 0; at < rows.length; at++)
    if (rows[at]! >= 0) out.set(table.subarray(rows[at]! * width, (rows[at]! + 1) * width), at * width)
  return out
}

function ownVectors(table: Float32Array, { id }: TrackRows, items: readonly number[], width: number) {
  return rowsOf(
    table,
    items.map((item) => (id[item]! > 0 ? id[item]! : -1)),
    width,
  )
}

/** The means of the tags of some items, items × width; zeros of one without. */
export function meanTags(
  table: Float32Array,
  { tags }: TrackRows,
  items: ArrayLike<number>,
  width: number,
): Float32Array {
  const out = new Float32Array(items.length * width)
  for (let at = 0; at < items.length; at++) {
    const own = items[at]! >= 0 ? tags(items[at]!) : []
    for (const row of own)
      for (let j = 0; j < width; j++) out[at * width + j]! += table[row * width + j]! / own.length
  }
  return out
}
