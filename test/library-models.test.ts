import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DeepcutsError, ERRORS } from '../src/core/errors.ts'
import { type Library, openLibrary } from '../src/library/library.ts'
import type { Models } from '../src/library/models.ts'
import { NOW, tempLibrary } from './suites/temp-library.ts'

const ADA = 1
const BO = 2

/** What a training puts into a version, with a mark that tells one version from another. */
const filesOf = (mark: number) => ({
  'model.onnx': Uint8Array.of(8, mark, 0, 255),
  'model.json': Buffer.from(`{"mark":${mark}}`),
  'background.f32': new Uint8Array(Float32Array.of(mark, 0.5, Number.NaN).buffer),
  'held-out.onnx': Uint8Array.of(9, mark),
  'held-out.json': Buffer.from('{}'),
  'evaluation.json': Buffer.from('[1,2]'),
})

/** Saves versions one after the other: true for those that are made to serve. */
async function saved(models: Models, serve: readonly boolean[], listener = ADA): Promise<void> {
  for (const [i, serves] of serve.entries())
    await models.save(listener, filesOf(i), { round: i }, { serve: serves })
}

/** The version that serves, read from the disk. */
const serving = async (models: Models, listener = ADA) => (await models.load(listener)).manifest.version
const versions = async (models: Models, listener = ADA) =>
  (await models.list(listener)).map(({ version }) => version)
const folders = (folder: string) =>
  readdirSync(join(folder, 'models')).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))

describe('a version', () => {
  test('comes back as it was saved, by default the one that serves', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await expect(models.load(ADA)).rejects.toMatchObject({ code: 'NO_MODEL' })
    expect(await models.active(ADA)).toBeUndefined()
    expect(await models.list(ADA)).toEqual([])
    const first = await models.save(ADA, filesOf(1), { seed: 1 }, { serve: true })
    const second = await models.save(ADA, filesOf(2), { seed: 2, auc: 0.7 }, { serve: true })
    expect(first).toMatchObject({ format: 1, version: 1, at: NOW, training: { seed: 1 } })
    expect(first).not.toHaveProperty('parent')
    expect(second).toMatchObject({ version: 2, parent: 1 })
    expect(Object.keys(second.sha256)).toEqual(Object.keys(filesOf(2)))
    const loaded = await models.load(ADA)
    expect(loaded.manifest).toEqual(second)
    expect(contents(loaded.files)).toEqual(contents(filesOf(2)))
    expect(contents((await models.load(ADA, 1)).files)).toEqual(contents(filesOf(1)))
    expect(await models.active(ADA)).toEqual(second)
    expect(JSON.parse(readFileSync(join(folder, 'models/2/manifest.json'), 'utf8'))).toEqual(second)
  })

  test('that is not to serve is kept beside the one that does, with that one as its parent', async () => {
    const { library } = await tempLibrary()
    const { models } = library
    await models.save(ADA, filesOf(0), {}, { serve: false })
    expect(await models.active(ADA)).toBeUndefined()
    await expect(models.load(ADA)).rejects.toMatchObject({ code: 'NO_MODEL' })
    await saved(models, [true, false, false])
    expect(await serving(models)).toBe(2)
    expect((await models.list(ADA)).map(({ version, active, parent }) => [version, active, parent])).toEqual([
      [4, false, 2],
      [3, false, 2],
      [2, true, undefined],
      [1, false, undefined],
    ])
  })

  test('is on the disk, files and folders, before the store lists it', async () => {
    const { folder, store, again } = await tempLibrary()
    const order: string[] = []
    const handle = await open(folder)
    const synced = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync')
    onTestFinished(() => synced.mockRestore())
    synced.mockImplementation(async function (this: FileHandle) {
      order.push((await this.stat()).isDirectory() ? 'folder' : 'file')
    })
    const write = vi.spyOn(store, 'write')
    onTestFinished(() => write.mockRestore())
    write.mockImplementation(async () => void order.push('store'))
    await again().models.save(ADA, { 'model.json': Uint8Array.of(1) }, {}, { serve: true })
    expect(order).toEqual(['file', 'file', 'folder', 'folder', 'folder', 'store'])
    await handle.close()
  })

  test('saved twice at a time is two versions, both whole', async () => {
    const { library, store } = await tempLibrary()
    const { models } = library
    const made = await Promise.all(
      [7, 8, 9].map((mark) => models.save(ADA, filesOf(mark), {}, { serve: true })),
    )
    expect(made.map(({ version }) => version)).toEqual([1, 2, 3])
    for (const [i, { version }] of made.entries())
      expect(contents((await models.load(ADA, version)).files)).toEqual(contents(filesOf(7 + i)))
    expect(await serving(models)).toBe(3)
    expect(await store.count('models')).toBe(3)
  })
})

