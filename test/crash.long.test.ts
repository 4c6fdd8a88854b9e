import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeExport } from '../bench/make-export.ts'
import { random } from '../src/core/random.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { recommend } from '../src/recommend.ts'

const CLI = join(import.meta.dirname, '../dist/cli/main.js')
const ROUNDS = 20
/** A training takes longer than an import. */
const TRAINING_ROUNDS = 12
const rng = random('crashes')

const home = mkdtempSync(join(tmpdir(), 'deepcuts-killed-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const small = join(home, 'small.zip')
const large = join(home, 'large.zip')
/** A store with the small export and a model of it, and one with the large export too. */
const before = join(home, 'before')
const after = join(home, 'after')
let folders = 0

interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  readonly ms: number
}

/** Runs the command line; `stop` sends a signal after some milliseconds, `limit` bounds the files it may write, in kilobytes. */
function deepcuts(
  args: readonly string[],
  { stop, limit }: { stop?: { signal: NodeJS.Signals; after: number }; limit?: number } = {},
): Promise<Ended> {
  const started = performance.now()
  const child = limit
    ? spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, CLI, ...args])
    : spawn(process.execPath, [CLI, ...args])
  const timer = stop && setTimeout(() => child.kill(stop.signal), stop.after)
  let stderr = ''
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (status, signal) => {
      clearTimeout(timer)
      resolve({ status, signal, stderr, ms: performance.now() - started })
    }),
  )
}

async function looked<T>(folder: string, look: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine({ data: folder, now: Date.now, timeZone: 'UTC' })
  try {
    return await look(engine)
  } finally {
    await engine.close()
  }
}

/** Everything that an import brings, counted, and read as a mix would read it. */
const counted = (folder: string) =>
  looked(folder, async ({ library }) => ({
    imports: (await library.imports.list()).map(({ name }) => name),
    plays: await library.store.count('plays'),
    claims: await library.store.count('claims'),
    identifiers: await library.store.count('identifiers'),
    tracks: (await library.catalog()).size,
    heard: (await library.log(await library.listeners.get('me'))).size,
  }))

/** The version that serves, after a mix was drawn with it. */
const serving = (folder: string) =>
  looked(folder, async (engine) => {
    const { mix } = await recommend({ listener: 'me', recipe: 'daily-1', n: 10, at: Date.now() }, engine)
    expect(mix.tracks).toHaveLength(10)
    return mix.modelVersion
  })

function copyOf(folder: string): string {
  const copy = join(home, `copy ${++folders}`)
  cpSync(folder, copy, { recursive: true })
  return copy
}

const importLarge = (folder: string) => ['import', large, '--data', folder]
const trainAgain = (folder: string) => ['train', '--data', folder, '--quiet']
let importMs: number
let trainMs: number
let [countsBefore, countsAfter]: (Awaited<ReturnType<typeof counted>> | undefined)[] = []

beforeAll(async () => {
  if (!existsSync(CLI)) throw new Error('There is no dist/cli/main.js. Run "npm run build" first.')
  await makeExport({ path: small, rows: 3000, tracks: 400 })
  await makeExport({ path: large, rows: 40_000, tracks: 3000, seed: 2 })
  expect((await deepcuts(['import', small, '--data', before])).status).toBe(0)
  expect((await deepcuts(trainAgain(before))).status).toBe(0)
  cpSync(before, after, { recursive: true })
  const imported = await deepcuts(importLarge(after))
  expect(imported.status).toBe(0)
  importMs = imported.ms
  const scratch = copyOf(before)
  const trained = await deepcuts(trainAgain(scratch))
  trainMs = trained.ms
  countsBefore = await counted(before)
  countsAfter = await counted(after)
  expect(countsAfter.plays).toBeGreaterThan(countsBefore.plays + 30_000)
})

