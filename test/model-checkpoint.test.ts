import { beforeAll, describe, expect, it } from 'vitest'
import { DeepcutsError } from '../src/core/errors.ts'
import { FEATURE_COUNT, FEATURE_NAMES } from '../src/features/feature-names.ts'
import { type Checkpoint, checkpointFiles, readCheckpoint } from '../src/model/checkpoint.ts'
import { openEnsemble } from '../src/model/ensemble.ts'
import { toyEnsemble, toyRows } from './suites/toy-learner.ts'

let checkpoint: Checkpoint
beforeAll(async () => {
  checkpoint = {
    ensemble: await toyEnsemble(),
    audioScale: { sources: { spotify: { mean: [0.1, 1 / 3], sd: [1e-9, 2] } } },
    background: { rolling: toyRows(4, 'rolling'), frozen: toyRows(4, 'frozen', 1) },
  }
})

type Files = Record<string, Uint8Array>
const filesOf = (name = 'model'): Files => ({ ...checkpointFiles(name, checkpoint) })
/** The files with another JSON. */
const withTables = (change: (tables: Record<string, unknown>) => unknown): Files => {
  const files = filesOf()
  const tables = JSON.parse(Buffer.from(files['model.json']!).toString()) as Record<string, unknown>
  return { ...files, 'model.json': Buffer.from(JSON.stringify(change(tables))) }
}
const problemOf = (files: Files) => {
  try {
    readCheckpoint(files, 'model', 12)
  } catch (error) {
    if (error instanceof DeepcutsError) return [error.code, error.message]
    throw error
  }
  return undefined
}

describe('a checkpoint', () => {
  it('is read back as it was written', () => {
    expect(readCheckpoint(filesOf(), 'model', 1)).toEqual(checkpoint)
  })

  it('predicts what it predicted', async () => {
    const [before, after] = await Promise.all(
      [checkpoint, readCheckpoint(filesOf(), 'model', 1)].map(({ ensemble }) => openEnsemble(ensemble)),
    )
    const raw = toyRows(10, 'asked')
    expect(await after!.logits(raw)).toEqual(await before!.logits(raw))
    await Promise.all([before!.close(), after!.close()])
  })

  it('gives the same bytes each time, and keeps two of one version apart by their names', () => {
    expect(filesOf()).toEqual(filesOf())
    expect(Object.keys({ ...filesOf(), ...filesOf('held-out') }).sort()).toEqual([
      'held-out.background.f32',
      'held-out.json',
      'held-out.onnx',
      'model.background.f32',
      'model.json',
      'model.onnx',
    ])
  })

  it('writes the part of a table that it was given, and reads it wherever the bytes begin', () => {
    const wide = toyRows(6, 'wide')
    const background = {
      rolling: wide.subarray(FEATURE_COUNT, 3 * FEATURE_COUNT),
      frozen: wide.subarray(4 * FEATURE_COUNT),
    }
    const files = checkpointFiles('model', { ...checkpoint, background })
    const shifted = new Uint8Array(files['model.background.f32']!.length + 1)
    shifted.set(files['model.background.f32']!, 1)
    const read = readCheckpoint({ ...files, 'model.background.f32': shifted.subarray(1) }, 'model', 1)
    expect(read.background).toEqual({
      rolling: background.rolling.slice(),
      frozen: background.frozen.slice(),
    })
  })

  it('is refused with its version when it is of another format', () => {
    for (const format of [0, 2, '1', undefined])
      expect(problemOf(withTables((tables) => ({ ...tables, format }))), `${format}`).toEqual([
        'MODEL_OLD',
        expect.stringMatching(/model version 12 .* Run "deepcuts train"/),
      ])
  })

  it('is refused when it reads other features, or the same in another order', () => {
    const [first, second, ...rest] = FEATURE_NAMES
    const others = [
      FEATURE_NAMES.slice(1),
      [...FEATURE_NAMES, 'mood'],
      [second, first, ...rest],
      [],
      undefined,
    ]
    for (const features of others)
      expect(problemOf(withTables((tables) => ({ ...tables, features })))?.[0]).toBe('MODEL_OLD')
    expect(problemOf(withTables((tables) => tables))).toBeUndefined()
  })

  it('is refused when one of its files is missing, or its JSON is none of its own', () => {
    for (const name of Object.keys(filesOf())) {
      const { [name]: _, ...rest } = filesOf()
      expect(problemOf(rest)?.[0], name).toBe('MODEL_OLD')
    }
    expect(problemOf({})?.[0]).toBe('MODEL_OLD')
    expect(problemOf(filesOf('held-out'))?.[0]).toBe('MODEL_OLD')
    for (const tables of [null, [], 5]) expect(problemOf(withTables(() => tables))?.[0]).toBe('MODEL_OLD')
  })
})