describe('a version that was compared with the one that serves', () => {
  test('is kept only while that one serves', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    const save = async (against: number | undefined) =>
      (await models.saveAfter(against, ADA, filesOf(1), {}, { serve: true }))?.version
    await saved(models, [true], BO)
    expect(await save(1)).toBeUndefined()
    const both = await Promise.all([save(undefined), save(undefined)])
    expect(both).toEqual([2, undefined])
    expect(await save(2)).toBe(3)
    await models.rollback(ADA)
    expect(await save(3)).toBeUndefined()
    expect(await save(2)).toBe(4)
    expect(await versions(models)).toEqual([4, 3, 2])
    expect(folders(folder)).toEqual(['1', '2', '3', '4'])
  })
})

describe('a version whose files are not what was saved', () => {
  const names = [...Object.keys(filesOf(1)), 'manifest.json']

  test('is marked in the list where it serves, with what is wrong', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true, true])
    const damage = async () => (await models.list(ADA)).map((version) => version.damage)
    expect(await damage()).toEqual([undefined, undefined, undefined])
    writeFileSync(join(folder, 'models/3/held-out.json'), '{ }')
    rmSync(join(folder, 'models/2/model.onnx'))
    expect(await damage()).toEqual(['the checksum of its file held-out.json is wrong', undefined, undefined])
    await models.use(ADA, 1)
    expect(await damage()).toEqual([undefined, undefined, undefined])
  })

  test('is refused for one flipped bit in any of them, and for a byte too few', async () => {
    const { library, folder } = await tempLibrary()
    await saved(library.models, [true])
    for (const name of names) {
      const path = join(folder, 'models/1', name)
      const whole = readFileSync(path)
      for (const at of [0, whole.length >> 1, whole.length - 1]) {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 1
        writeFileSync(path, flipped)
        await expect(library.models.load(ADA)).rejects.toMatchObject({
          code: 'MODEL_DAMAGED',
          message: expect.stringContaining(`1 is damaged: the checksum of its file ${name} is wrong`),
        })
      }
      writeFileSync(path, whole.subarray(1))
      await expect(library.models.load(ADA), name).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
      writeFileSync(path, whole)
      expect(await serving(library.models)).toBe(1)
    }
  })

  test('is refused when one is missing or cannot be read', async () => {
    const { library, folder } = await tempLibrary()
    await saved(library.models, [true])
    for (const name of names) {
      const path = join(folder, 'models/1', name)
      const whole = readFileSync(path)
      rmSync(path)
      await expect(library.models.load(ADA)).rejects.toThrow(`1 is damaged: its file ${name} is missing`)
      mkdirSync(path)
      await expect(library.models.load(ADA)).rejects.toThrow(`its file ${name} cannot be read (EISDIR)`)
      rmSync(path, { recursive: true })
      writeFileSync(path, whole)
    }
    expect(await serving(library.models)).toBe(1)
  })

  test('is refused when another version lies under its number', async () => {
    const { library, folder } = await tempLibrary()
    await saved(library.models, [true, true])
    for (const name of names)
      writeFileSync(join(folder, 'models/2', name), readFileSync(join(folder, 'models/1', name)))
    await expect(library.models.load(ADA)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
  })
})

describe('a version of another deepcuts', () => {
  /** Puts a manifest of another shape in the place of the first version. */
  async function of(change: (manifest: Record<string, unknown>) => object): Promise<Library> {
    const { library, store, again } = await tempLibrary()
    const manifest = await library.models.save(ADA, filesOf(1), { seed: 1 }, { serve: true })
    await store.write([
      { update: 'models', set: { manifest: JSON.stringify(change({ ...manifest })) }, where: { version: 1 } },
    ])
    return again()
  }

  test('with one checksum for its only file is refused and listed, and the next one serves', async () => {
    const { models } = await of(({ version, at, training }) => ({ version, at, sha256: 'ab12', training }))
    await expect(models.load(ADA)).rejects.toMatchObject({
      code: 'MODEL_OLD',
      message: expect.stringMatching(/version 1 .*another version of deepcuts/),
    })
    await expect(models.use(ADA, 1)).rejects.toMatchObject({ code: 'MODEL_OLD' })
    expect(await models.list(ADA)).toMatchObject([
      { version: 1, at: NOW, format: 0, sha256: {}, active: true },
    ])
    await saved(models, [true])
    expect(await serving(models)).toBe(2)
    await expect(models.rollback(ADA)).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
    expect(await serving(models)).toBe(2)
  })

  test('of a later format is refused', async () => {
    const { models } = await of((manifest) => ({ ...manifest, format: 2 }))
    await expect(models.load(ADA)).rejects.toMatchObject({ code: 'MODEL_OLD' })
  })
})

