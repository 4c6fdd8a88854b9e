import { rm } from 'node:fs/promises'
import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type Progress, silent } from '../core/progress.ts'
import { FIXED, type Graph, graphSearch } from './graph.ts'
import { type IndexFile, writeIndexFile } from './index-file.ts'
import { type NearestSoFar, nearestSoFar } from './nearest-so-far.ts'
import { finish, type Scan, type Snapshot } from './snapshot.ts'
import { readUsearchLinks } from './usearch-file.ts'
import type { Allowed, Neighbors } from './vector-index.ts'
import { type PreparedTable, twins } from './vectors.ts'

/** Links of a node; the lowest layer has twice as many. Why these: docs/decisions/neighbors.md. */
const CONNECTIVITY = 16
/** Candidates kept while a node is linked. */
const BUILD_BREADTH = 128
/** Candidates kept by a search at least, and for each result that is wanted. */
const BREADTH = { least: 192, each: 1.5 }
/** Keeping more than this costs more than to look at every vector. */
const MOST = 4096
/** Rows linked before others may run: some milliseconds. */
const STEP = 32
/** Nodes looked at in a step of a scan. */
const BLOCK = 65_536

type Library = typeof import('usearch')

/** The columns of a file. */
type HnswColumns = {
  /** Ascending. */
  readonly ids: Int32Array
  /** The row of `ids` that a node stands for, and the next row of the same vector, or −1. */
  readonly first: Int32Array
  readonly next: Int32Array
} & Omit<Graph, 'dimension' | 'shape'>

/** The library that links graphs, or nothing on a machine for which it has no build. */
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
  const { links, upper, upperAt, shape } = await linked(
    library,
    `${path}.graph`,
    table,
    first,
    progress,
    signal,
  )
  const fixed = new Int16Array(first.length * dimension)
  first.forEach((row, node) => {
    for (let j = 0; j < dimension; j++)
      fixed[node * dimension + j] = Math.round(vectors[row * dimension + j]! * FIXED)
  })
  const header = { kind: 'hnsw', fingerprint, metric, dimension, count: ids.length, graph: shape } as const
  const columns: HnswColumns = { vectors: fixed, links, upper, upperAt, ids, first, next }
  await writeIndexFile(path, header, columns, signal)
  progress.done()
}

async function linked(
  { Index, MetricKind, ScalarKind }: Library,
  path: string,
  { vectors, dimension }: PreparedTable,
  first: Int32Array,
  progress: Progress,
  signal: AbortSignal | undefined,
) {
  const graph = new Index({
    dimensions: dimension,
    metric: MetricKind.IP,
    quantization: ScalarKind.F16,
    connectivity: CONNECTIVITY,
    expansion_add: BUILD_BREADTH,
    expansion_search: BUILD_BREADTH,
    multi: false,
  })
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
    try {
      graph.save(path)
    } catch (error) {
      throw new DeepcutsError('NOT_WRITTEN', { path, problem: (error as Error).message }, { cause: error })
    }
    return await readUsearchLinks(path, signal)
  } finally {
    await rm(path, { force: true })
  }
}

/** The graph of a file that was read: it may lie in memory that other threads search too. */
export function hnswSnapshot({ header, columns }: Pick<IndexFile, 'header' | 'columns'>): Snapshot {
  const { dimension, graph: shape } = header as { dimension: number } & Required<Pick<typeof header, 'graph'>>
  const { ids, first, next, ...graph } = columns as HnswColumns
  const { vectors } = graph
  const walk = graphSearch({ ...graph, dimension, shape })
  /** Offers the ids of a node and of its twins. */
  const offer = (best: NearestSoFar, node: number, score: number, allowed: Allowed | undefined) => {
    for (let row = first[node]!; row !== -1; row = next[row]!) {
      const id = ids[row]!
      if (best.beats(score, id) && (!allowed || allowed(id))) best.offer(score, id)
    }
  }
  function* scan(query: Float32Array, k: number, allowed: Allowed | undefined): Scan {
    const best = nearestSoFar(k)
    for (let node = 0, at = 0; node < first.length; node++) {
      let score = 0
      for (let j = 0; j < dimension; j++, at++) score += query[j]! * vectors[at]!
      offer(best, node, score / FIXED, allowed)
      if (node % BLOCK === BLOCK - 1) yield
    }
    return best.sorted()
  }
  function search(query: Float32Array, k: number, allowed: Allowed | undefined): Neighbors {
    if (query.every((value) => value === 0)) return lowestIds(ids, k, allowed)
    let wanted = k
    while (wanted <= MOST && wanted < first.length) {
      const breadth = Math.max(BREADTH.least, Math.ceil(BREADTH.each * wanted))
      const found = walk.near(query, breadth)
      const best = nearestSoFar(k)
      for (let i = 0; i < found.size; i++) offer(best, found.nodes[i]!, found.scores[i]!, allowed)
      if (best.full) return best.sorted()
      if (found.size < breadth) break
      wanted = Math.ceil(Math.max(2 * wanted, (1.5 * breadth * k) / Math.max(best.size, 1)))
    }
    return finish(scan(query, k, allowed))
  }
  return { kind: 'hnsw', ids, search, scan }
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