describe('kill -9', () => {
  it('in the middle of an import leaves the store as it was before or as it is after', async () => {
    const found = { before: 0, after: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const folder = copyOf(before)
      const late = round % 2 ? 0.6 : 0.1
      const stop = { signal: 'SIGKILL' as const, after: importMs * (late + (1.05 - late) * rng.next()) }
      await deepcuts(importLarge(folder), { stop })
      const counts = await counted(folder)
      expect([countsBefore, countsAfter]).toContainEqual(counts)
      found[counts.plays === countsBefore!.plays ? 'before' : 'after']++
      if (round % 5 === 0) {
        expect((await deepcuts(importLarge(folder))).status).toBe(0)
        expect(await counted(folder)).toEqual(countsAfter)
      }
      rmSync(folder, { recursive: true })
    }
    expect(found.before).toBeGreaterThan(0)
  })

  it('in the middle of training leaves the old model or the new one, and it serves', async () => {
    const found = new Set<number>()
    for (let round = 0; round < TRAINING_ROUNDS; round++) {
      const folder = copyOf(before)
      const late = round % 2 ? 0.8 : 0.1
      const stop = { signal: 'SIGKILL' as const, after: trainMs * (late + (1.1 - late) * rng.next()) }
      await deepcuts(trainAgain(folder), { stop })
      const version = await serving(folder)
      expect([1, 2]).toContain(version)
      found.add(version)
      if (round % 5 === 0) {
        expect((await deepcuts(trainAgain(folder))).status).toBe(0)
        expect(await serving(folder)).toBe(version + 1)
      }
      rmSync(folder, { recursive: true })
    }
    expect(found).toContain(1)
  })
})

describe('Ctrl-C', () => {
  it('in the middle of an import ends it with a sentence and keeps nothing of it', async () => {
    let stopped = 0
    for (const share of [0.35, 0.5, 0.6]) {
      const folder = copyOf(before)
      const stop = { signal: 'SIGINT' as const, after: importMs * share }
      const { status, stderr } = await deepcuts(importLarge(folder), { stop })
      if (status === 130) {
        stopped++
        expect(stderr).toMatch(/[Ss]topped.*Run it again/)
        expect(await counted(folder)).toEqual(countsBefore)
      } else expect([status, await counted(folder)]).toEqual([0, countsAfter])
    }
    expect(stopped).toBeGreaterThan(0)
  })

  it('in the middle of training ends it soon, with a sentence that says whether the best so far serves', async () => {
    let stopped = 0
    for (const share of [0.4, 0.6, 0.8]) {
      const folder = copyOf(before)
      const stop = { signal: 'SIGINT' as const, after: trainMs * share }
      const { status, stderr, ms } = await deepcuts(trainAgain(folder), { stop })
      if (status === 130) {
        stopped++
        expect(stderr).toMatch(/Stopped\./)
        expect(ms).toBeLessThan(trainMs)
        const kept = / kept as version 2; it (serves|does not serve)/.exec(stderr)
        expect(await serving(folder)).toBe(kept?.[1] === 'serves' ? 2 : 1)
      } else expect(status).toBe(0)
    }
    expect(stopped).toBeGreaterThan(0)
  })
})

describe('a full disk', () => {
  const kilobytes = (folder: string) => Math.ceil(statSync(join(folder, 'deepcuts.duckdb')).size / 1024)

  it('in training is told with a sentence, and the old model serves', async () => {
    for (const limit of [1, 8]) {
      const folder = copyOf(before)
      const { status, stderr } = await deepcuts(trainAgain(folder), { limit })
      expect(status, stderr).toBe(1)
      expect(stderr).toMatch(/There is no space left to write to .*Free some space and try again\./)
      expect(readdirSync(join(folder, 'models'))).toEqual(['1'])
      expect(await serving(folder)).toBe(1)
    }
  })

  it('in an import is told with a sentence and the store is as it was, or the import fits and is whole', async () => {
    const [small, whole] = [kilobytes(before), kilobytes(after)]
    let full = 0
    for (const limit of [100, small + 1, (small + whole) >> 1]) {
      const folder = copyOf(before)
      const { status, stderr } = await deepcuts(importLarge(folder), { limit })
      if (status === 0) expect(await counted(folder)).toEqual(countsAfter)
      else {
        full++
        expect(status, stderr).toBe(1)
        expect(stderr).toMatch(/There is no space left to write to .*Free some space and try again\./)
        expect(await counted(folder)).toEqual(countsBefore)
        expect((await deepcuts(importLarge(folder))).status).toBe(0)
        expect(await counted(folder)).toEqual(countsAfter)
      }
    }
    expect(full).toBeGreaterThan(0)
  })
})
