import { AUDIO_FEATURES, SOUND_FEATURES } from '../core/track.ts'
import { AUDIO_STRIDE, hasAudio } from '../library/catalog.ts'
import type { SourceRequest } from './source.ts'

/** Where the features of sound stand in a row of audio. */
const NEAR = SOUND_FEATURES.map((name) => AUDIO_FEATURES.indexOf(name))
/** Loved tracks around which sources look. */
const ANCHORS = 60

/** The rows with audio that the request is about: where it comes from, else the loved tracks of its corner, strongest first. */
export function anchorsOf({
  listener,
  catalog,
  cluster,
  from,
}: Pick<SourceRequest, 'listener' | 'catalog' | 'cluster' | 'from'>): number[] {
  const rows =
    from ??
    listener.loved.filter((track) => cluster === undefined || track.cluster === cluster).map(({ row }) => row)
  return rows.filter((row) => hasAudio(catalog, row)).slice(0, ANCHORS)
}

/** Mean squared difference of two rows' sound, in standard deviations; infinite when they share no feature. */
export function soundDistance(audio: Float32Array, a: number, b: number): number {
  let sum = 0
  let shared = 0
  for (const f of NEAR) {
    const difference = audio[a * AUDIO_STRIDE + f]! - audio[b * AUDIO_STRIDE + f]!
    if (Number.isNaN(difference)) continue
    sum += difference * difference
    shared++
  }
  return shared ? sum / shared : Number.POSITIVE_INFINITY
}

/** The least sound distance of a row to any of the anchors; an anchor is left as soon as it cannot be the closest. */
export function closestTo(audio: Float32Array, anchors: readonly number[]): (row: number) => number {
  const width = NEAR.length
  const points = Float32Array.from(
    anchors.flatMap((anchor) => NEAR.map((f) => audio[anchor * AUDIO_STRIDE + f]!)),
  )
  const whole = !points.some(Number.isNaN)
  const here = new Float32Array(width)
  return (row) => {
    let missing = !whole
    for (let k = 0; k < width; k++) {
      here[k] = audio[row * AUDIO_STRIDE + NEAR[k]!]!
      if (Number.isNaN(here[k]!)) missing = true
    }
    if (missing) return Math.min(...anchors.map((anchor) => soundDistance(audio, row, anchor)))
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < points.length; at += width) {
      let sum = 0
      for (let k = 0; k < width && sum < least; k++) {
        const difference = here[k]! - points[at + k]!
        sum += difference * difference
      }
      if (sum < least) least = sum
    }
    return least / width
  }
}