describe('use', () => {
  test('makes a kept version serve, newer or older', async () => {
    const { library, again } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true, false])
    expect(await models.use(ADA, 3)).toMatchObject({ version: 3 })
    expect(await serving(models)).toBe(3)
    await models.use(ADA, 1)
    expect(await serving(again().models)).toBe(1)
    expect((await models.list(ADA)).filter(({ active }) => active)).toMatchObject([{ version: 1 }])
  })

  test('and rollback ask whether a version can serve, and change nothing where it cannot', async () => {
    const { store, folder } = await tempLibrary()
    const asked: [version: number, mark: number][] = []
    const { models } = openLibrary(
      store,
      folder,
      () => NOW,
      'UTC',
      async (version, files) => {
        await Promise.resolve()
        asked.push([version, files['model.onnx']![1]!])
        if (version === 2) throw new DeepcutsError('MODEL_OLD', { version })
      },
    )
    await saved(models, [true, true, true])
    expect(asked).toEqual([])
    await expect(models.use(ADA, 2)).rejects.toMatchObject({ code: 'MODEL_OLD' })
    expect(await serving(models)).toBe(3)
    expect(await models.rollback(ADA)).toMatchObject({ manifest: { version: 1 }, passedOver: [2] })
    await models.use(ADA, 3)
    expect(asked).toEqual([
      [2, 1],
      [2, 1],
      [1, 0],
      [3, 2],
    ])
  })

  test('refuses a version that is not there with those that are, and one that is damaged', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await expect(models.use(ADA, 1)).rejects.toMatchObject({ code: 'NO_MODEL' })
    await saved(models, [true, true, true])
    for (const version of [0, 4, -1]) {
      const refused = { code: 'UNKNOWN_MODEL', message: expect.stringContaining('are: 3, 2, 1.') }
      await expect(models.use(ADA, version)).rejects.toMatchObject(refused)
      await expect(models.load(ADA, version)).rejects.toMatchObject(refused)
    }
    rmSync(join(folder, 'models/2/model.onnx'))
    await expect(models.use(ADA, 2)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
    expect(await serving(models)).toBe(3)
  })
})

describe('rollback', () => {
  test('goes one step further back each time, and says when there is none left', async () => {
    const { library, again } = await tempLibrary()
    const { models } = library
    await expect(models.rollback(ADA)).rejects.toMatchObject({ code: 'NO_MODEL' })
    await saved(models, [true, false, true, true])
    expect(await models.rollback(ADA)).toMatchObject({ manifest: { version: 3 }, from: 4, passedOver: [] })
    expect(await serving(models)).toBe(3)
    expect(await again().models.rollback(ADA)).toMatchObject({ manifest: { version: 1 }, from: 3 })
    await expect(models.rollback(ADA)).rejects.toMatchObject({
      code: 'NOTHING_TO_ROLL_BACK',
      message: expect.stringContaining('Before the model version 1,'),
    })
    expect(await serving(models)).toBe(1)
    expect(await versions(models)).toEqual([4, 3, 2, 1])
  })

  test('after use goes back to what served before it, not to what was made before it', async () => {
    const { library } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true, true])
    await models.use(ADA, 1)
    expect((await models.rollback(ADA)).manifest.version).toBe(3)
    expect((await models.rollback(ADA)).manifest.version).toBe(2)
    await models.use(ADA, 3)
    await models.use(ADA, 3)
    expect((await models.rollback(ADA)).manifest.version).toBe(2)
  })

  test('after training once more goes back to what the rollback brought, not to what it left', async () => {
    const { library } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true])
    await models.rollback(ADA)
    expect(await models.save(ADA, filesOf(3), {}, { serve: true })).toMatchObject({ version: 3, parent: 1 })
    expect((await models.rollback(ADA)).manifest.version).toBe(1)
  })

  test('leaves a damaged version behind, passes over damaged ones, and does not come back to them', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true, true, true])
    for (const version of [4, 3, 2]) rmSync(join(folder, 'models', String(version), 'model.json'))
    await expect(models.load(ADA)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' })
    expect(await models.rollback(ADA)).toMatchObject({
      manifest: { version: 1 },
      from: 4,
      passedOver: [3, 2],
    })
    writeFileSync(join(folder, 'models/2/model.json'), filesOf(1)['model.json'])
    await saved(models, [true])
    expect((await models.rollback(ADA)).manifest.version).toBe(1)
  })

  test('changes nothing when no version before is whole', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true])
    rmSync(join(folder, 'models/1'), { recursive: true })
    await expect(models.rollback(ADA)).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
    expect(await serving(models)).toBe(2)
  })
})

