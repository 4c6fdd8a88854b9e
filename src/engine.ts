import { resolve } from 'node:path'
import type { Source } from './candidates/source.ts'
import { SOURCES } from './candidates/sources.ts'
import type { Clock } from './core/clock.ts'
import { localTimeIn } from './core/clock.ts'
import { DeepcutsError } from './core/errors.ts'
import type { Mix } from './core/mix.ts'
import type { ExposureBody, Occasion } from './explore/exposure.ts'
import { mixturePolicy } from './explore/mixture.ts'
import type { Policy } from './explore/policy.ts'
import { scaleAudio } from './features/audio-scale.ts'
import { describeListener, type ListenerState } from './features/describe-listener.ts'
import { startHistory } from './features/history.ts'
import { GraphError } from './graph/index.ts'
import type { Catalog } from './library/catalog.ts'
import { type Library, openLibrary } from './library/library.ts'
import type { ModelManifest } from './library/models.ts'
import type { Recipe } from './mix/recipe.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import type { Ensemble } from './model/ensemble.ts'
import type { LikabilityModel } from './model/likability.ts'
import { openReleasable, type ReleasableModel } from './model/releasable.ts'
import { likabilityScorer, type Scorer } from './rank/scorer.ts'
import { openStore } from './store/open.ts'

export interface EngineOptions {
  /** The data folder; made when missing. */
  readonly data: string
  readonly now: Clock
  /** IANA zone of new listeners. */
  readonly timeZone: string
}

/** The parts, wired. Everything with a state hangs on the library; the rest is functions. */
export interface Engine {
  readonly library: Library
  /** The data folder. */
  readonly folder: string
  readonly now: Clock
  /** The sources that a recipe wants. */
  sourcesOf(recipe: Recipe): readonly Source[]
  policy(recipe: Recipe): Policy
  /** The model that serves a listener, with the catalog it scores. @throws UNKNOWN_LISTENER, NO_MODEL, MODEL_DAMAGED, MODEL_OLD */
  model(listener: string): Promise<ServingModel>
  /** The listener as they stand at `at` (ms since the epoch). @throws UNKNOWN_LISTENER, NO_MODEL, NO_PLAYS */
  describe(name: string, at: number): Promise<ListenerState>
  /** Logs a mix that is shown; the same draw is logged once. */
  logExposure(mix: Mix, occasion: Occasion, body: ExposureBody): Promise<void>
  close(): Promise<void>
}

export interface ServingModel {
  readonly manifest: ModelManifest
  readonly likability: LikabilityModel
  readonly scorer: Scorer
  readonly catalog: Catalog
  /** size × 13 audio features as the model scales them. */
  readonly audio: Float32Array
  /** n × FEATURE_COUNT raw features of plays that explanations start from, with or without knowledge of the sitting. */
  background(inSitting: boolean): Float32Array
}

/** For how many listeners a model is kept open between requests. */
const OPEN_MODELS = 4

/** Opens the data folder and wires the parts. Close it: the folder has one owner. */
export async function openEngine({ data, now, timeZone }: EngineOptions): Promise<Engine> {
  const folder = resolve(data)
  const store = await openStore(`file:${folder}`, { now })
  const library = openLibrary(store, folder, now, timeZone, async (version, files) => {
    const { ensemble } = readCheckpoint(files, 'model', version)
    await (await openVersion(version, ensemble)).release()
  })
  /** By listener, the one that was asked for last at the end. */
  const serving = new Map<number, Serving>()
  const unreleased = new Set<ReleasableModel>()

  const release = async (likability: ReleasableModel) => {
    await likability.release()
    unreleased.delete(likability)
  }
  const drop = (id: number) => {
    // Not waited for: requests under way may ask it a while longer.
    void release(serving.get(id)!.likability)
    serving.delete(id)
  }

  const open = async (listener: string): Promise<ServingModel> => {
    const { id } = await library.listeners.get(listener)
    const active = await library.models.active(id)
    const catalog = await library.catalog()
    for (const [other, { catalog: its }] of serving) if (its !== catalog) drop(other)
    const known = serving.get(id)
    if (known && known.manifest.version === active?.version) {
      serving.delete(id)
      serving.set(id, known)
      return known
    }
    const { manifest, files } = await library.models.load(id)
    const { ensemble, audioScale, background } = readCheckpoint(files, 'model', manifest.version)
    const likability = await openVersion(manifest.version, ensemble)
    unreleased.add(likability)
    const audio = scaleAudio(catalog, audioScale)
    const scorer = likabilityScorer(likability, catalog)
    const backgroundOf = (inSitting: boolean) => background[inSitting ? 'rolling' : 'frozen']
    const opened = { manifest, likability, catalog, audio, scorer, background: backgroundOf }
    if (known) drop(id)
    serving.set(id, opened)
    if (serving.size > OPEN_MODELS) drop(serving.keys().next().value!)
    return opened
  }
  // One after the other, so that requests at the same moment share what the first of them opens.
  let last: Promise<unknown> = Promise.resolve()
  const model = (listener: string): Promise<ServingModel> => {
    const next = last.catch(() => undefined).then(() => open(listener))
    last = next
    return next
  }

  return {
    library,
    folder,
    now,
    sourcesOf: (recipe) => SOURCES.filter(({ name }) => recipe.sources.some((wanted) => wanted === name)),
    policy: ({ temperature, floor }) => mixturePolicy({ temperature, floor }),
    model,
    async describe(name, at) {
      const listener = await library.listeners.get(name)
      const { catalog, audio } = await model(name)
      const log = await library.log(listener)
      if (log.size === 0) throw new DeepcutsError('NO_PLAYS', { listener: name })
      return describeListener({
        name,
        at,
        catalog,
        audio,
        saved: await library.saved(listener),
        log,
        history: startHistory({ catalog, audio, localTime: localTimeIn(listener.timeZone) }),
        feedback: await library.feedback.list(listener.id),
      })
    },
    async logExposure({ draw, listener, recipe, at, modelVersion }, occasion, body) {
      const { id } = await library.listeners.get(listener)
      await library.exposures.append({
        draw,
        listener: id,
        recipe,
        occasion,
        at,
        model: modelVersion,
        body: JSON.stringify(body),
      })
    },
    async close() {
      await last.catch(() => undefined)
      await Promise.all([...unreleased].map(release))
      await store.close()
    },
  }
}

type Serving = ServingModel & { readonly likability: ReleasableModel }

/** @throws MODEL_DAMAGED when ONNX Runtime refuses the file, though it is as it was written */
async function openVersion(version: number, ensemble: Ensemble): Promise<ReleasableModel> {
  try {
    return await openReleasable(ensemble)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    const problem = 'ONNX Runtime does not accept its network'
    throw new DeepcutsError('MODEL_DAMAGED', { version, problem }, { cause: error })
  }
}
