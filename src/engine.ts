import { resolve } from 'node:path'
import { type Accounts, accountsOf } from './accounts/accounts.ts'
import { type ProtocolTokens, protocolTokensOf } from './accounts/protocol-tokens.ts'
import { sealerOf } from './accounts/server-key.ts'
import { type CatalogIndex, catalogIndex } from './candidates/catalog-index.ts'
import { coldTracks } from './candidates/cold-tracks.ts'
import { keptProposals } from './candidates/kept-proposals.ts'
import type { Retrieved } from './candidates/retrieve.ts'
import type { Source, SourceRequest } from './candidates/source.ts'
import { SOURCES } from './candidates/sources.ts'
import { type Continuing, continuingOf } from './continuing.ts'
import type { PolicySettings } from './core/candidate.ts'
import type { Clock } from './core/clock.ts'
import { localTimeIn } from './core/clock.ts'
import type { Dial } from './core/dial.ts'
import { inTime } from './core/in-time.ts'
import type { Mix } from './core/mix.ts'
import { namedTurns } from './core/turns.ts'
import type { Received } from './explore/dial.ts'
import type { ExposureBody, Occasion } from './explore/exposure.ts'
import { policyOf } from './explore/policies.ts'
import type { Policy } from './explore/policy.ts'
import { fitAudioScale, scaleAudio } from './features/audio-scale.ts'
import { atMoment, describeListener, isInSitting, type ListenerState } from './features/describe-listener.ts'
import { startHistory } from './features/history.ts'
import { type RolledHistory, rolledHistory } from './features/rolled-history.ts'
import type { Catalog } from './library/catalog.ts'
import type { Community } from './library/community.ts'
import { type ListenerFacts as KeptFacts, keptLibrary } from './library/kept-library.ts'
import { type Library, openLibrary } from './library/library.ts'
import type { ListenerRow } from './library/listeners.ts'
import type { Playlists } from './library/playlists.ts'
import { familiarityOf, type Recipe } from './mix/recipe.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import { coldScorer } from './rank/cold-scorer.ts'
import { receivedOf } from './received.ts'
import { openVersion, type Serving, type ServingModel, servingsOf } from './serving.ts'
import { openStore } from './store/open.ts'
import { type WatchedStore, watched } from './store/watched.ts'
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
  /** What may be kept of models and listeners between requests, bytes, about; absent: 384 MiB. */
  readonly memory?: number
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
  /** Row → 1 where anybody may be told of it. The same object while nothing changes. */
  sharedTracks(): Promise<Uint8Array>
  /** Row → 1 where a listener (by number) may be told of it, and 0 where only somebody else's listening brought it in. */
  openTracks(listener: number): Promise<Uint8Array>
  /** The same, where only these rows are of interest: many times quicker when they are of catalogs. */
  openAmong(listener: number, rows: readonly number[]): Promise<Uint8Array>
  /**
   * The model that serves a listener, with the catalog it scores: their own, else everybody's where the community is on.
   * @throws UNKNOWN_LISTENER, NO_MODEL, MODEL_DAMAGED, MODEL_OLD
   */
  model(listener: string): Promise<ServingModel>
  /** What scores for a listener: the model that serves them, else, and where that one cannot be opened, what little is known. @throws UNKNOWN_LISTENER */
  serving(listener: string): Promise<Serving>
  /** The listener as they stand at `at` (ms since the epoch). @throws UNKNOWN_LISTENER */
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
  signals(listener: string): Promise<Signals>
  /** What scores where nothing was trained, or the model fails. */
  cold(): Promise<Serving>
  /** When the days' slates of a recipe were drawn for a listener, oldest first. */
  days(listener: number, recipe: string): Promise<Float64Array>
  /** Does steps of one name one after the other. */
  inTurn<T>(name: string, step: () => Promise<T>): Promise<T>
  /** What has been written to the store, and since when. */
  readonly changes: Pick<WatchedStore, 'version' | 'appended'>
  /** Logs a mix that is shown; the same draw is logged once. */
  logExposure(mix: Mix, occasion: Occasion, body: ExposureBody): Promise<void>
  close(): Promise<void>
}

/** What sources may know beside the listener and the catalog, and what of it failed. */
export interface Signals extends Pick<SourceRequest, 'playlists' | 'community' | 'taste'> {
  readonly failed: Retrieved['degraded']
}

