import { describe, expect, it } from 'vitest'
import { SKIP } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { tasteBatch, trainedTables } from '../src/learn/taste-batch.ts'
import { leaveOut, ndcgOf, partsOf, tasteScores } from '../src/learn/taste-left-out.ts'
import { reordered, tasteLesson } from '../src/learn/taste-lesson.ts'
import { trainTasteNetwork } from '../src/learn/taste-loop.ts'
import { refreshTaste, trainTaste } from '../src/learn/taste-train.ts'
import { firstTimes, roundsFor, windowsOf } from '../src/learn/taste-windows.ts'
import type { Sequences } from '../src/taste/sequences.ts'
import { openTaste } from '../src/taste/taste-model.ts'
import { featureWidth } from '../src/taste/track-features.ts'
import { tasteWorld } from './suites/taste-worlds.ts'

const world = tasteWorld({ listeners: 60, events: 20, genres: 3, artists: 4, tracks: 5 })
const everyone = Array.from({ length: 60 }, (_, s) => s)
const shape = {
  width: 16,
  length: 20,
  features: 1,
  ids: true,
  encoder: { kind: 'mean', blocks: 1, heads: 2, dropout: 0.1 },
  batch: 16,
  negatives: 32,
  seed: 1,
} as const

/** A listener who heard these tracks to their end, one an hour. */
function heard(items: readonly (readonly number[])[], outcome = 1): Sequences {
  const events = items.flat()
  let end = 0
  return {
    items: world.content.items,
    offsets: Int32Array.from([0, ...items.map((list) => (end += list.length))]),
    item: Int32Array.from(events),
    outcome: new Int8Array(events.length).fill(outcome),
    at: Float64Array.from(events, (_, k) => k * 3_600_000),
    playlist: new Uint8Array(items.length),
    owner: Int32Array.from(items, (_, s) => s),
  }
}

describe('windows', () => {
  it('foresee every event of a listener once a round, but for windows that begin late', () => {
    const sequences = heard([[1, 2, 3, 4, 5]])
    const found = Array.from({ length: 30 }, (_, k) => windowsOf(sequences, [0], 20, random(k)))
    for (const windows of found) expect(windows.map(({ to }) => to)).toEqual([4])
    expect(new Set(found.map(([window]) => window!.from)).size).toBeGreaterThan(1)
    expect(found.filter(([window]) => window!.from === 0).length).toBeGreaterThan(15)
  })

  it('are at most eight for one who plays all day, and one for somebody with one play', () => {
    const sequences = heard([Array.from({ length: 20_000 }, (_, k) => k % 60), [7]])
    const windows = windowsOf(sequences, [0, 1], 20, random(1))
    expect(windows.filter(({ sequence }) => sequence === 0)).toHaveLength(8)
    expect(windows.filter(({ sequence }) => sequence === 1)).toEqual([
      { sequence: 1, from: 20_000, to: 20_000 },
    ])
  })

  it('have nothing to foresee in what the listener had before', () => {
    expect([...firstTimes(heard([[3, 3, 4, 3], [3]]))]).toEqual([1, 0, 1, 0, 1])
  })
})

describe('what gets a vector of its own', () => {
  // Track 7 is of artist 2; the other tracks of this artist are heard by nobody here.
  const content = { ...world.content, genres: new Int32Array(60), genreSets: [[], ['folk'], ['polka']] }
  content.genres[7] = 1
  content.genres[30] = 2
  const lessonOf = (items: readonly (readonly number[])[], owner: readonly number[], least?: number) => {
    const sequences = { ...heard(items), owner: Int32Array.from(owner) }
    const listeners = items.map((_, s) => s)
    return tasteLesson({ ...world, content, sequences }, listeners, least).vocabulary
  }
  const words = (count: number) => Array.from({ length: count }, () => [7, 7])

  it('has five distinct owners behind it where everybody is learned from: a track, its artist, its tag', () => {
    const known = lessonOf([...words(5), [30]], [0, 1, 2, 3, 4, 5], 5)
    expect(known).toEqual({ items: ['track 7'], artists: ['artist 1'], tags: ['folk'] })
    expect(lessonOf([...words(4), [30]], [0, 1, 2, 3, 4], 5)).toEqual({ items: [], artists: [], tags: [] })
  })

  it('is not one listener with four playlists, however small the minimum of two is', () => {
    const one = [9, 9, 9, 9, 9]
    expect(lessonOf(words(5), one, 5).items).toEqual([])
    expect(lessonOf(words(5), one)).toEqual({ items: [], artists: [], tags: [] })
    expect(lessonOf(words(2), [1, 2]).items).toEqual(['track 7'])
    expect(lessonOf(words(6), [1, 2, 3, 4, 5, 5], 5).artists).toEqual(['artist 1'])
  })

  it('is an artist whom five listeners had by different tracks, and none of the tracks', () => {
    const known = lessonOf([[5], [6], [7], [8], [9]], [0, 1, 2, 3, 4], 5)
    expect(known).toEqual({ items: [], artists: ['artist 1'], tags: [] })
  })
})