test('versions of two listeners do not mix', async () => {
  const { library } = await tempLibrary()
  const { models } = library
  await saved(models, [true], ADA)
  await saved(models, [true, true], BO)
  await saved(models, [true], ADA)
  expect([await versions(models, ADA), await versions(models, BO)]).toEqual([
    [4, 1],
    [3, 2],
  ])
  expect((await models.active(ADA))?.parent).toBe(1)
  await expect(models.use(ADA, 2)).rejects.toMatchObject({
    code: 'UNKNOWN_MODEL',
    message: expect.stringContaining('are: 4, 1.'),
  })
  await expect(models.load(BO, 4)).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' })
  expect((await models.rollback(ADA)).manifest.version).toBe(1)
  await expect(models.rollback(ADA)).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
  expect(await serving(models, BO)).toBe(3)
  await saved(
    models,
    Array.from({ length: 14 }, () => false),
    ADA,
  )
  expect([await serving(models, BO), await versions(models, BO)]).toEqual([3, [3, 2]])
  expect(await serving(models, ADA)).toBe(1)
  expect((await models.rollback(BO)).manifest.version).toBe(2)
})

describe('old versions', () => {
  test('go, row and folder, but for the newest ten, the one that serves and the one before it', async () => {
    const { library, folder, store } = await tempLibrary()
    const { models } = library
    await saved(models, [true, true, true, ...Array.from({ length: 12 }, () => false)])
    const kept = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 3, 2]
    expect(await versions(models)).toEqual(kept)
    expect(folders(folder)).toEqual([...kept].reverse().map(String))
    expect(await store.count('models')).toBe(kept.length)
    expect((await models.rollback(ADA)).manifest.version).toBe(2)
    await models.use(ADA, 15)
    await saved(models, [true])
    expect(await versions(models)).toEqual([16, 15, 14, 13, 12, 11, 10, 9, 8, 7])
    expect((await models.rollback(ADA)).manifest.version).toBe(15)
  })

  test('a folder that a crash left, finished or not, is in nobody’s way and goes with the next version', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await saved(models, [true])
    for (const left of ['2', '2.part', '1.part', '9', '12.part', 'my notes', '3x']) {
      mkdirSync(join(folder, 'models', left), { recursive: true })
      writeFileSync(join(folder, 'models', left, 'model.json'), 'half')
      writeFileSync(join(folder, 'models', left, 'other'), '')
    }
    expect(await serving(models)).toBe(1)
    await models.save(ADA, filesOf(5), {}, { serve: true })
    expect(contents((await models.load(ADA)).files)).toEqual(contents(filesOf(5)))
    expect(existsSync(join(folder, 'models/2/other'))).toBe(false)
    expect(readdirSync(join(folder, 'models')).sort()).toEqual(['1', '2', '3x', 'my notes'])
  })
})

describe('a save that fails', () => {
  test('for want of space leaves the model in use, and nothing half-written', async () => {
    const { library, folder } = await tempLibrary()
    const { models } = library
    await saved(models, [true])
    const handle = await open(folder)
    let written = 0
    const write = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'writeFile')
    onTestFinished(() => write.mockRestore())
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    for (let fits = 0; fits < Object.keys(filesOf(2)).length + 1; fits++) {
      written = 0
      write.mockImplementation(async () => {
        if (written++ === fits) throw full
      })
      await expect(models.save(ADA, filesOf(2), {}, { serve: true })).rejects.toMatchObject({
        code: 'STORE_FULL',
        message: expect.stringContaining(join(folder, 'models', '2')),
      })
      expect(readdirSync(join(folder, 'models'))).toEqual(['1'])
    }
    write.mockRestore()
    await handle.close()
    expect(await serving(models)).toBe(1)
    await saved(models, [true])
    expect(await serving(models)).toBe(2)
  })

  test('in the store leaves the model in use; its folder goes with the next version', async () => {
    const { library, folder, store } = await tempLibrary()
    const { models } = library
    await saved(models, [true])
    const write = vi.spyOn(store, 'write').mockRejectedValueOnce(new Error('no space'))
    onTestFinished(() => write.mockRestore())
    await expect(models.save(ADA, filesOf(2), {}, { serve: true })).rejects.toThrow('no space')
    expect(await serving(models)).toBe(1)
    expect(await versions(models)).toEqual([1])
    await models.save(ADA, filesOf(3), {}, { serve: false })
    expect(contents((await models.load(ADA, 2)).files)).toEqual(contents(filesOf(3)))
    expect(folders(folder)).toEqual(['1', '2'])
  })
})

test('the sentences about versions say what to run', () => {
  for (const code of ['UNKNOWN_MODEL', 'NOTHING_TO_ROLL_BACK', 'MODEL_DAMAGED'] as const)
    expect(ERRORS[code].sentence).toContain('"deepcuts models')
})

function contents(files: Readonly<Record<string, Uint8Array>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, [...bytes]]))
}
