import { breathe } from '../core/breathe.ts'
import { localTimeIn } from '../core/clock.ts'
import { LABELS, UNKNOWN } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import { FEATURE_COUNT } from '../features/feature-names.ts'
import { type HistoryCatalog, startHistory } from '../features/history.ts'
import { AUDIO_STRIDE, type Catalog } from '../library/catalog.ts'
import type { ListeningLog } from '../library/listening-log.ts'
import { COUNTS, describeLog, type Examples } from './dataset.ts'
import type { ListenerData } from './listener-data.ts'
import { targetsOf } from './targets.ts'
import type { Views } from './views.ts'

/** Which plays of a listener are described: those with a known outcome from `from` up to `to`, the latest `most` of them. */
export interface Wanted {
  readonly person: ListenerData
  readonly from: number
  readonly to: number
}

/** Described plays of many listeners, one after the other. */
export interface ManyViews {
  /** `play` numbers the rows; `sitting` is the listener: what is resampled together. */
  readonly views: Views
  /** Row → who of `wanted` played it. */
  readonly person: Int32Array
  /** Row → row of the catalog. */
  readonly track: Int32Array
  /** Row → moment of the end of the play. */
  readonly endedAt: Float64Array
  /** Rows × all of `LABELS`: 1, 0 or UNKNOWN. */
  readonly targets: Int8Array
  /**
   * Row → its weight: all rows of a listener together weigh the root of their number, and never more than three times what those of the
   * listener in the middle do. The mean weight is 1.
   */
  readonly weight: Float32Array
}

/** A listener weighs at most so many times what the listener in the middle does. */
const MOST_TIMES = 3

/**
 * Describes plays of many listeners in both views, each over the history of their own plays before it.
 * @param audio size × 13 scaled audio features of the catalog
 * @param most rows of one listener at most, the latest
 */
export async function describeMany(
  catalog: Catalog,
  audio: Float32Array,
  wanted: readonly Wanted[],
  most: number,
  stage: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ManyViews> {
  const froms = wanted.map(({ person, from, to }) => Math.max(from, latest(person.log.outcome, to, most)))
  const counts = wanted.map(({ person, to }, i) => known(person.log.outcome, froms[i]!, to))
  const size = counts.reduce((sum, n) => sum + n, 0)
  const views = { rolling: emptyExamples(size), frozen: emptyExamples(size) }
  const person = new Int32Array(size)
  const track = new Int32Array(size)
  const endedAt = new Float64Array(size)
  const targets = new Int8Array(size * LABELS.length)
  const weight = new Float32Array(size)
  const heaviest = MOST_TIMES * Math.sqrt(medianOf(counts.filter((n) => n > 0)))
  progress.stage(stage, wanted.length, 'listeners')
  let at = 0
  for (const [p, { person: who, to }] of wanted.entries()) {
    const n = counts[p]!
    if (n > 0) {
      const own = ownWorld(catalog, audio, who.log)
      const localTime = localTimeIn(who.listener.timeZone)
      let play: Int32Array | undefined
      for (const view of ['rolling', 'frozen'] as const) {
        const history = startHistory({ catalog: own.catalog, audio: own.audio, localTime })
        const described = describeLog(own.log, history, view, { from: froms[p]!, to })
        place(views[view], described, at, p)
        play = described.play
      }
      const values = targetsOf(who.log, to, who.opinions, LABELS).values
      play!.forEach((index, k) => {
        track[at + k] = who.log.row[index]!
        endedAt[at + k] = who.log.endedAt[index]!
        targets.set(
          values.subarray(index * LABELS.length, (index + 1) * LABELS.length),
          (at + k) * LABELS.length,
        )
      })
      person.fill(p, at, at + n)
      weight.fill(Math.min(Math.sqrt(n), heaviest) / n, at, at + n)
    }
    at += n
    progress.at(p + 1)
    await breathe(signal)
  }
  progress.done()
  const total = weight.reduce((sum, each) => sum + each, 0)
  for (let i = 0; i < size; i++) weight[i] = (weight[i]! * size) / total
  return { views, person, track, endedAt, targets, weight }
}

/** Rows drawn with replacement in proportion to their weights are as one that nobody dominates; here `n` of them, evenly, in order. */
export function weighedRows(weight: Float32Array, n: number): Int32Array {
  const total = weight.reduce((sum, each) => sum + each, 0)
  const rows = new Int32Array(Math.min(n, weight.length))
  let [row, sum] = [0, weight[0] ?? 0]
  for (let k = 0; k < rows.length; k++) {
    const target = ((k + 0.5) * total) / rows.length
    while (sum < target && row + 1 < weight.length) sum += weight[++row]!
    rows[k] = row
  }
  return rows
}

/** These rows of both views, in this order. */
export function rowsOf({ views }: Pick<ManyViews, 'views'>, rows: Int32Array): Views {
  const of = (examples: Examples): Examples => {
    const taken = emptyExamples(rows.length)
    rows.forEach((row, i) => {
      taken.raw.set(examples.raw.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT), i * FEATURE_COUNT)
      taken.counts.set(
        examples.counts.subarray(row * COUNTS.stride, (row + 1) * COUNTS.stride),
        i * COUNTS.stride,
      )
      taken.label[i] = examples.label[row]!
      taken.sitting[i] = examples.sitting[row]!
      taken.firstPlay[i] = examples.firstPlay[row]!
      // No order of time among plays of many: none of them is the older one.
      taken.play[i] = 0
    })
    return taken
  }
  return { rolling: of(views.rolling), frozen: of(views.frozen) }
}

