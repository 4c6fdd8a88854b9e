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
import type { Catalog } from './library/catalog.ts'
import { type Library, openLibrary } from './library/library.ts'
import type { ModelManifest } from './library/models.ts'
import type { Recipe } from './mix/recipe.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import { type OpenLikabilityModel, openEnsemble } from './model/ensemble.ts'
import type { LikabilityModel } from './model/likability.ts'
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

/** Opens the data folder and wires the parts. Close it: the folder has one owner. */
export async function openEngine({ data, now, timeZone }: EngineOptions): Promise<Engine> {
  const folder = resolve(data)
  const store = await openStore(`file:${folder}`, { now })
  const library = openLibrary(store, folder, now, timeZone, (version, files) => {
    readCheckpoint(files, 'model', version)
  })
  let serving: (ServingModel & { readonly likability: OpenLikabilityModel }) | undefined

  const open = async (listener: string): Promise<ServingModel> => {
    const { id } = await library.listeners.get(listener)
    const active = await library.models.active(id)
    const catalog = await library.catalog()
    if (serving && serving.manifest.version === active?.version && serving.catalog === catalog) return serving
    const { manifest, files } = await library.models.load(id)
    const { ensemble, audioScale, background } = readCheckpoint(files, 'model', manifest.version)
    // The one it replaces is not closed: a request under way may still ask it.
    const likability = await openEnsemble(ensemble)
    const audio = scaleAudio(catalog, audioScale)
    const scorer = likabilityScorer(likability, catalog)
    const backgroundOf = (inSitting: boolean) => background[inSitting ? 'rolling' : 'frozen']
    serving = { manifest, likability, catalog, audio, scorer, background: backgroundOf }
    return serving
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
      await serving?.likability.close()
      await store.close()
    },
  }
}
