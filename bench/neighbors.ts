import { once } from 'node:events'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build as bundle } from 'esbuild'
import { type Random, random } from '../src/core/random.ts'
import { buildIndex, exactIndex, openIndex, type SharedIndex } from '../src/neighbors/stored-index.ts'
import type { VectorIndex, VectorTable } from '../src/neighbors/vector-index.ts'
import type { Figure } from './measure.ts'

const DIMENSION = 64
const QUERIES = 200
const IDENTITY = { fingerprint: 'bench', metric: 'cosine', dimension: DIMENSION } as const

/**
 * The graph over clustered vectors: recall against exact search in single precision, time of a search on one core, memory, time to build,
 * to open with its checksum, and to hand to a second thread. 100,000 vectors, or a million with `--million`; and the exact search of small catalogs.
 * Beside the time on the clock stands that of the processor, which says more on a machine that others use too.
 */
export default async function (folder: string, args: readonly string[]): Promise<readonly Figure[]> {
  const count = args.includes('--million') ? 1_000_000 : 100_000
  const path = join(folder, 'bench.index')
  const draws = random('neighbors')
  const table = clustered(count, draws)
  const queries = Array.from({ length: QUERIES }, () => near(table, draws.int(count), draws))

  const before = process.memoryUsage().rss
  const [built, buildMs, buildProcessorMs] = await clocked(() =>
    buildIndex(table, 'cosine', { path, fingerprint: IDENTITY.fingerprint, exactBelow: 1 }),
  )
  const grown = process.memoryUsage().rss - before
  const file = (await stat(path)).size
  const [index, openMs] = await clocked(() => openIndex(path, IDENTITY))

  const truth = await exactly(table, queries)
  const recall = (k: number) =>
    mean(
      queries.map((query, i) => {
        const right = new Set(truth[i]!.subarray(0, k))
        return index.search(query, k).ids.filter((id) => right.has(id)).length / k
      }),
    )
  const size = count.toLocaleString('en')
  const figures: Figure[] = [
    { name: `${size} × ${DIMENSION}: recall@50`, value: recall(50), unit: '', digits: 4 },
    { name: '  recall@100', value: recall(100), unit: '', digits: 4 },
    ...timed('  search, k 100', index, queries, 100, 1),
    ...timed(
      '  search, k 100, one of ten allowed',
      index,
      queries.slice(0, 50),
      100,
      undefined,
      (id) => id % 10 === 3,
    ),
    { name: '  file, and memory that threads share', value: file / 1e6, unit: 'MB', atMost: 350 },
    { name: '  build', value: buildMs / 1000, unit: 's' },
    { name: '    of the processor', value: buildProcessorMs / 1000, unit: 's' },
    { name: '    memory it grew by', value: grown / 1e6, unit: 'MB' },
    { name: '  open, with checksum', value: openMs, unit: 'ms' },
    await handedOver(index.share(), queries[0]!),
  ]
  if (built.size !== index.size) throw new Error('The index lost vectors.')
  for (const few of [5_000, 10_000, 20_000]) {
    const small = {
      ids: table.ids.slice(0, few),
      vectors: table.vectors.slice(0, few * DIMENSION),
      dimension: DIMENSION,
    }
    const name = `${few.toLocaleString('en')} × ${DIMENSION}, exact: search, k 100`
    figures.push(...timed(name, exactIndex(small, 'cosine'), queries, 100))
  }
  return figures
}

/** A result with the milliseconds that it took, on the clock and of the processor. */
async function clocked<T>(work: () => Promise<T>): Promise<[T, number, number]> {
  const processor = process.cpuUsage()
  const started = performance.now()
  const result = await work()
  const { user, system } = process.cpuUsage(processor)
  return [result, performance.now() - started, (user + system) / 1000]
}

function timed(
  name: string,
  index: VectorIndex,
  queries: readonly Float32Array[],
  k: number,
  atMost?: number,
  allowed?: (id: number) => boolean,
): Figure[] {
  const times: number[] = []
  let processor = process.cpuUsage()
  for (let round = 0; round < 5; round++) {
    // The first round warms up.
    if (round === 1) processor = process.cpuUsage()
    for (const query of queries) {
      const started = performance.now()
      index.search(query, k, allowed)
      if (round > 0) times.push(performance.now() - started)
    }
  }
  const { user, system } = process.cpuUsage(processor)
  times.sort((a, b) => a - b)
  const median = { name: `${name}, median`, value: times[times.length >> 1]!, unit: 'ms', digits: 3 }
  return [
    atMost === undefined ? median : { ...median, atMost },
    { name: '    99 %', value: times[Math.floor(times.length * 0.99)]!, unit: 'ms', digits: 3 },
    {
      name: '    of the processor, mean',
      value: (user + system) / 1000 / times.length,
      unit: 'ms',
      digits: 3,
    },
  ]
}

/** Time from handing the index to a running thread until its first answer is back: the median of seven. */
async function handedOver(shared: SharedIndex, query: Float32Array): Promise<Figure> {
  // Inside the repository, so that it finds its packages; as JavaScript, which every Node reads.
  const outfile = fileURLToPath(
    new URL(`../node_modules/.cache/neighbors-bench-${process.pid}.mjs`, import.meta.url),
  )
  const source = fileURLToPath(new URL('./neighbors-thread.ts', import.meta.url))
  const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm' } as const
  await bundle({ entryPoints: [source], outfile, ...options })
  const worker = new Worker(outfile)
  try {
    await once(worker, 'online')
    const times: number[] = []
    for (let round = 0; round < 7; round++) {
      const started = performance.now()
      worker.postMessage({ shared, query })
      const [found] = await once(worker, 'message')
      times.push(performance.now() - started)
      if (found !== 100) throw new Error(`The second thread found ${found} of 100.`)
    }
    return {
      name: '  mapped by a second thread, to its first answer',
      value: times.sort((a, b) => a - b)[3]!,
      unit: 'ms',
      atMost: 50,
    }
  } finally {
    await worker.terminate()
    await rm(outfile, { force: true })
  }
}

/** The 100 nearest of each query by exact search in single precision. */
async function exactly(table: VectorTable, queries: readonly Float32Array[]): Promise<Int32Array[]> {
  const exact = exactIndex(table, 'cosine')
  const found: Int32Array[] = []
  for (const query of queries) found.push((await exact.searchExactly(query, 100)).ids)
  return found
}

/** Vectors of length one around as many centres as the root of their number. */
function clustered(count: number, draws: Random): VectorTable {
  const centres = Array.from({ length: Math.round(Math.sqrt(count)) }, () =>
    Float32Array.from({ length: DIMENSION }, () => draws.normal()),
  )
  const vectors = new Float32Array(count * DIMENSION)
  for (let row = 0; row < count; row++) {
    const centre = centres[draws.int(centres.length)]!
    for (let j = 0; j < DIMENSION; j++) vectors[row * DIMENSION + j] = centre[j]! + 0.6 * draws.normal()
  }
  return { ids: Int32Array.from({ length: count }, (_, i) => i), vectors, dimension: DIMENSION }
}

/** A query close to a row. */
function near({ vectors }: VectorTable, row: number, draws: Random): Float32Array {
  const at = vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)
  return at.map((value) => value + 0.4 * draws.normal())
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