const medianOf = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

function emptyExamples(size: number): Examples {
  return {
    size,
    raw: new Float32Array(size * FEATURE_COUNT),
    label: new Uint8Array(size),
    play: Int32Array.from({ length: size }, (_, i) => i),
    sitting: new Int32Array(size),
    firstPlay: new Uint8Array(size),
    counts: new Int32Array(size * COUNTS.stride),
  }
}

function place(into: Examples, from: Examples, at: number, person: number): void {
  into.raw.set(from.raw, at * FEATURE_COUNT)
  into.label.set(from.label, at)
  into.sitting.fill(person, at, at + from.size)
  into.firstPlay.set(from.firstPlay, at)
  into.counts.set(from.counts, at * COUNTS.stride)
}

/** A listener's log over a catalog of what they played alone: features are the same, and cost what the listener did, not what the catalog has. */
export function ownWorld(
  catalog: Catalog,
  audio: Float32Array,
  log: ListeningLog,
): { readonly catalog: HistoryCatalog; readonly audio: Float32Array; readonly log: ListeningLog } {
  const rows = Int32Array.from(new Set(log.row)).sort()
  const place = new Map(Array.from(rows, (row, i) => [row, i]))
  const [artists, genres] = [renumbering(), renumbering()]
  const gather = (column: ArrayLike<number>) => Float32Array.from(rows, (row) => column[row]!)
  const own = new Float32Array(rows.length * AUDIO_STRIDE)
  rows.forEach((row, i) => {
    own.set(audio.subarray(row * AUDIO_STRIDE, (row + 1) * AUDIO_STRIDE), i * AUDIO_STRIDE)
  })
  const artist = Int32Array.from(rows, (row) => artists.number(catalog.artist[row]!))
  const genre = Int32Array.from(rows, (row) => genres.number(catalog.genres[row]!))
  return {
    audio: own,
    log: { ...log, row: Int32Array.from(log.row, (row) => place.get(row)!) },
    catalog: {
      size: rows.length,
      artist,
      artists: { size: artists.size() },
      genres: genre,
      genreSets: { size: genres.size() },
      year: gather(catalog.year),
      popularity: gather(catalog.popularity),
      source: Uint8Array.from(rows, (row) => catalog.source[row]!),
    },
  }
}

/** Numbers from 1 in the order of asking; 0, which is nobody and nothing, stays 0. */
function renumbering() {
  const numbers = new Map([[0, 0]])
  return {
    number(old: number): number {
      const known = numbers.get(old)
      if (known !== undefined) return known
      numbers.set(old, numbers.size)
      return numbers.size - 1
    },
    size: () => numbers.size,
  }
}

function latest(outcomes: Int8Array, to: number, most: number): number {
  let seen = 0
  for (let i = to - 1; i >= 0; i--) if (outcomes[i] !== UNKNOWN && ++seen >= most) return i
  return 0
}

function known(outcomes: Int8Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) if (outcomes[i] !== UNKNOWN) count++
  return count
}
