import { type Encoder, encodeRows, fitEncoder } from '../features/encoder.ts'
import type { ItemContent } from './sequences.ts'

const AUDIO = 13
/** The audio features, the year and the popularity. */
const COLUMNS = AUDIO + 2
/** Bins of the piecewise-linear encoding beside the value. */
const BINS = 8

/** Fits how the numbers that are known of a track are encoded, on these items. */
export function fitTrackFeatures(content: ItemContent, items: ArrayLike<number>): Encoder {
  return fitEncoder(rawColumns(content, items), new Array<number>(COLUMNS).fill(BINS))
}

/** How many inputs a track has; one that is always 0 where nothing is known of any. */
export function featureWidth(encoder: Encoder): number {
  return Math.max(encoder.width, 1)
}

/** The encoded features of some items: items × `featureWidth`. */
export function trackFeatures(
  encoder: Encoder,
  content: ItemContent,
  items: ArrayLike<number>,
): Float32Array {
  if (encoder.width === 0) return new Float32Array(items.length)
  return encodeRows(encoder, rawColumns(content, items))
}

function rawColumns(content: ItemContent, items: ArrayLike<number>): Float32Array {
  const raw = new Float32Array(items.length * COLUMNS)
  for (let row = 0; row < items.length; row++) {
    const item = items[row]!
    const at = row * COLUMNS
    raw.set(content.audio.subarray(item * AUDIO, (item + 1) * AUDIO), at)
    raw[at + AUDIO] = content.year[item]!
    raw[at + AUDIO + 1] = content.popularity[item]!
  }
  return raw
}