describe('rounds', () => {
  it('make about a thousand steps, at most twenty and at least three', () => {
    const people = (count: number) => heard(Array.from({ length: count }, () => [1, 2, 3]))
    expect([10, 3200, 64_000].map((count) => roundsFor(people(count), 100, 32))).toEqual([20, 10, 3])
  })

  it('have the events of each listener in another order where nothing tells one, and no other', () => {
    const timed = heard([[1, 2, 3, 4, 5, 5], [7]])
    const lesson = tasteLesson({ ...world, sequences: timed }, [0, 1])
    expect(reordered(lesson, random(1))).toBe(lesson)
    const sequences = { ...timed, at: timed.at.map(() => Number.NaN) }
    const free = tasteLesson({ ...world, sequences }, [0, 1])
    const rounds = Array.from({ length: 20 }, (_, k) => reordered(free, random(k)))
    for (const { data, wanted } of rounds) {
      const { item } = data.sequences
      expect([...item.subarray(0, 6)].sort()).toEqual([1, 2, 3, 4, 5, 5])
      expect(item[6]).toBe(7)
      expect([...wanted]).toEqual([...firstTimes(data.sequences)])
    }
    expect(new Set(rounds.map(({ data }) => data.sequences.item[0])).size).toBeGreaterThan(2)
  })
})

