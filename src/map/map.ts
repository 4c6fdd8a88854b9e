import { breathe } from '../core/breathe.ts'
import { localTimeIn } from '../core/clock.ts'
import { DeepcutsError, type ErrorCode } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Random, random } from '../core/random.ts'
import type { Engine } from '../engine.ts'
import { fitAudioScale, scaleAudio } from '../features/audio-scale.ts'
import { describeListener, type ListenerState } from '../features/describe-listener.ts'
import { startHistory } from '../features/history.ts'
import { clusterTaste, tasteSpace } from '../features/taste-clusters.ts'
import { type Catalog, hasAudio } from '../library/catalog.ts'
import type { ServingModel } from '../serving.ts'
import { contentOf } from './content.ts'
import { type Corner, cornersOf } from './corners.ts'
import { LANDMARKS, layOut } from './layout.ts'
import { HEARD, KINDS, type Kind, LIKED, type MapPoints, NEW, pointsOf, SKIPPED } from './points.ts'

/** More tracks are not drawn: the page has to open on a phone. */
const MOST_TRACKS = 100_000
/** Tracks by whose sound corners are found where nothing has been played yet. */
const CLUSTERED = 4000
/** At least this share of the landmarks are new tracks, where there are as many. */
const NEW_LANDMARKS = 0.35
const SCORED_AT_ONCE = 4096
/** Without these the map stands all the same, without likabilities. */
const NO_MODEL: readonly ErrorCode[] = ['NO_MODEL', 'MODEL_OLD', 'MODEL_DAMAGED']

/** Everything that the page of a map shows. Personal: it names what somebody hears, likes and skips. */
export interface TasteMap {
  readonly listener: string
  /** When it was made, ms since the epoch. */
  readonly at: number
  /** The version whose likabilities it shows; none where no model serves. */
  readonly model?: number
  /** Tracks the catalog knows. */
  readonly tracks: number
  /** How many of each kind are on the map. */
  readonly kinds: Readonly<Record<Kind, number>>
  readonly withoutAudio: number
  /** Tracks left out because an exclusion says that they are nobody's taste. */
  readonly excluded: number
  readonly corners: readonly Corner[]
  readonly points: MapPoints
}

/**
 * Reads what a listener knows and could hear, and lays it out: tracks that sound alike, and artists that are heard together, lie together.
 * @throws UNKNOWN_LISTENER, MAP_EMPTY, and the signal's reason once it is aborted
 */
export async function readMap(
  engine: Engine,
  listenerName: string,
  now: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<TasteMap> {
  const { library } = engine
  const listener = await library.listeners.get(listenerName)
  const serving = await servingOf(engine, listenerName)
  const catalog = serving?.catalog ?? (await library.catalog())
  const every = Int32Array.from({ length: catalog.size }, (_, row) => row)
  const audio = serving?.audio ?? scaleAudio(catalog, fitAudioScale(catalog, every))
  const log = await library.log(listener)
  const state = describeListener({
    name: listenerName,
    at: now,
    catalog,
    audio,
    log,
    saved: await library.saved(listener),
    history: startHistory({ catalog, audio, localTime: localTimeIn(listener.timeZone) }),
    feedback: await library.feedback.list(listener.id),
  })
  const rng = random(`map/${listenerName}`)
  const rows = shownRows(state, catalog, rng.fork('shown'))
  if (rows.length === 0) throw new DeepcutsError('MAP_EMPTY', { listener: listenerName })
  const space = tasteSpace(catalog, audio, log)
  const closest =
    state.clusters > 0
      ? state.clusterOf
      : clusterTaste(
          space,
          rows.filter((row) => hasAudio(catalog, row)).slice(0, CLUSTERED),
          new Array<number>(CLUSTERED).fill(1),
        ).closest
  const corner = Uint8Array.from(rows, closest)
  const content = contentOf(catalog, audio, space, rows, corner)
  const layout = await layOut(content, rng.fork('layout'), progress, signal)
  const likability = serving && (await likabilities(serving, state, rows, progress, signal))
  const kinds = Uint8Array.from(rows, (row) => kindOf(state, row))
  const shown = { rows, corner, kinds, layout, ...(likability && { likability }) }
  const counted = KINDS.map((name, kind) => [name, count(kinds, kind)] as const)
  return {
    listener: listenerName,
    at: now,
    ...(serving && { model: serving.manifest.version }),
    tracks: catalog.size,
    kinds: Object.fromEntries(counted) as Record<Kind, number>,
    withoutAudio: rows.reduce((sum, row) => sum + Number(!hasAudio(catalog, row)), 0),
    excluded: state.excluded.length,
    corners: cornersOf({ ...shown, catalog, audio, state }),
    points: pointsOf({ ...shown, catalog, space, state }),
  }
}

async function servingOf(engine: Engine, listener: string): Promise<ServingModel | undefined> {
  try {
    return await engine.model(listener)
  } catch (error) {
    if (error instanceof DeepcutsError && NO_MODEL.includes(error.code)) return undefined
    throw error
  }
}

/** What is known, most played first, then new tracks drawn blindly; landmarks of both kinds before the others. */
function shownRows(state: ListenerState, catalog: Catalog, rng: Random): number[] {
  const plays = (row: number) => state.trackHistory(row).plays
  const known = [...state.known].sort((a, b) => plays(b) - plays(a) || a - b).slice(0, MOST_TRACKS)
  const without = new Set([...state.known, ...state.excluded])
  const others: number[] = []
  for (let row = 0; row < catalog.size; row++) if (!without.has(row)) others.push(row)
  const fresh = rng.shuffle(others).slice(0, MOST_TRACKS - known.length)
  const wanted = Math.min(fresh.length, Math.round(NEW_LANDMARKS * LANDMARKS))
  const first = Math.min(known.length, LANDMARKS - wanted)
  const rest = LANDMARKS - first
  return [...known.slice(0, first), ...fresh.slice(0, rest), ...known.slice(first), ...fresh.slice(rest)]
}

function kindOf({ trackHistory, refusal }: ListenerState, row: number): number {
  const { plays, finishes, skips, saved, liked } = trackHistory(row)
  if (refusal(row)) return SKIPPED
  if (liked || saved) return LIKED
  if (plays === 0) return NEW
  return skips > finishes ? SKIPPED : HEARD
}

async function likabilities(
  { scorer }: ServingModel,
  state: ListenerState,
  rows: readonly number[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const known = new Set(state.known)
  const all = new Float32Array(rows.length)
  progress.stage('Likability', rows.length, 'tracks')
  for (let from = 0; from < rows.length; from += SCORED_AT_ONCE) {
    await breathe(signal)
    const candidates = rows.slice(from, from + SCORED_AT_ONCE).map((row) => ({ row, sources: [] }))
    const scored = await scorer.score(state, candidates, (row) => known.has(row))
    scored.forEach(({ likability }, i) => {
      all[from + i] = likability
    })
    progress.at(Math.min(rows.length, from + SCORED_AT_ONCE))
  }
  progress.done()
  return all
}

const count = (values: Uint8Array, wanted: number) =>
  values.reduce((sum, value) => sum + Number(value === wanted), 0)
