import type { Interactions } from '../collaborative/interactions.ts'
import type { RankingModel, RankingScorer } from '../collaborative/ranking-model.ts'
import type { RankingFamily } from '../collaborative/ranking-models.ts'
import { FINISH } from '../core/labels.ts'
import { silent } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import type { ItemContent, Sequences } from '../taste/sequences.ts'
import { innerProducts } from './taste-left-out.ts'
import type { TasteData } from './taste-lesson.ts'
import { teachTaste } from './taste-train.ts'

export interface SequenceSettings {
  readonly encoder: 'mean' | 'attention'
  readonly rounds: number
}

const AUDIO = 13

/** The taste model of users whose items have times, as a model of who has what: a vector a track, and an encoder of the last hundred. */
export function sequenceModel({ encoder, rounds }: SequenceSettings): RankingModel {
  return {
    name: 'sequence',
    async fit(matrix, { random, signal }): Promise<RankingScorer> {
      const data = inOrder(matrix, random)
      const plan = { ids: true, attention: encoder === 'attention', rounds }
      const settings = { seed: random.int(2 ** 20), rounds }
      const { model } = await teachTaste(data, plan, settings, silent, signal)
      const { width } = model
      const tracks = await model.embedTracks(data.content, data.names)
      const listeners = await model.encode(data.sequences, tracks)
      await model.close()
      return {
        async score(users) {
          const out = new Float32Array(users.length * matrix.items)
          for (let row = 0; row < users.length; row++) {
            const listener = listeners.subarray(users[row]! * width, (users[row]! + 1) * width)
            out.set(innerProducts(tracks, listener, width), row * matrix.items)
          }
          return out
        },
      }
    },
  }
}

/** The sequence model with the settings it may have; for a matrix with times. */
export function sequenceFamily(): RankingFamily {
  return {
    name: 'sequence',
    start: { encoder: 'mean', rounds: 12 },
    axes: { encoder: ['mean', 'attention'], rounds: [6, 12, 24] },
    // Settings come from `start` and `axes` alone.
    make: (settings) => sequenceModel(settings as unknown as SequenceSettings),
    aside: ({ time }) =>
      time?.some((one) => one !== time[0])
        ? undefined
        : 'sequence is left out: nothing tells when users had what, and it reads their order.',
  }
}

/** The entries of a matrix as sequences by time, those of one time in random order. */
function inOrder(matrix: Interactions, random: Random): TasteData {
  const { users, items, starts, time } = matrix
  const places: number[] = []
  for (let user = 0; user < users; user++) {
    const own = Array.from({ length: starts[user + 1]! - starts[user]! }, (_, k) => starts[user]! + k)
    random.shuffle(own)
    if (time) own.sort((a, b) => time[a]! - time[b]!)
    places.push(...own)
  }
  const sequences: Sequences = {
    items,
    offsets: Int32Array.from(starts),
    item: Int32Array.from(places, (at) => matrix.item[at]!),
    outcome: new Int8Array(places.length).fill(FINISH),
    at: Float64Array.from(places, (at) => time?.[at] ?? Number.NaN),
    playlist: new Uint8Array(users),
    owner: Int32Array.from({ length: users }, (_, user) => user),
  }
  const names = { items: Array.from({ length: items }, (_, item) => `item ${item}`), artists: [''] }
  return { sequences, content: untold(items), names }
}

/** Content of items of which nothing is known. */
export function untold(items: number): ItemContent {
  return {
    items,
    audio: new Float32Array(items * AUDIO).fill(Number.NaN),
    artist: new Int32Array(items),
    genres: new Int32Array(items),
    genreSets: [[]],
    year: new Float32Array(items).fill(Number.NaN),
    popularity: new Float32Array(items).fill(Number.NaN),
  }
}
