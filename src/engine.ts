import { resolve } from 'node:path'
import { type Accounts, accountsOf } from './accounts/accounts.ts'
import { type ProtocolTokens, protocolTokensOf } from './accounts/protocol-tokens.ts'
import { sealerOf } from './accounts/server-key.ts'
import { type CatalogIndex, catalogIndex } from './candidates/catalog-index.ts'
import { coldTracks } from './candidates/cold-tracks.ts'
import { keptProposals } from './candidates/kept-proposals.ts'
import type { Source, SourceRequest } from './candidates/source.ts'
import { SOURCES } from './candidates/sources.ts'
import { type Continuing, continuingOf } from './continuing.ts'
import type { PolicySettings } from './core/candidate.ts'
import type { Clock } from './core/clock.ts'
import { localTimeIn } from './core/clock.ts'
import type { Dial } from './core/dial.ts'
import { DeepcutsError } from './core/errors.ts'
import type { Mix } from './core/mix.ts'
import type { Received } from './explore/dial.ts'
import type { ExposureBody, Occasion } from './explore/exposure.ts'
import { policyOf } from './explore/policies.ts'
import type { Policy } from './explore/policy.ts'
import { fitAudioScale, scaleAudio } from './features/audio-scale.ts'
import { atMoment, describeListener, isInSitting, type ListenerState } from './features/describe-listener.ts'
import { startHistory } from './features/history.ts'
import { type RolledHistory, rolledHistory } from './features/rolled-history.ts'
import { GraphError } from './graph/index.ts'
import type { Catalog } from './library/catalog.ts'
import { type Community, LEAST_LISTENERS } from './library/community.ts'
import { EVERYBODY, keptLibrary, type ListenerFacts } from './library/kept-library.ts'
import { type Library, openLibrary } from './library/library.ts'
import type { ListenerRow } from './library/listeners.ts'
import type { ModelManifest } from './library/models.ts'
import type { Playlists } from './library/playlists.ts'
import { familiarityOf, type Recipe } from './mix/recipe.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import type { Ensemble } from './model/ensemble.ts'
import type { LikabilityModel } from './model/likability.ts'
import { openReleasable, type ReleasableModel } from './model/releasable.ts'
import { blendedScorer } from './rank/blended-scorer.ts'
import { coldScorer } from './rank/cold-scorer.ts'
import { likabilityScorer, type Scorer } from './rank/scorer.ts'
import { receivedOf } from './received.ts'
import { openStore } from './store/open.ts'
import { keptWhile, watched } from './store/watched.ts'
import { tasteOfEverybody } from './taste-vectors.ts'

export interface EngineOptions {
  /** The data folder; made when missing. */
  readonly data: string
  readonly now: Clock
  /** IANA zone of new listeners. */
  readonly timeZone: string
  /** Whether what several listeners did may count for all of them; absent: nothing of another listener is even read. */
  readonly community?: boolean
  /** What seals the secrets that have to be read again; absent: a key in the data folder. */
  readonly secret?: string
}

/** The parts, wired. Everything with a state hangs on the library; the rest is functions. */
export interface Engine {
  readonly library: Library
  /** Who may sign in to the server. */
  readonly accounts: Accounts
  /** What lets players speak for listeners. */
  readonly tokens: ProtocolTokens
  /** The data folder. */
  readonly folder: string
  readonly now: Clock
  /** The sources that a recipe wants. */
  sourcesOf(recipe: Recipe): readonly Source[]
  policy(settings: PolicySettings): Policy
  /** How the listener wants to be surprised. @throws UNKNOWN_LISTENER */
  dial(listener: string): Promise<Dial>
  /** What became of what mixes showed the listener before `at`. @throws UNKNOWN_LISTENER */
  received(listener: string, at: number): Promise<Received>
  /** The person of that name. @throws UNKNOWN_LISTENER */
  listener(name: string): Promise<ListenerRow>
  /** Number → name of everybody who listens here. */
  listenerNames(): Promise<ReadonlyMap<number, string>>
  /** The catalog with what can be looked up in it. */
  shelves(): Promise<Shelves>
  /** Row → 1 where a listener (by number) may be told of it, and 0 where only somebody else's listening brought it in. */
  openTracks(listener: number): Promise<Uint8Array>
  /**
   * The model that serves a listener, with the catalog it scores: their own, else everybody's where the community is on.
   * @throws UNKNOWN_LISTENER, NO_MODEL, MODEL_DAMAGED, MODEL_OLD
   */
  model(listener: string): Promise<ServingModel>
  /** What scores for a listener: the model that serves them, else what little is known of them. @throws UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD */
  serving(listener: string): Promise<Serving>
  /** The listener as they stand at `at` (ms since the epoch). @throws UNKNOWN_LISTENER, MODEL_DAMAGED, MODEL_OLD */
  describe(name: string, at: number): Promise<ListenerState>
  /** Their own playlists, and those that catalogs tell. */
  playlists(listener: string): Promise<Playlists>
  /** What several listeners did; undefined unless the community is on. */
  community(): Promise<Community | undefined>
  /** Rows that everybody's taste model has next for a listener, best first; undefined where none was trained, or unless the community is on. */
  taste(listener: string): Promise<readonly number[] | undefined>
  /** How playlists go on, as the listener's own version learned it; undefined where it has not. @throws UNKNOWN_LISTENER */
  continuing(listener: string): Promise<Continuing | undefined>
  /** What sources may know beside the listener and the catalog. */
  signals(listener: string): Promise<Pick<SourceRequest, 'playlists' | 'community' | 'taste'>>
  /** When the days' slates of a recipe were drawn for a listener, oldest first. */
  days(listener: number, recipe: string): Promise<Float64Array>
  /** Logs a mix that is shown; the same draw is logged once. */
  logExposure(mix: Mix, occasion: Occasion, body: ExposureBody): Promise<void>
  close(): Promise<void>
}

