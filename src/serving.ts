import type { Clock } from './core/clock.ts'
import { DeepcutsError } from './core/errors.ts'
import { scaleAudio } from './features/audio-scale.ts'
import type { ListenerState } from './features/describe-listener.ts'
import { GraphError } from './graph/index.ts'
import type { Catalog } from './library/catalog.ts'
import { LEAST_LISTENERS } from './library/community.ts'
import { EVERYBODY, type KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'
import type { ModelManifest } from './library/models.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import type { Ensemble } from './model/ensemble.ts'
import type { LikabilityModel } from './model/likability.ts'
import { openReleasable, type ReleasableModel } from './model/releasable.ts'
import { type Added, blendedScorer } from './rank/blended-scorer.ts'
import { likabilityScorer, type Scorer } from './rank/scorer.ts'
import type { WatchedStore } from './store/watched.ts'

/** What scores for a listener. */
export interface Serving {
  /** The model version; 0 where nothing was trained. */
  readonly version: number
  readonly whose: 'own' | 'everybody' | 'nobody'
  readonly catalog: Catalog
  /** size × 13 audio features as the scorer wants them. */
  readonly audio: Float32Array
  readonly scorer: Scorer<ListenerState>
  /** Why the version that should serve does not, where that is so. */
  readonly problem?: string
}

/** A trained model that serves. */
export interface ServingModel extends Serving {
  readonly manifest: ModelManifest
  readonly likability: LikabilityModel
  /** n × FEATURE_COUNT raw features of plays that explanations start from, with or without knowledge of the sitting. */
  background(inSitting: boolean): Float32Array
}

/** The models that serve, each opened when it is first asked for. */
export interface Servings {
  /** The model that serves a listener. @throws UNKNOWN_LISTENER, NO_MODEL, MODEL_DAMAGED, MODEL_OLD */
  model(name: string): Promise<ServingModel>
  /** What scores for a listener: the model that serves them, else, and where that one cannot be opened, what little is known. @throws UNKNOWN_LISTENER */
  of(name: string): Promise<Serving>
  /** The model of everybody, as long as as many stand behind it as behind anything that is made of several. */
  everybodys(): Promise<ModelManifest | undefined>
  close(): Promise<void>
}

export interface ServingParts {
  readonly store: WatchedStore
  readonly library: Pick<Library, 'models'>
  readonly kept: Pick<KeptLibrary, 'listener' | 'active' | 'catalog'>
  readonly now: Clock
  /** Whether what several listeners did may count for all of them. */
  readonly community: boolean
  /** What models that are kept open between requests may take, bytes. */
  readonly room: number
  /** What other models of everybody add. */
  readonly added: Added<ListenerState>
  /** What scores where nothing was trained. */
  cold(): Promise<Serving>
}

type Open = ServingModel & { readonly likability: ReleasableModel }

/** What a model that is kept open takes beside its features of the catalog, about. */
const MODEL_BYTES = 4 * 2 ** 20
/** A version that could not be opened is tried again after so long. */
const TRIED_AGAIN_MS = 60_000

/** Wires the models of a library. */
export function servingsOf(parts: ServingParts): Servings {
  const { store, library, kept, now, community, room, added, cold } = parts
  /** By whose model it is, the one that was asked for last at the end. */
  const serving = new Map<number, Open>()
  const unreleased = new Set<ReleasableModel>()
  const release = async (likability: ReleasableModel) => {
    await likability.release()
    unreleased.delete(likability)
  }
  const drop = (owner: number) => {
    // Not waited for: requests under way may ask it a while longer.
    void release(serving.get(owner)!.likability)
    serving.delete(owner)
  }
  const enough = enoughListeners(store)
  const everybodys = async () => {
    const active = community ? await kept.active(EVERYBODY) : undefined
    return active && (await enough()) ? active : undefined
  }
  /** By whose model a listener is served: their own, or everybody's if they have none. */
  const modelOf = async (name: string) => {
    const { id } = await kept.listener(name)
    const own = await kept.active(id)
    const shared = own ? undefined : await everybodys()
    return shared ? { id, owner: EVERYBODY, active: shared } : { id, owner: id, active: own }
  }
  const open = async (name: string): Promise<ServingModel> => {
    const { id, owner, active } = await modelOf(name)
    const catalog = await kept.catalog()
    for (const [other, { catalog: its }] of serving) if (its !== catalog) drop(other)
    const known = serving.get(owner)
    if (known && known.manifest.version === active?.version) {
      serving.delete(owner)
      serving.set(owner, known)
      return known
    }
    const { manifest, files } = await library.models.load(owner)
    const { ensemble, audioScale, background } = readCheckpoint(files, 'model', manifest.version)
    const likability = await openVersion(manifest.version, ensemble)
    unreleased.add(likability)
    const own = likabilityScorer(likability, catalog)
    const opened: Open = {
      version: manifest.version,
      whose: owner === id ? 'own' : 'everybody',
      manifest,
      likability,
      catalog,
      audio: scaleAudio(catalog, audioScale),
      scorer: owner === id ? own : blendedScorer(own, added),
      background: (inSitting) => background[inSitting ? 'rolling' : 'frozen'],
    }
    if (known) drop(owner)
    serving.set(owner, opened)
    if (serving.size * (opened.audio.byteLength + MODEL_BYTES) > room && serving.size > 1)
      drop(serving.keys().next().value!)
    return opened
  }
  // One after the other, so that requests at the same moment share what the first of them opens.
  let last: Promise<unknown> = Promise.resolve()
  const model = (name: string): Promise<ServingModel> => {
    const next = last.catch(() => undefined).then(() => open(name))
    last = next
    return next
  }

  /** By version: why it could not be opened, and when it is tried again. */
  const unusable = new Map<number, { readonly problem: string; readonly until: number }>()
  const usable = async (name: string, version: number): Promise<Serving> => {
    const before = unusable.get(version)
    if (before && before.until > now()) return { ...(await cold()), problem: before.problem }
    try {
      return await model(name)
    } catch (error) {
      if (!(error instanceof DeepcutsError) || !['MODEL_DAMAGED', 'MODEL_OLD'].includes(error.code))
        throw error
      unusable.set(version, { problem: error.message, until: now() + TRIED_AGAIN_MS })
      return { ...(await cold()), problem: error.message }
    }
  }
  return {
    model,
    everybodys,
    async of(name) {
      const { owner, active } = await modelOf(name)
      if (!active) return cold()
      const catalog = await kept.catalog()
      const known = serving.get(owner)
      if (known?.version !== active.version || known.catalog !== catalog) return usable(name, active.version)
      serving.delete(owner)
      serving.set(owner, known)
      return known
    },
    async close() {
      await last.catch(() => undefined)
      await Promise.all([...unreleased].map(release))
    },
  }
}

/** Whether enough listeners have plays for anything that is made of several; some of them may go with an import that is taken back. */
function enoughListeners(store: WatchedStore): () => Promise<boolean> {
  const tables = ['imports', 'listeners'] as const
  let counted: { readonly versions: readonly number[]; readonly enough: Promise<boolean> } | undefined
  const count = async () => {
    const { listener } = await store.read('plays', ['listener'], { where: { hidden: 0 } })
    return new Set(listener).size >= LEAST_LISTENERS
  }
  return async () => {
    const versions = tables.map((table) => store.version([table]))
    if (counted?.versions.every((version, i) => version === versions[i])) return counted.enough
    const grew = counted && tables.every((table, i) => store.appended(table, counted!.versions[i]!))
    const enough = grew && (await counted!.enough) ? Promise.resolve(true) : count()
    const mine = { versions, enough }
    counted = mine
    enough.catch(() => {
      if (counted === mine) counted = undefined
    })
    return enough
  }
}

/** @throws MODEL_DAMAGED when ONNX Runtime refuses the file, though it is as it was written */
export async function openVersion(version: number, ensemble: Ensemble): Promise<ReleasableModel> {
  try {
    return await openReleasable(ensemble)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    const problem = 'ONNX Runtime does not accept its network'
    throw new DeepcutsError('MODEL_DAMAGED', { version, problem }, { cause: error })
  }
}
