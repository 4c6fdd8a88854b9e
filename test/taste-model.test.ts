import { beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { graph, openTrainer, sum, type Tensor } from '../src/graph/index.ts'
import { tasteLesson } from '../src/learn/taste-lesson.ts'
import { trainTasteNetwork } from '../src/learn/taste-loop.ts'
import { eventInputs, putEvents } from '../src/taste/event-inputs.ts'
import { listenerEncoder } from '../src/taste/listener-encoder.ts'
import type { ItemContent } from '../src/taste/sequences.ts'
import { readTaste, type TasteCheckpoint, tasteFiles } from '../src/taste/taste-checkpoint.ts'
import { openTaste } from '../src/taste/taste-model.ts'
import { featureWidth } from '../src/taste/track-features.ts'
import { tasteWorld } from './suites/taste-worlds.ts'

const world = tasteWorld({ listeners: 20, events: 12, genres: 3, artists: 3, tracks: 4 })
const everyone = Array.from({ length: 20 }, (_, s) => s)
let checkpoint: TasteCheckpoint

beforeAll(async () => {
  const lesson = tasteLesson(world, everyone)
  const shape = {
    width: 8,
    length: 12,
    features: featureWidth(lesson.features),
    ids: true,
    encoder: { kind: 'attention', blocks: 1, heads: 2, dropout: 0.1 },
    batch: 8,
    negatives: 16,
    seed: 1,
  } as const
  const settings = { stage: '', shape, learningRate: 0.01, rounds: 1, patience: 1 }
  checkpoint = (await trainTasteNetwork(lesson, undefined, settings, silent)).checkpoint
}, 30_000)

describe.each(['mean', 'attention'] as const)('a listener encoder of kind %s', (kind) => {
  const [length, width] = [6, 8]
  const encoded = async (change: (at: number) => number) => {
    const g = graph({ seed: 3 })
    const rng = random('events')
    const shape = ['batch', length]
    const list = (name: string): Tensor => g.input(name, shape)
    const inputs = {
      tracks: g.input('tracks', ['batch', length, width]),
      kind: list('kind'),
      gap: list('gap'),
      hour: list('hour'),
      present: list('present'),
    }
    const listener = listenerEncoder(inputs, { kind, blocks: 2, heads: 2, dropout: 0 })
    const trainer = await openTrainer(sum(listener), { optimizer: adam })
    const predictor = await trainer.predictor({ listener })
    const places = Array.from({ length }, (_, at) => at)
    const noise = Array.from({ length: length * width }, () => rng.normal())
    const found = await predictor.run({
      tracks: Float32Array.from(noise, (value, at) => value + change(Math.floor(at / width))),
      kind: Float32Array.from(places, (at) => (change(at) === 0 ? 1 : 0)),
      gap: Float32Array.from(places, (at) => (change(at) === 0 ? 1 : 3)),
      hour: Float32Array.from(places, (at) => (change(at) === 0 ? 5 : 9)),
      present: Float32Array.from(places, (at) => (at === 0 ? 0 : 1)),
    })
    await Promise.all([trainer.close(), predictor.close()])
    return found.listener!
  }

  it('reads nothing of what comes later', async () => {
    const [plain, changed] = [await encoded(() => 0), await encoded((at) => (at >= 4 ? 1 : 0))]
    expect([...changed.slice(0, 4 * width)]).toEqual([...plain.slice(0, 4 * width)])
    expect([...changed.slice(4 * width)]).not.toEqual([...plain.slice(4 * width)])
  })

  it('reads nothing of what is padding', async () => {
    const [plain, changed] = [await encoded(() => 0), await encoded((at) => (at === 0 ? 1 : 0))]
    expect([...changed.slice(width)]).toEqual([...plain.slice(width)])
  })
})

const adam = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }

