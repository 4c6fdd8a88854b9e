import { rm } from 'node:fs/promises'
import type { Progress } from '../core/progress.ts'
import type { ChangesData } from './changes.ts'
import { exactSnapshot } from './exact.ts'
import { hnswSnapshot, usearch, writeHnsw } from './hnsw.ts'
import {
  type Columns,
  type Header,
  type IndexFile,
  isThere,
  mustBelong,
  readIndexFile,
  unusable,
  writeIndexFile,
} from './index-file.ts'
import { type Layered, layered } from './layered.ts'
import type { Snapshot } from './snapshot.ts'
import type { IndexIdentity, Metric, VectorIndex, VectorTable } from './vector-index.ts'
import { prepare } from './vectors.ts'

/** Fewer vectors than this are searched exactly: that takes about a millisecond (docs/decisions/neighbors.md). */
const EXACT_BELOW = 20_000

/** Where an index is written, and how. */
export interface BuildOptions {
  readonly path: string
  /** What it is made from; an index of another fingerprint is refused when it is opened. */
  readonly fingerprint: string
  /** From how many vectors on cosine is searched through a graph; an inner product never is. */
  readonly exactBelow?: number
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/** An index whose snapshot lies in a file. */
export interface StoredIndex extends VectorIndex {
  /** What another thread needs to search the same memory with `openShared`, with the changes of this moment. */
  share(): SharedIndex
  /** Keeps the changes beside the snapshot; from then on the two together have this fingerprint. */
  saveChanges(fingerprint: string): Promise<void>
  /**
   * Builds anew in small steps while this index goes on answering, then takes the newer snapshot's place; what is put or removed
   * meanwhile stays. When it fails or is stopped, all is as it was.
   * @throws VECTOR_UNUSABLE, or the signal's reason
   */
  rebuild(table: VectorTable, options: BuildOptions): Promise<void>
}

/** A plain object that can be sent to a worker thread: its columns lie in memory that both then search. */
export interface SharedIndex {
  readonly path: string
  readonly header: Header
  readonly columns: Columns
  readonly changes: ChangesData
}

interface Opened extends IndexFile {
  readonly path: string
  readonly snapshot: Snapshot
}

/**
 * Writes an index of a table and opens it. It is built in steps that let waiting events in.
 * @throws VECTOR_UNUSABLE, or the signal's reason
 */
export async function buildIndex(
  table: VectorTable,
  metric: Metric,
  options: BuildOptions,
): Promise<StoredIndex> {
  return stored(await build(table, metric, options))
}

/**
 * Opens an index that `buildIndex` wrote, with the changes that were saved beside it. All of it is read.
 * @throws INDEX_UNUSABLE when there is none, it was made for something else, or it is cut short or damaged: build it anew then
 */
export async function openIndex(path: string, wanted: IndexIdentity): Promise<StoredIndex> {
  const opened = await open(path)
  const saved = await readChanges(opened)
  mustBelong(path, saved ? saved.header : opened.header, wanted)
  return stored(opened, saved?.columns as ChangesData | undefined)
}

/** The index of another thread, in this one. Nothing is read or copied but its changes. */
export function openShared({ header, columns, changes }: SharedIndex): VectorIndex {
  return layered(snapshotOf({ header, columns }), header, changes)
}

/**
 * An index in memory alone that looks at every vector at each search.
 * @throws VECTOR_UNUSABLE
 */
export function exactIndex(table: VectorTable, metric: Metric): VectorIndex {
  return layered(exactSnapshot(prepare(table, metric)), { metric, dimension: table.dimension })
}

function stored(opened: Opened, changes?: ChangesData): StoredIndex {
  let now = opened
  const index: Layered = layered(opened.snapshot, opened.header, changes)
  const { metric, dimension } = index
  // Onto the index itself, as a copy would freeze its getters.
  return Object.assign(index, {
    share: () => ({ path: now.path, header: now.header, columns: now.columns, changes: index.changes() }),
    async saveChanges(fingerprint: string) {
      const { ids, vectors, removed } = index.changes()
      const header = { kind: 'changes', fingerprint, metric, dimension, count: ids.length } as const
      await writeIndexFile(
        changesPath(now.path),
        { ...header, base: now.checksum },
        { ids, vectors, removed },
      )
    },
    async rebuild(table: VectorTable, options: BuildOptions) {
      const expected = index.expect()
      try {
        now = await build(table, metric, options)
        expected.replace(now.snapshot)
      } catch (error) {
        expected.forget()
        throw error
      }
    },
  })
}

async function build(table: VectorTable, metric: Metric, options: BuildOptions): Promise<Opened> {
  const { path, fingerprint, exactBelow = EXACT_BELOW } = options
  const prepared = prepare(table, metric)
  const { ids, vectors, dimension } = prepared
  const graph = metric === 'cosine' && ids.length >= Math.max(1, exactBelow)
  const library = graph ? await usearch() : undefined
  if (library) await writeHnsw(library, path, fingerprint, prepared, options)
  else {
    const header = { kind: 'exact', fingerprint, metric, dimension, count: ids.length } as const
    await writeIndexFile(path, header, { ids, vectors }, options.signal)
  }
  await rm(changesPath(path), { force: true })
  return await open(path)
}

async function open(path: string): Promise<Opened> {
  const file = await readIndexFile(path)
  if (file.header.kind === 'changes') throw unusable(path, 'it holds changes of an index alone')
  return { ...file, path, snapshot: snapshotOf(file) }
}

function snapshotOf(file: Pick<IndexFile, 'header' | 'columns'>): Snapshot {
  if (file.header.kind === 'hnsw') return hnswSnapshot(file)
  const { ids, vectors } = file.columns as { ids: Int32Array; vectors: Float32Array }
  return exactSnapshot({ ids, vectors, dimension: file.header.dimension })
}

/** The saved changes of a snapshot; nothing when there are none, or when they are of one that was here before. */
async function readChanges({ path, checksum }: Opened): Promise<IndexFile | undefined> {
  if (!(await isThere(changesPath(path)))) return undefined
  const file = await readIndexFile(changesPath(path))
  return file.header.base === checksum ? file : undefined
}

const changesPath = (path: string) => `${path}.changes`
