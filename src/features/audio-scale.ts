import { AUDIO_FEATURES } from '../core/track.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'

/** Mean and standard deviation of each audio feature, per source of features: scales differ by source. Plain data. */
export interface AudioScale {
  readonly sources: Readonly<
    Record<string, { readonly mean: readonly number[]; readonly sd: readonly number[] }>
  >
}

/** Fits the scale on these rows of the catalog (the tracks of the training part); `NaN`s are left out. */
export function fitAudioScale(catalog: Catalog, rows: ArrayLike<number>): AudioScale {
  const sums = catalog.sources.map(() => AUDIO_FEATURES.map(() => ({ n: 0, sum: 0, squares: 0 })))
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const ofSource = sums[catalog.source[row]!]!
    for (let f = 0; f < AUDIO_STRIDE; f++) {
      const value = catalog.audio[row * AUDIO_STRIDE + f]!
      if (Number.isNaN(value)) continue
      const s = ofSource[f]!
      s.n++
      s.sum += value
      s.squares += value * value
    }
  }
  const moments = sums.map((ofSource) => ({
    mean: ofSource.map(({ n, sum }) => (n ? sum / n : 0)),
    sd: ofSource.map(({ n, sum, squares }) => {
      const variance = n > 1 ? squares / n - (sum / n) ** 2 : 0
      return variance > 1e-12 ? Math.sqrt(variance) : 1
    }),
  }))
  return { sources: Object.fromEntries(catalog.sources.map((name, i) => [name, moments[i]!])) }
}

/** Every row's audio features in standard deviations of their source: size × 13, NaN where missing. */
export function scaleAudio(catalog: Catalog, scale: AudioScale): Float32Array {
  const scaled = new Float32Array(catalog.audio.length).fill(Number.NaN)
  const bySource = catalog.sources.map((name) => scale.sources[name])
  for (let row = 0; row < catalog.size; row++) {
    const moments = bySource[catalog.source[row]!]
    if (!moments) continue
    for (let f = 0; f < AUDIO_STRIDE; f++) {
      const at = row * AUDIO_STRIDE + f
      scaled[at] = Math.min(Math.max((catalog.audio[at]! - moments.mean[f]!) / moments.sd[f]!, -5), 5)
    }
  }
  return scaled
}