/** A catalog with its audio on one scale, and what can be looked up by it. None of it is about a listener. */
export interface Shelves {
  readonly catalog: Catalog
  /** size × 13 audio features in standard deviations of the catalog, NaN where missing. */
  readonly audio: Float32Array
  readonly index: CatalogIndex
}

/** What scores for a listener. */
export interface Serving {
  /** The model version; 0 where nothing was trained. */
  readonly version: number
  readonly whose: 'own' | 'everybody' | 'nobody'
  readonly catalog: Catalog
  /** size × 13 audio features as the scorer wants them. */
  readonly audio: Float32Array
  readonly scorer: Scorer<ListenerState>
}

/** A trained model that serves. */
export interface ServingModel extends Serving {
  readonly manifest: ModelManifest
  readonly likability: LikabilityModel
  /** n × FEATURE_COUNT raw features of plays that explanations start from, with or without knowledge of the sitting. */
  background(inSitting: boolean): Float32Array
}

/** For how many listeners a model is kept open between requests. */
const OPEN_MODELS = 4
/** A listener is kept as of this many moments: in a sitting or not, under these snoozes or those. */
const KEPT_STATES = 3

/** Opens the data folder and wires the parts. Close it: the folder has one owner. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { data, now, timeZone } = options
  const folder = resolve(data)
  const store = watched(await openStore(`file:${folder}`, { now }))
  const library = openLibrary(store, folder, now, timeZone, async (version, files) => {
    const { ensemble } = readCheckpoint(files, 'model', version)
    await (await openVersion(version, ensemble)).release()
  })
  const kept = keptLibrary(store, library, now)
  /** By what a listener did and said: the listener described, as of several moments. */
  const described = new WeakMap<ListenerFacts, Map<string, ListenerState>>()
  let shelved: Shelves | undefined
  const shelves = async (): Promise<Shelves> => {
    const catalog = await kept.catalog()
    if (!shelved || shelved.catalog !== catalog) {
      const audio = scaleAudio(catalog, fitAudioScale(catalog, Int32Array.from(catalog.artist.keys())))
      shelved = { catalog, audio, index: catalogIndex(catalog, audio) }
    }
    return shelved
  }
  let untrained: Serving | undefined
  const cold = async (): Promise<Serving> => {
    const { catalog, audio, index } = await shelves()
    if (untrained?.audio === audio) return untrained
    const scorer = coldScorer(coldTracks({ catalog, audio, index }), catalog)
    untrained = { version: 0, whose: 'nobody', catalog, audio, scorer }
    return untrained
  }

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
  /** Listeners with plays; some of them may go with an import that is taken back. */
  const contributors = keptWhile(store, ['imports', 'listeners'], async (_: 0) => {
    const { listener } = await store.read('plays', ['listener'], { where: { hidden: 0 } })
    return new Set(listener).size
  })
  /** The model of everybody, as long as as many stand behind it as behind anything that is made of several. */
  const everybodys = async () => {
    const active = options.community ? await kept.active(EVERYBODY) : undefined
    return active && (await contributors(0)) >= LEAST_LISTENERS ? active : undefined
  }
  /** By whose model a listener is served: their own, or everybody's if they have none. */
  const modelOf = async (name: string) => {
    const { id } = await kept.listener(name)
    const own = await kept.active(id)
    const shared = own ? undefined : await everybodys()
    if (!shared) return { id, owner: id, active: own }
    return { id, owner: EVERYBODY, active: shared }
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
      scorer: owner === id ? own : blendedScorer(own, addedOf),
      background: (inSitting) => background[inSitting ? 'rolling' : 'frozen'],
    }
    if (known) drop(owner)
    serving.set(owner, opened)
    if (serving.size > OPEN_MODELS) drop(serving.keys().next().value!)
    return opened
  }
  // One after the other, so that requests at the same moment share what the first of them opens.
  let last: Promise<unknown> = Promise.resolve()
  const model = (name: string): Promise<ServingModel> => {
    const next = last.catch(() => undefined).then(() => open(name))
    last = next
    return next
  }
  const servingOf = async (name: string): Promise<Serving> =>
    (await modelOf(name)).active ? model(name) : cold()

  const histories = new Map<string, { audio: Float32Array; timeZone: string; history: RolledHistory }>()
  const rolled = (name: string, timeZone: string, catalog: Catalog, audio: Float32Array): RolledHistory => {
    const known = histories.get(name)
    histories.delete(name)
    const same = known?.audio === audio && known.timeZone === timeZone
    const start = () => startHistory({ catalog, audio, localTime: localTimeIn(timeZone) })
    const one = same ? known : { audio, timeZone, history: rolledHistory(start) }
    histories.set(name, one)
    if (histories.size > OPEN_MODELS) histories.delete(histories.keys().next().value!)
    return one.history
  }

  const continuing = continuingOf(library, kept)
  const tasting = tasteOfEverybody(library, { ...kept, active: everybodys }, resolve(folder, 'cache'))
  const sources = SOURCES.map((source) => (source.lasting ? keptProposals(source) : source))

  /** What everybody's taste adds for a listener of everybody's model; nothing where it cannot be worked out: a mix does without. */
  const addedOf = async ({ name, trackHistory }: ListenerState) => {
    const of = await tasting().catch(() => undefined)
    const more = await of?.added((await kept.facts(name)).log).catch(() => undefined)
    return more && ((row: number) => more(row, familiarityOf(trackHistory(row))))
  }

  const communityOf = async () => (options.community ? kept.community() : undefined)
  const tasteOf = async (name: string) =>
    options.community ? (await tasting())?.after((await kept.facts(name)).log) : undefined

  return {
    library,
    accounts: accountsOf({ store, now }),
    tokens: protocolTokensOf(store, now, sealerOf(folder, options.secret)),
    folder,
    now,
    sourcesOf: (recipe) => sources.filter(({ name }) => recipe.sources.some((wanted) => wanted === name)),
    policy: policyOf,
    dial: async (name) => kept.dial((await kept.listener(name)).id),
    received: receivedOf(store, library, kept),
    listener: kept.listener,
    listenerNames: kept.names,
    shelves,
    openTracks: kept.openTracks,
    model,
    serving: servingOf,
    async describe(name, at) {
      const { version, catalog, audio } = await servingOf(name)
      const facts = await kept.facts(name)
      const states = described.get(facts) ?? new Map<string, ListenerState>()
      described.set(facts, states)
      // A snooze that has ended by now is over, whatever the moment that is asked about.
      const feedback = facts.feedback.filter(
        ({ until }) => until === undefined || until > Math.max(at, now()),
      )
      const snoozes = feedback.filter(({ until }) => until !== undefined)
      const sitting = isInSitting(facts.log.endedAt.at(-1) ?? Number.NaN, at)
      const key = [version, sitting, ...snoozes.map(({ id }) => id)].join()
      let state = states.get(key)
      if (!state) {
        const history = rolled(name, facts.row.timeZone, catalog, audio).at(facts.log, sitting)
        state = describeListener({ name, at, catalog, audio, history, ...facts, feedback })
        if (states.size >= KEPT_STATES) states.clear()
        states.set(key, state)
      }
      return atMoment(state, at)
    },
    playlists: kept.playlists,
    community: communityOf,
    taste: tasteOf,
    continuing,
    async signals(name) {
      const [community, taste] = [await communityOf(), await tasteOf(name).catch((error: Error) => error)]
      return {
        playlists: await kept.playlists(name),
        ...(community && { community }),
        ...(taste && { taste }),
      }
    },
    days: kept.days,
    async logExposure({ draw, listener: name, recipe, at, modelVersion }, occasion, body) {
      const { id } = await kept.listener(name)
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
      await (await tasting.opened())?.close()
      await continuing.close()
      await store.close()
    },
  }
}

type Open = ServingModel & { readonly likability: ReleasableModel }

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