describe('a batch', () => {
  const sequences = heard([[10, 11, 12, 11, 13]])
  sequences.outcome[2] = 0
  const lesson = tasteLesson({ ...world, sequences }, [0])
  const built = { ...shape, length: 6, features: featureWidth(lesson.features), batch: 2 }
  const tables = trainedTables(lesson, built)
  const batch = tasteBatch(lesson, tables, built, [{ sequence: 0, from: 0, to: 4 }], random(1))

  it('has at each place something to be foreseen that follows it, was finished, and was new', () => {
    expect([...batch.items.subarray(0, 6)]).toEqual([-1, -1, 10, 11, 12, 11])
    expect([...batch.inputs.present!.subarray(0, 6)]).toEqual([0, 1, 1, 1, 1, 1])
    const found = Array.from({ length: 6 }, () => new Set<number>())
    for (let seed = 0; seed < 60; seed++) {
      const drawn = tasteBatch(lesson, tables, built, [{ sequence: 0, from: 0, to: 4 }], random(seed))
      for (const [at, item] of drawn.inputs.right!.subarray(0, 6).entries()) found[at]!.add(item)
      expect([...drawn.inputs.weight!]).toEqual([0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    }
    expect(found.map((items) => [...items].sort())).toEqual([[-1], [10, 11, 13], [11, 13], [13], [13], [13]])
  })

  it('tells the right ones apart from tracks that somebody heard', () => {
    const negatives = new Set(batch.inputs.wrong)
    expect([...negatives].sort()).toEqual([10, 11, 12, 13])
    const q = [10, 11, 12, 13].map((item) => Math.exp(lesson.draw.logQ[item]!))
    expect(q.reduce((sum, value) => sum + value)).toBeCloseTo(1)
  })
})

describe('left-out listeners', () => {
  const leftOut = leaveOut(world.sequences, random(1))

  it('are a fifth, shown what came first, and asked for what they finished later and had not heard', () => {
    expect(leftOut.judged).toHaveLength(12)
    for (const [row, s] of leftOut.judged.entries()) {
      const own = [...world.sequences.item.subarray(s * 20, s * 20 + 20)]
      expect([...leftOut.shown.item.subarray(row * 16, row * 16 + 16)]).toEqual(own.slice(0, 16))
      for (const item of leftOut.wanted[row]!) {
        expect(own.slice(0, 16)).not.toContain(item)
        expect(world.genre[item]).toBe(world.loves[s])
      }
    }
  })

  it('teach nothing', () => {
    const taught = everyone.filter((s) => !leftOut.judged.includes(s))
    const other = { ...world.sequences, item: world.sequences.item.slice() }
    for (const s of leftOut.judged) other.item.fill(0, s * 20, s * 20 + 20)
    const [a, b] = [world.sequences, other].map((sequences) => tasteLesson({ ...world, sequences }, taught))
    expect(a!.fans).toEqual(b!.fans)
    expect(a!.vocabulary).toEqual(b!.vocabulary)
    expect(a!.draw.logQ).toEqual(b!.draw.logQ)
  })

  it('are left out with their playlists, and count once', () => {
    // Of each pair of sequences one is a playlist of the same listener.
    const owner = world.sequences.owner.map((s) => s >> 1)
    for (let seed = 0; seed < 5; seed++) {
      const out = leaveOut({ ...world.sequences, owner }, random(seed))
      expect(out.judged).toHaveLength(6)
      expect(new Set(out.judged.map((s) => owner[s])).size).toBe(6)
      expect(out.sequences.size).toBe(12)
      for (const s of out.judged) for (const each of [s, s ^ 1]) expect(out.sequences).toContain(each)
    }
  })

  it('who are foreseen perfectly have an NDCG of 1', () => {
    const perfect = (row: number) =>
      Float32Array.from({ length: world.content.items }, (_, item) => Number(leftOut.wanted[row]!.has(item)))
    expect(ndcgOf(leftOut, perfect).every((value) => value === 1)).toBe(true)
  })
})

describe('a trained network', () => {
  it('makes no more steps in a round than it may', async () => {
    const lesson = tasteLesson(world, everyone)
    const built = { ...shape, batch: 2, features: featureWidth(lesson.features) }
    const stepped = async (most: { readonly roundSteps?: number }) => {
      const settings = { stage: '', shape: built, learningRate: 1e-3, rounds: 1, patience: 1, ...most }
      const drawn = { ...lesson, draw: { ...lesson.draw, next: counted } }
      draws = 0
      await trainTasteNetwork(drawn, undefined, settings, silent)
      return draws / built.negatives
    }
    let draws = 0
    const counted: typeof lesson.draw.next = (rng) => {
      draws++
      return lesson.draw.next(rng)
    }
    expect(await stepped({ roundSteps: 7 })).toBe(7)
    expect(await stepped({})).toBe(60)
  }, 30_000)

  it('serves listeners it never saw by what they finished, is pushed away by skips, and places unheard tracks by content', async () => {
    const leftOut = leaveOut(world.sequences, random(1))
    const taught = everyone.filter((s) => !leftOut.judged.includes(s))
    // The last track of each artist is heard by nobody.
    const silenced = (item: number) => item % 5 === 4
    const sequences = {
      ...world.sequences,
      item: world.sequences.item.map((one) => (silenced(one) ? one - 1 : one)),
    }
    const data = { ...world, sequences }
    const lesson = tasteLesson(data, taught)
    const built = { ...shape, features: featureWidth(lesson.features) }
    const settings = { stage: '', shape: built, learningRate: 5e-3, rounds: 6, patience: 6 }
    const { checkpoint } = await trainTasteNetwork(lesson, undefined, settings, silent)
    const model = await openTaste(checkpoint)

    const known = {
      ...leftOut,
      shown: partsOf(
        sequences,
        leftOut.judged.map((sequence) => ({ sequence, from: sequence * 20, to: sequence * 20 + 16 })),
      ),
    }
    const tracks = await model.embedTracks(world.content, world.names)
    const score = await tasteScores(model, known.shown, tracks)
    const [ours, popular] = [score, () => Float32Array.from(lesson.fans)].map((by) =>
      average(ndcgOf(known, by)),
    )
    expect(ours).toBeGreaterThan(popular! * 1.3)

    const scores = async (outcome: number) => {
      const [listener] = [await model.encode(heard([[0, 6, 11]], outcome), tracks)]
      return Array.from({ length: world.content.items }, (_, item) =>
        tracks.subarray(item * 16, item * 16 + 16).reduce((sum, value, j) => sum + value * listener![j]!, 0),
      )
    }
    const genreMean = (list: readonly number[], genre: number, only: (item: number) => boolean) =>
      average(list.filter((_, item) => world.genre[item] === genre && only(item)))
    const [finished, skipped] = [await scores(1), await scores(0)]
    const ahead = (list: readonly number[], only: (item: number) => boolean) =>
      genreMean(list, 0, only) - (genreMean(list, 1, only) + genreMean(list, 2, only)) / 2
    expect(ahead(finished, silenced)).toBeGreaterThan(0.5)
    expect(ahead(finished, () => true)).toBeGreaterThan(ahead(skipped, () => true) + 1)
    await model.close()
  }, 30_000)

  it('goes on with new artists, and keeps what it knew', async () => {
    const lesson = tasteLesson(world, everyone)
    const built = { ...shape, features: featureWidth(lesson.features) }
    const settings = { stage: '', shape: built, learningRate: 5e-3, rounds: 1, patience: 1 }
    const { checkpoint } = await trainTasteNetwork(lesson, undefined, settings, silent)
    const artists = world.names.artists.map((name, at) => (at === 2 ? 'a new name' : name))
    const next = await refreshTaste(
      checkpoint,
      { ...world, names: { ...world.names, artists } },
      { seed: 2 },
      silent,
    )
    const [before, after] = [checkpoint.vocabulary.artists, next.checkpoint.vocabulary.artists]
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after.slice(before.length)).toEqual(['a new name'])
    await next.model.close()
  }, 30_000)
})

describe('the choice of capacity', () => {
  it('stays off with too few listeners to judge by, and says so', async () => {
    const few = partsOf(
      world.sequences,
      [0, 1, 2, 3].map((sequence) => ({ sequence, from: sequence * 20, to: sequence * 20 + 20 })),
    )
    const { choice, trained } = await trainTaste({ ...world, sequences: few }, { seed: 1 }, silent)
    expect(choice.chosen).toBe('popularity')
    expect(choice.sentence).toMatch(/0 listeners could be left out .* takes 5/)
    expect(trained).toBeUndefined()
  })

  it('tries no attention where own vectors did not help few listeners, and says so; of many it tries all', async () => {
    const of = (listeners: number) =>
      trainTaste(
        tasteWorld({ listeners, events: 10, genres: 1, artists: 4, tracks: 4 }),
        { seed: 1, width: 8, rounds: 1 },
        silent,
      )
    const [few, many] = [await of(40), await of(130)]
    expect(few.choice.trials.map(({ level }) => level)).toEqual(['popularity', 'content', 'ids'])
    expect(few.choice.sentence).toContain(
      'Not tried with 32 to learn from, since a smaller step did not help: attention.',
    )
    expect(many.choice.trials.map(({ level }) => level)).toEqual([
      'popularity',
      'content',
      'ids',
      'attention',
    ])
    expect(many.choice.sentence).not.toContain('Not tried')
  }, 60_000)

  it('leaves out the owners it is told, with all that is theirs, also those whom it cannot judge by', () => {
    const owner = world.sequences.owner.map((s) => s % 24)
    const sequences = { ...world.sequences, owner }
    const told = new Set([1, 5])
    const { judged, sequences: out } = leaveOut(sequences, random(1), told)
    const theirs = [...owner.keys()].filter((s) => told.has(owner[s]!))
    expect([...out].sort((a, b) => a - b)).toEqual(theirs)
    expect(new Set(judged.map((s) => owner[s]))).toEqual(told)
    const silentOwner = {
      ...sequences,
      outcome: sequences.outcome.map((code, at) => (owner[Math.floor(at / 20)] === 5 ? SKIP : code)),
    }
    const found = leaveOut(silentOwner, random(1), told)
    expect(found.judged.map((s) => owner[s])).toEqual([1])
    expect(found.sequences).toEqual(out)
  })

  it('stays off where the playlists of few listeners look like many', async () => {
    const sequences = { ...world.sequences, owner: world.sequences.owner.map((s) => s % 24) }
    const { choice } = await trainTaste({ ...world, sequences }, { seed: 1 }, silent)
    expect(choice.listeners).toEqual({ taught: 20, leftOut: 4 })
    expect(choice.chosen).toBe('popularity')
  })

  it.each([
    ['one listener', [[1, 2, 3, 4, 5, 6]]],
    ['one track', Array.from({ length: 40 }, () => [0])],
    ['all plays the same track', Array.from({ length: 40 }, () => [0, 0, 0, 0, 0, 0])],
    ['nobody', []],
  ])('stays off with %s', async (_, items) => {
    const { choice } = await trainTaste({ ...world, sequences: heard(items) }, { seed: 1 }, silent)
    expect(choice.chosen).toBe('popularity')
  })
})

function average(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}
