import type { Random } from '../core/random.ts'
import type { Encoder } from '../features/encoder.ts'
import { isPositive } from '../taste/event-inputs.ts'
import type { ItemContent, Sequences } from '../taste/sequences.ts'
import type { TasteCheckpoint } from '../taste/taste-checkpoint.ts'
import { fitTrackFeatures, trackFeatures } from '../taste/track-features.ts'
import {
  type TasteNames,
  type TrackRows,
  trackRows,
  type Vocabulary,
  vocabularyOf,
} from '../taste/vocabulary.ts'
import { firstTimes } from './taste-windows.ts'

/** What a taste model learns from: who heard what in order, what is known of the tracks, and what they are called. */
export interface TasteData {
  readonly sequences: Sequences
  readonly content: ItemContent
  readonly names: TasteNames
}

/** Data as a training reads it; nothing of listeners who are not taught is in it. */
export interface TasteLesson {
  readonly data: TasteData
  readonly listeners: readonly number[]
  /** Event → 1 where its track is to be foreseen: wanted, and new to the listener. */
  readonly wanted: Uint8Array
  /** Item → how many of the listeners wanted it. */
  readonly fans: Float64Array
  readonly features: Encoder
  /** Items × inputs of the tower. */
  readonly encoded: Float32Array
  readonly vocabulary: Vocabulary
  readonly rows: TrackRows
  readonly draw: NegativeDraw
  /** Whether anything tells the order of events. */
  readonly ordered: boolean
}

/** Tracks to be told apart from the right ones. */
export interface NegativeDraw {
  /** Item → ln of how likely one draw is to give it; of items nobody had that of the rarest. */
  readonly logQ: Float32Array
  next(random: Random): number
}

/** Owners who had a track, an artist or a tag before it gets a vector of its own, unless told. */
const FANS = 2
/** The share of negatives drawn evenly among the tracks that somebody had; the others by how many had them. */
const EVENLY = 0.5

/**
 * Prepares what some listeners teach, with the vocabulary and the encoding of a model that is to go on, or new ones.
 * @param least distinct owners, playlists not counted beside the log of the same listener, behind whatever gets a vector of its own
 */
export function tasteLesson(
  data: TasteData,
  listeners: readonly number[],
  least = FANS,
  earlier?: Pick<TasteCheckpoint, 'features' | 'vocabulary'>,
): TasteLesson {
  const { sequences, content, names } = data
  const wanted = firstTimes(sequences)
  const [fans, heard] = [new Float64Array(content.items), new Float64Array(content.items)]
  for (const s of listeners) {
    for (let event = sequences.offsets[s]!; event < sequences.offsets[s + 1]!; event++) {
      const item = sequences.item[event]!
      heard[item]! += wanted[event]!
      if (!isPositive(sequences, s, event)) wanted[event] = 0
      fans[item]! += wanted[event]!
    }
  }
  const known = Array.from(heard.keys()).filter((item) => heard[item]! > 0)
  const features = earlier?.features ?? fitTrackFeatures(content, known)
  const had = hadByOwner(sequences, listeners)
  const vocabulary = vocabularyOf(content, names, had, least, earlier?.vocabulary)
  return {
    data,
    listeners,
    wanted,
    fans,
    features,
    encoded: trackFeatures(
      features,
      content,
      Array.from({ length: content.items }, (_, item) => item),
    ),
    vocabulary,
    rows: trackRows(content, names, vocabulary),
    draw: negativeDraw(heard),
    ordered: !sequences.at.every(Number.isNaN),
  }
}

/** The items that each owner of some sequences had. */
function hadByOwner(
  { offsets, item, owner }: Sequences,
  listeners: readonly number[],
): ReadonlySet<number>[] {
  const had = new Map<number, Set<number>>()
  for (const s of listeners) {
    const own = had.get(owner[s]!) ?? new Set()
    had.set(owner[s]!, own)
    for (let event = offsets[s]!; event < offsets[s + 1]!; event++) own.add(item[event]!)
  }
  return [...had.values()]
}

/** Whether anything is known of the tracks but who has them. */
export function isTold({ features, vocabulary }: Pick<TasteLesson, 'features' | 'vocabulary'>): boolean {
  return features.width + vocabulary.artists.length + vocabulary.tags.length > 0
}

/** The lesson with the events of each listener in another order, where nothing tells one: what any of them has goes with any other. */
export function reordered(lesson: TasteLesson, random: Random): TasteLesson {
  if (lesson.ordered) return lesson
  const { sequences } = lesson.data
  const { offsets } = sequences
  const places: number[] = []
  for (let s = 0; s + 1 < offsets.length; s++) {
    const own = Array.from({ length: offsets[s + 1]! - offsets[s]! }, (_, k) => offsets[s]! + k)
    places.push(...random.shuffle(own))
  }
  const moved: Sequences = {
    ...sequences,
    item: Int32Array.from(places, (event) => sequences.item[event]!),
    outcome: Int8Array.from(places, (event) => sequences.outcome[event]!),
  }
  const wanted = firstTimes(moved)
  for (const s of lesson.listeners)
    for (let event = offsets[s]!; event < offsets[s + 1]!; event++)
      if (!isPositive(moved, s, event)) wanted[event] = 0
  return { ...lesson, data: { ...lesson.data, sequences: moved }, wanted }
}

function negativeDraw(heard: Float64Array): NegativeDraw {
  const items = Array.from(heard.keys()).filter((item) => heard[item]! > 0)
  const total = heard.reduce((sum, count) => sum + count, 0)
  const ends = new Float64Array(items.length)
  const logQ = new Float32Array(heard.length)
  let end = 0
  let least = 0
  for (const [at, item] of items.entries()) {
    const q = EVENLY / items.length + ((1 - EVENLY) * heard[item]!) / total
    end += q
    ends[at] = end
    logQ[item] = Math.log(q)
    least = Math.min(least, logQ[item]!)
  }
  for (let item = 0; item < logQ.length; item++) if (heard[item] === 0) logQ[item] = least
  return {
    logQ,
    next(random) {
      const wanted = random.next() * end
      let [low, high] = [0, ends.length - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if (ends[middle]! < wanted) low = middle + 1
        else high = middle
      }
      return items[low]!
    },
  }
}