describe('events as the encoder reads them', () => {
  it('lie at the end of the row after a mark of the start', () => {
    const inputs = eventInputs(1, 5)
    putEvents(inputs, 0, world.sequences, 0, 0, 3)
    expect([...inputs.present]).toEqual([0, 1, 1, 1, 1])
    expect([...inputs.item]).toEqual([-1, -1, ...world.sequences.item.subarray(0, 3)])
    expect(inputs.kind[1]).toBe(4)
  })

  it('are the newest where they do not fit, with no mark', () => {
    const inputs = eventInputs(1, 5)
    putEvents(inputs, 0, world.sequences, 0, 0, 9)
    expect([...inputs.item]).toEqual([...world.sequences.item.subarray(4, 9)])
    expect([...inputs.kind]).not.toContain(4)
  })

  it('have no gap and no hour where nobody knows the time, and tolerate a clock that goes back', () => {
    const at = world.sequences.at.slice()
    at[1] = Number.NaN
    at[4] = at[3]! - 1e9
    const inputs = eventInputs(1, 5)
    putEvents(inputs, 0, { ...world.sequences, at }, 0, 0, 5)
    expect([...inputs.gap.slice(0, 3)]).toEqual([0, 0, 0])
    expect(inputs.hour[1]).toBe(0)
    expect(inputs.gap[4]).toBe(1)
  })
})

describe('a taste model', () => {
  it('gives a listener one vector, whoever else is asked about, and one to somebody without events', async () => {
    const model = await openTaste(checkpoint)
    const tracks = await model.embedTracks(world.content, world.names)
    const all = await model.encode(world.sequences, tracks)
    const empty = { ...world.sequences, offsets: Int32Array.of(0, 12, 12, 24) }
    const three = await model.encode(empty, tracks)
    expect([...three.subarray(0, 8)]).toEqual([...all.subarray(0, 8)])
    close([...three.subarray(16)], [...all.subarray(8, 16)])
    expect(three.subarray(8, 16).every(Number.isFinite)).toBe(true)
    await model.close()
  })

  it('is the same from its files', async () => {
    const files = tasteFiles('taste', checkpoint)
    const again = readTaste(files, 'taste', 1)
    const same = tasteFiles('taste', again)
    expect(Object.keys(same)).toEqual(Object.keys(files))
    for (const [name, bytes] of Object.entries(files)) expect(Buffer.compare(same[name]!, bytes)).toBe(0)
  })

  it('is refused when its tables are not of its vocabulary, or its files are of another format', () => {
    const files = tasteFiles('taste', checkpoint)
    const json = (change: object) =>
      Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(files['taste.json']!).toString()), ...change }))
    const other = { ...checkpoint.vocabulary, artists: checkpoint.vocabulary.artists.slice(1) }
    for (const change of [{ format: 99 }, { vocabulary: other }])
      expect(() => readTaste({ ...files, 'taste.json': json(change) }, 'taste', 7)).toThrow(
        expect.objectContaining({ code: 'MODEL_OLD' }),
      )
  })

  it('knows artists and tracks again by name in a catalog with other numbers', async () => {
    const model = await openTaste(checkpoint)
    const before = await model.embedTracks(world.content, world.names)
    const turned = Array.from({ length: world.content.items }, (_, k) => world.content.items - 1 - k)
    const after = await model.embedTracks(picked(world.content, turned), {
      items: turned.map((item) => world.names.items[item]!),
      artists: world.names.artists,
    })
    const first = after.subarray(after.length - 8)
    close([...first], [...before.subarray(0, 8)])
    // The same numbers under other names are other artists and tracks.
    const misread = await model.embedTracks(world.content, {
      items: [...world.names.items].reverse(),
      artists: ['', ...world.names.artists.slice(1).reverse()],
    })
    expect([...misread.subarray(0, 8)]).not.toEqual([...before.subarray(0, 8)])
    await model.close()
  })

  it('places a track of nobody it knows by what else is known of it', async () => {
    const model = await openTaste(checkpoint)
    const strangers = {
      items: world.names.items.map(() => ''),
      artists: world.names.artists.map(() => 'new'),
    }
    const tracks = await model.embedTracks(world.content, strangers)
    expect(tracks.every(Number.isFinite)).toBe(true)
    expect([...tracks.subarray(0, 8)]).not.toEqual([...tracks.subarray(8, 16)])
    await model.close()
  })
})

function close(a: readonly number[], b: readonly number[]): void {
  for (const [at, value] of a.entries()) expect(value).toBeCloseTo(b[at]!, 4)
}

/** The content of some items in another order. */
function picked(content: ItemContent, items: readonly number[]): ItemContent {
  return {
    ...content,
    audio: Float32Array.from(items.flatMap((item) => [...content.audio.subarray(item * 13, item * 13 + 13)])),
    artist: Int32Array.from(items, (item) => content.artist[item]!),
    genres: Int32Array.from(items, (item) => content.genres[item]!),
    year: Float32Array.from(items, (item) => content.year[item]!),
    popularity: Float32Array.from(items, (item) => content.popularity[item]!),
  }
}
