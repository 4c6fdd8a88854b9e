import { DeepcutsError } from './core/errors.ts'
import type { AudioScale } from './features/audio-scale.ts'
import { GraphError } from './graph/index.ts'
import { itemContent, itemNames, sequencesOf } from './learn/everybody-sequences.ts'
import { TASTE_NAME } from './learn/taste-train.ts'
import type { Catalog } from './library/catalog.ts'
import { EVERYBODY, type KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'
import type { ListeningLog } from './library/listening-log.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import { readTaste, type TasteCheckpoint } from './taste/taste-checkpoint.ts'
import { openTaste } from './taste/taste-model.ts'

/** A taste model over a catalog: every track of it as a vector, and any listener as one, from what they played. */
export interface TasteVectors {
  /** Rows that belong next after a log, best first; of one that stays the same it is worked out once. None once it was closed. */
  after(log: ListeningLog): Promise<readonly number[]>
  /** Gives its native memory back once no call is under way. */
  close(): Promise<void>
}

/** Rows that are kept of a listener: far more than a mix takes, since what is known and refused is among them. */
const KEPT = 2000

/** Opens a taste model over a catalog; 100,000 tracks take some seconds. @throws GraphError */
async function openTasteVectors(
  checkpoint: TasteCheckpoint,
  catalog: Catalog,
  scale: AudioScale,
): Promise<TasteVectors> {
  const model = await openTaste(checkpoint)
  const tracks = await model.embedTracks(itemContent(catalog, scale), itemNames(catalog))
  const known = new WeakMap<ListeningLog, Promise<readonly number[]>>()
  const underWay = new Set<Promise<unknown>>()
  let closed = false
  const work = async (log: ListeningLog): Promise<readonly number[]> => {
    const listener = await model.encode(sequencesOf(catalog, [log]), tracks)
    const scores = new Float32Array(catalog.size)
    for (let row = 0; row < catalog.size; row++) {
      let sum = 0
      for (let d = 0, at = row * model.width; d < model.width; d++, at++) sum += tracks[at]! * listener[d]!
      scores[row] = sum
    }
    const bar = Float32Array.from(scores).sort().at(-KEPT) ?? Number.NEGATIVE_INFINITY
    const rows: number[] = []
    scores.forEach((score, row) => {
      if (score >= bar) rows.push(row)
    })
    return rows.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, KEPT)
  }
  return {
    after(log) {
      const before = known.get(log)
      if (before || closed) return before ?? Promise.resolve([])
      const rows = work(log).finally(() => underWay.delete(rows))
      underWay.add(rows)
      known.set(log, rows)
      rows.catch(() => known.delete(log))
      return rows
    },
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

/** Keeps the taste vectors of everybody open while their version serves and the catalog is the same. */
export function tasteOfEverybody(
  library: Pick<Library, 'models'>,
  kept: Pick<KeptLibrary, 'active' | 'catalog'>,
): TasteOfEverybody {
  let open: { version: number; catalog: Catalog; vectors: Promise<TasteVectors | undefined> } | undefined
  const read = async (version: number, catalog: Catalog): Promise<TasteVectors | undefined> => {
    try {
      const { files } = await library.models.load(EVERYBODY, version)
      if (!(`${TASTE_NAME}.json` in files)) return undefined
      const { audioScale } = readCheckpoint(files, 'model', version)
      return await openTasteVectors(readTaste(files, TASTE_NAME, version), catalog, audioScale)
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
      const mine = { version: active.version, catalog, vectors: read(active.version, catalog) }
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
