import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Index } from 'usearch'
import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type Progress, silent } from '../core/progress.ts'
import { halfValues } from './half.ts'
import { type IndexFile, partOf, unusable, writeIndexFile } from './index-file.ts'
import { type NearestSoFar, nearestSoFar } from './nearest-so-far.ts'
import { finish, type Scan, type Snapshot } from './snapshot.ts'
import type { Allowed, Neighbors } from './vector-index.ts'
import { type PreparedTable, twins } from './vectors.ts'

/** Links of a node; the lowest layer has twice as many. Why these: docs/decisions/neighbors.md. */
const CONNECTIVITY = 16
/** Candidates kept while a node is linked, and while one searches. */
const EXPANSION = { build: 128, search: 128 }
/** Rows linked before others may run: some milliseconds. */
const STEP = 32
/** Rows read at a time by a scan: 1 MB at 64 dimensions. */
const BLOCK = 8192
/** Asking the graph for more than this costs more than to look at every vector. */
const MOST = 4096
/** The library's file starts with the shape of the vectors: two 32-bit numbers. */
const SHAPE = 8

/** Closes the file of a snapshot that nobody holds any more, as the library does with its mapping. */
const closing = new FinalizationRegistry<number>(closeSync)

type Library = typeof import('usearch')

/** The library of the graph, or nothing on a machine for which it has no build. */
export async function usearch(): Promise<Library | undefined> {
  return await import('usearch').catch(() => undefined)
}

/**
 * Builds the graph in steps and writes it as `path`. One thread, one order: the same vectors give the same bytes. Equal vectors are one node, so
 * that thousands of them cannot crowd out the links to all others.
 * @throws NOT_WRITTEN, or the signal's reason
 */
export async function writeHnsw(
  library: Library,
  path: string,
  fingerprint: string,
  table: PreparedTable,
  { progress = silent, signal }: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<void> {
  const { ids, vectors, dimension, metric } = table
  const { first, next } = twins(vectors, dimension)
  const graph = newGraph(library, dimension)
  progress.stage('Linking neighbours', first.length, 'vectors')
  for (let from = 0; from < first.length; from += STEP) {
    const rows = first.subarray(from, from + STEP)
    const block = new Float32Array(rows.length * dimension)
    rows.forEach((row, i) => {
      block.set(vectors.subarray(row * dimension, (row + 1) * dimension), i * dimension)
    })
    graph.add(
      BigUint64Array.from(rows, (_, i) => BigInt(from + i)),
      block,
      1,
    )
    progress.at(from + rows.length)
    await breathe(signal)
  }
  try {
    graph.save(partOf(path))
  } catch (error) {
    throw new DeepcutsError('NOT_WRITTEN', { path, problem: (error as Error).message }, { cause: error })
  }
  const header = { kind: 'hnsw', fingerprint, metric, dimension, count: ids.length } as const
  await writeIndexFile(path, header, { ids, first, next }, signal)
  progress.done()
}

/**
 * The graph of a file, mapped into memory: threads that open the same file share it.
 * @throws INDEX_UNUSABLE
 */
export async function openHnsw(path: string, file: IndexFile): Promise<Snapshot> {
  const library = await usearch()
  if (!library) throw unusable(path, 'the library that searches it does not run on this machine')
  const { dimension } = file.header
  const [ids, first, next] = await Promise.all([file.ints('ids'), file.ints('first'), file.ints('next')])
  const graph = newGraph(library, dimension)
  try {
    graph.view(path)
  } catch (error) {
    throw unusable(path, 'another version of the library that searches it wrote it', error)
  }
  const descriptor = openSync(path, 'r')
  if (fstatSync(descriptor).ino !== file.stamp.inode) {
    closeSync(descriptor)
    throw unusable(path, 'it was written anew while it was opened')
  }
  /** Offers the ids of a node and of its twins. */
  const offer = (best: NearestSoFar, node: number, score: number, allowed: Allowed | undefined) => {
    for (let row = first[node]!; row !== -1; row = next[row]!) {
      const id = ids[row]!
      if (best.beats(score, id) && (!allowed || allowed(id))) best.offer(score, id)
    }
  }
  function* scan(query: Float32Array, k: number, allowed: Allowed | undefined): Scan {
    const best = nearestSoFar(k)
    const values = halfValues()
    const block = new Uint16Array(BLOCK * dimension)
    for (let from = 0; from < first.length; from += BLOCK) {
      const nodes = Math.min(BLOCK, first.length - from)
      readSync(self.descriptor, block, 0, nodes * dimension * 2, SHAPE + from * dimension * 2)
      for (let i = 0; i < nodes; i++) {
        let score = 0
        for (let j = 0, at = i * dimension; j < dimension; j++, at++) score += query[j]! * values[block[at]!]!
        offer(best, from + i, score, allowed)
      }
      yield
    }
    return best.sorted()
  }
  function search(query: Float32Array, k: number, allowed: Allowed | undefined): Neighbors {
    if (query.every((value) => value === 0)) return lowestIds(ids, k, allowed)
    let wanted = allowed ? k + (k >> 2) + 8 : k
    while (wanted > 0 && wanted <= MOST && wanted < first.length) {
      const { keys, distances } = graph.search(query, wanted, 1)
      const best = nearestSoFar(k)
      const nodes = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
      for (let i = 0; i < keys.length; i++) offer(best, nodes[2 * i]!, 1 - distances[i]!, allowed)
      if (best.full) return best.sorted()
      if (keys.length < wanted) break
      wanted = Math.ceil(Math.max(2 * wanted, (1.5 * wanted * k) / Math.max(best.size, 1)))
    }
    return finish(scan(query, k, allowed))
  }
  const self = { kind: 'hnsw' as const, ids, search, scan, descriptor }
  closing.register(self, descriptor)
  return self
}

function newGraph({ Index, MetricKind, ScalarKind }: Library, dimension: number): Index {
  return new Index({
    dimensions: dimension,
    metric: MetricKind.IP,
    quantization: ScalarKind.F16,
    connectivity: CONNECTIVITY,
    expansion_add: EXPANSION.build,
    expansion_search: EXPANSION.search,
    multi: false,
  })
}

/** What a query of zeros is equally near to: everything. */
function lowestIds(ids: Int32Array, k: number, allowed: Allowed | undefined): Neighbors {
  const best = nearestSoFar(k)
  for (const id of ids) {
    if (best.full) break
    if (!allowed || allowed(id)) best.offer(0, id)
  }
  return best.sorted()
}