/** A catalog with its audio on one scale, and what can be looked up by it. None of it is about a listener. */
export interface Shelves {
  readonly catalog: Catalog
  /** size × 13 audio features in standard deviations of the catalog, NaN where missing. */
  readonly audio: Float32Array
  readonly index: CatalogIndex
}

const MEMORY = 384 * 2 ** 20
/** The models' share of it; the rest is for what listeners did. */
const MODELS_SHARE = 0.25
/** So long a request waits for an index that is being built; then it does without. */
const PATIENCE_MS = 1000
/** A listener is kept as of this many moments: in a sitting or not, under these snoozes or those. */
const KEPT_STATES = 3

/** Opens the data folder and wires the parts. Close it: the folder has one owner. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { data, now, timeZone, memory = MEMORY } = options
  const folder = resolve(data)
  const store = watched(await openStore(`file:${folder}`, { now }))
  const library = openLibrary(store, folder, now, timeZone, async (version, files) => {
    const { ensemble } = readCheckpoint(files, 'model', version)
    await (await openVersion(version, ensemble)).release()
  })
  const kept = keptLibrary(store, library, now, (1 - MODELS_SHARE) * memory)
  /** By what a listener did and said: the listener described, as of several moments. */
  const described = new WeakMap<KeptFacts, Map<string, ListenerState>>()
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

  const histories = new WeakMap<object, { audio: Float32Array; timeZone: string; history: RolledHistory }>()
  const rolled = ({ place, row: { timeZone } }: KeptFacts, catalog: Catalog, audio: Float32Array) => {
    const known = histories.get(place)
    if (known?.audio === audio && known.timeZone === timeZone) return known.history
    const start = () => startHistory({ catalog, audio, localTime: localTimeIn(timeZone) })
    const history = rolledHistory(start)
    histories.set(place, { audio, timeZone, history })
    return history
  }

  const continuing = continuingOf(library, kept)
  const tasting = tasteOfEverybody(
    library,
    { ...kept, active: () => servings.everybodys() },
    resolve(folder, 'cache'),
  )
  const tastingSoon = () => inTime(tasting(), PATIENCE_MS, 'its index is still being built')
  const sources = SOURCES.map((source) => (source.lasting ? keptProposals(source) : source))

  /** What everybody's taste adds for a listener of everybody's model; nothing where it cannot be worked out: a mix does without. */
  const addedOf = async ({ name, trackHistory }: ListenerState) => {
    const of = await tastingSoon().catch(() => undefined)
    const more = await of?.added((await kept.facts(name)).log).catch(() => undefined)
    return more && ((row: number) => more(row, familiarityOf(trackHistory(row))))
  }

  const servings = servingsOf({
    ...{ store, library, kept, now, cold, added: addedOf },
    ...{ community: options.community === true, room: MODELS_SHARE * memory },
  })

  const communityOf = async () => (options.community ? kept.community() : undefined)
  const tasteOf = async (name: string) =>
    options.community ? (await tastingSoon())?.after((await kept.facts(name)).log) : undefined

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
    sharedTracks: () => kept.sharedTracks(options.community === true),
    openTracks: (listener) => kept.openTracks(listener, options.community === true),
    openAmong: (listener, rows) => kept.openAmong(listener, rows, options.community === true),
    model: servings.model,
    serving: servings.of,
    async describe(name, at) {
      const { version, catalog, audio } = await servings.of(name)
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
        const history = rolled(facts, catalog, audio).at(facts.log, sitting)
        const shared = await kept.sharedTracks(options.community === true)
        const mayTell = (row: number) => shared[row] === 1
        state = describeListener({ name, at, catalog, audio, history, ...facts, feedback, mayTell })
        if (states.size >= KEPT_STATES) states.clear()
        states.set(key, state)
      }
      return atMoment(state, at)
    },
    playlists: kept.playlists,
    community: communityOf,
    taste: tasteOf,
    continuing,
    cold,
    async signals(name) {
      const failure = (error: Error) => error
      const [community, taste] = [await communityOf().catch(failure), await tasteOf(name).catch(failure)]
      return {
        playlists: await kept.playlists(name),
        ...(community && !(community instanceof Error) && { community }),
        ...(taste && { taste }),
        failed: community instanceof Error ? [{ source: 'community', problem: community.message }] : [],
      }
    },
    days: kept.days,
    inTurn: namedTurns(),
    changes: store,
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
      await servings.close()
      await (await tasting.opened())?.close()
      await continuing.close()
      await store.close()
    },
  }
}
