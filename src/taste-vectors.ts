import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { debuglog } from 'node:util'
import { DeepcutsError } from './core/errors.ts'
import type { AudioScale } from './features/audio-scale.ts'
import { GraphError } from './graph/index.ts'
import { type BlendWeights, LINEAR_NAME, readBlend } from './learn/everybody-blend.ts'
import { itemContent, itemNames, sequencesOf } from './learn/everybody-sequences.ts'
import { type LinearTaste, openLinear, readLinear } from './learn/linear-taste.ts'
import { TASTE_NAME } from './learn/taste-train.ts'
import type { Catalog } from './library/catalog.ts'
import { EVERYBODY, type KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'
import type { ListeningLog } from './library/listening-log.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import { buildIndex, exactIndex, openIndex, type StoredIndex } from './neighbors/stored-index.ts'
import type { VectorIndex } from './neighbors/vector-index.ts'
import { closenessIn } from './taste/closeness.ts'
import { readTaste, type TasteCheckpoint } from './taste/taste-checkpoint.ts'
import { openTaste, type TasteModel } from './taste/taste-model.ts'

/** A taste model over a catalog: every track of it as a vector, and any listener as one, from what they played. */
export interface TasteVectors {
  /** Rows that belong next after a log, best first; of one that stays the same it is worked out once. None once it was closed. */
  after(log: ListeningLog): Promise<readonly number[]>
  /**
   * What the blend of the version adds to a row's log-odds after a log, for a new row or one that is known; undefined where it adds nothing, and
   * once it was closed. Of a log that stays the same the listener is worked out once; a row is a dot product.
   */
  added(log: ListeningLog): Promise<AddedLogOdds | undefined>
  /** Gives its native memory back once no call is under way. */
  close(): Promise<void>
}

export type AddedLogOdds = (row: number, kind: 'new' | 'familiar') => number

/** Rows that are kept of a listener: far more than a mix takes, since what is known and refused is among them. */
const KEPT = 2000

const debug = debuglog('deepcuts')

/** The vectors of a catalog's tracks, row after row, and a search among them by inner product. */
interface EmbeddedTracks {
  readonly vectors: Float32Array
  readonly index: VectorIndex
}

/** Where the vectors of tracks are kept, and of which model and catalog they must be. */
interface KeptAt {
  readonly folder: string
  readonly fingerprint: string
}

/** How a version blends what its models say of taste into what ranks. */
interface Blend {
  readonly weights: BlendWeights
  readonly linear?: LinearTaste
}

/** Vectors of other versions and other catalogs are not trusted, but replaced: there is one file. */
const FILE = 'taste.index'

const vectorsOf = (index: StoredIndex) => index.share().columns.vectors as Float32Array

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** The vectors of a catalog's tracks: out of the file if it is of them, else worked out and written to it. */
async function embeddedTracks(
  model: TasteModel,
  catalog: Catalog,
  scale: AudioScale,
  { folder, fingerprint }: KeptAt,
): Promise<EmbeddedTracks> {
  const path = join(folder, FILE)
  const identity = { fingerprint, metric: 'dot', dimension: model.width } as const
  const opened = await openIndex(path, identity).catch((error: unknown) => {
    debug(sentenceOf(error))
  })
  if (opened?.size === catalog.size) return { vectors: vectorsOf(opened), index: opened }
  const vectors = await model.embedTracks(itemContent(catalog, scale), itemNames(catalog))
  const table = { ids: Int32Array.from(catalog.artist.keys()), vectors, dimension: model.width }
  try {
    await mkdir(folder, { recursive: true })
    const built = await buildIndex(table, 'dot', { path, fingerprint })
    return { vectors: vectorsOf(built), index: built }
  } catch (error) {
    // The file only saves time: where it cannot be written, everything works without it.
    debug(sentenceOf(error))
    return { vectors, index: exactIndex(table, 'dot') }
  }
}

/** Opens a taste model over a catalog; 100,000 tracks take a second or two where their vectors are not kept. @throws GraphError */
async function openTasteVectors(
  checkpoint: TasteCheckpoint,
  catalog: Catalog,
  scale: AudioScale,
  keptAt: KeptAt,
  blend?: Blend,
): Promise<TasteVectors> {
  const model = await openTaste(checkpoint)
  const { vectors, index } = await embeddedTracks(model, catalog, scale, keptAt).catch(async (error) => {
    await model.close()
    throw error
  })
  const underWay = new Set<Promise<unknown>>()
  let closed = false
  /** The work of each log, done once while it stays the same. */
  const once = <T>(work: (log: ListeningLog) => Promise<T>, without: T) => {
    const known = new WeakMap<ListeningLog, Promise<T>>()
    return (log: ListeningLog): Promise<T> => {
      const before = known.get(log)
      if (before || closed) return before ?? Promise.resolve(without)
      const found = work(log).finally(() => underWay.delete(found))
      underWay.add(found)
      known.set(log, found)
      found.catch(() => known.delete(log))
      return found
    }
  }
  const listenerOf = once(
    (log) => model.encode(sequencesOf(catalog, [log]), vectors),
    new Float32Array(model.width),
  )
  const closeness = blend && closenessIn(vectors, model.width)
  const linear = blend?.linear && openLinear(blend.linear, itemNames(catalog).items)
  return {
    after: once(async (log) => Array.from((await index.searchExactly(await listenerOf(log), KEPT)).ids), []),
    added: once<AddedLogOdds | undefined>(async (log) => {
      if (!blend || !closeness) return undefined
      const taste = closeness(await listenerOf(log))
      const whole = [{ sequence: 0, from: 0, to: log.size }]
      const near = linear?.closeness(linear.foldIn(sequencesOf(catalog, [log]), whole))
      return (row, kind) => {
        const weights = blend.weights[kind]
        return (weights.taste ?? 0) * taste(row) + (near ? (weights.linear ?? 0) * near(row) : 0)
      }
    }, undefined),
    async close() {
      closed = true
      await Promise.allSettled(underWay)
      await model.close()
    },
  }
}

/** The taste vectors of the version of everybody that serves, opened when they are first asked for. */
export interface TasteOfEverybody {
  /** Undefined where the version has none that can be read: a mix does without. */
  (): Promise<TasteVectors | undefined>
  /** Those that are open, if any. */
  opened(): Promise<TasteVectors | undefined>
}

/**
 * Keeps the taste vectors of everybody open while their version serves and the catalog is the same.
 * @param folder where the vectors of tracks are kept in a file between runs
 */
export function tasteOfEverybody(
  library: Pick<Library, 'models'>,
  kept: Pick<KeptLibrary, 'active' | 'catalog'>,
  folder: string,
): TasteOfEverybody {
  let open: { version: number; catalog: Catalog; vectors: Promise<TasteVectors | undefined> } | undefined
  const read = async (version: number, catalog: Catalog): Promise<TasteVectors | undefined> => {
    try {
      const { files, manifest } = await library.models.load(EVERYBODY, version)
      if (!(`${TASTE_NAME}.json` in files)) return undefined
      const { audioScale } = readCheckpoint(files, 'model', version)
      const fingerprint = `version ${version} of ${manifest.at}, catalog ${catalog.revision}`
      const checkpoint = readTaste(files, TASTE_NAME, version)
      const [weights, linear] = [readBlend(files), readLinear(files, LINEAR_NAME, version)]
      const blend = weights && { weights, ...(linear && { linear }) }
      return await openTasteVectors(checkpoint, catalog, audioScale, { folder, fingerprint }, blend)
    } catch (error) {
      if (error instanceof DeepcutsError || error instanceof GraphError) return undefined
      throw error
    }
  }
  const tasting = async () => {
    const active = await kept.active(EVERYBODY)
    if (!active) return undefined
    const catalog = await kept.catalog()
    if (open?.version !== active.version || open.catalog !== catalog) {
      const before = open?.vectors
      // One after the other: they write the same file.
      const next = Promise.resolve(before).catch(() => undefined)
      const vectors = next.then(() => read(active.version, catalog))
      const mine = { version: active.version, catalog, vectors }
      open = mine
      mine.vectors.catch(() => {
        if (open === mine) open = undefined
      })
      // Not waited for: requests under way may ask it a while longer.
      before?.then((vectors) => vectors?.close()).catch(() => undefined)
    }
    return open.vectors
  }
  return Object.assign(tasting, { opened: async () => open?.vectors })
}
