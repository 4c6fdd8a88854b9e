import { breathe } from '../core/breathe.ts'
import type { Feedback } from '../core/event.ts'
import { UNKNOWN } from '../core/labels.ts'
import { playReward, type Said } from '../core/value.ts'
import type { Catalog } from '../library/catalog.ts'
import {
  ANSWER_WINDOW_MS,
  attributeOutcomes,
  type DatedSaying,
  type SlateOutcome,
} from '../library/exposure-outcomes.ts'
import type { Exposure, ExposureHead } from '../library/exposures.ts'
import type { Library } from '../library/library.ts'
import type { ListenerRow } from '../library/listeners.ts'
import type { ListeningLog } from '../library/listening-log.ts'
import type { AnsweredSlate } from './policy-log.ts'

/** An entry of the log, the catalog rows that were shown, and what came of them. */
export interface LoggedExposure {
  readonly exposure: Exposure
  readonly rows: readonly number[]
  readonly outcome: SlateOutcome
}

/** Everything that was shown to these listeners, oldest first, with what they played of it. */
export async function readLoggedSlates(
  library: Library,
  listeners: readonly ListenerRow[],
): Promise<LoggedExposure[]> {
  const catalog = await library.catalog()
  const logs = await library.logs(listeners)
  const all: LoggedExposure[] = []
  for (const [i, { id }] of listeners.entries())
    all.push(
      ...answered(await library.exposures.list(id), logs[i]!, await library.feedback.list(id), catalog),
    )
  return all
}

/** Slates further apart than this have no say in what came of each other: an answer and a saying may each be 48 hours late. */
const APART_MS = 2 * ANSWER_WINDOW_MS + 3_600_000

/**
 * The newest of what these listeners were shown as their days' slates, with what came of it, a listener after the other.
 * @param most so many of the days' slates are taken, over all of them
 */
export async function readRecentSlates(
  library: Library,
  listeners: readonly ListenerRow[],
  most: number,
): Promise<{ readonly slates: LoggedExposure[]; readonly leftOut: number }> {
  const heads = new Map<ListenerRow, readonly ExposureHead[]>()
  for (const listener of listeners) heads.set(listener, await library.exposures.heads(listener.id))
  const days = [...heads.values()].flat().filter(({ occasion }) => occasion === 'day')
  const from = days.map(({ at }) => at).sort((a, b) => b - a)[most - 1] ?? Number.NEGATIVE_INFINITY
  const catalog = await library.catalog()
  const slates: LoggedExposure[] = []
  for (const [listener, its] of heads) {
    // Older ones may have been answered by the plays that seem to answer these.
    const near = its.filter(({ at }) => at >= from - APART_MS).map(({ draw }) => draw)
    if (near.length === 0) continue
    const [log] = await library.logs([listener])
    const said = await library.feedback.list(listener.id)
    const all = answered(await library.exposures.list(listener.id, near), log!, said, catalog)
    slates.push(...all.filter(({ exposure }) => exposure.at >= from))
    await breathe()
  }
  return { slates, leftOut: days.filter(({ at }) => at < from).length }
}

/** What one draw showed a listener, with what they played of it; undefined where they were shown no such draw. */
export async function readLoggedSlate(
  library: Library,
  listener: ListenerRow,
  draw: string,
): Promise<LoggedExposure | undefined> {
  const heads = await library.exposures.heads(listener.id)
  const own = heads.find((head) => head.draw === draw)
  if (!own) return undefined
  const near = heads.filter(({ at }) => Math.abs(at - own.at) <= APART_MS).map((head) => head.draw)
  const exposures = await library.exposures.list(listener.id, near)
  const [log] = await library.logs([listener])
  const said = await library.feedback.list(listener.id)
  return answered(exposures, log!, said, await library.catalog()).find(
    ({ exposure }) => exposure.draw === draw,
  )
}

function answered(
  exposures: readonly Exposure[],
  log: ListeningLog,
  said: readonly Feedback[],
  catalog: Catalog,
): LoggedExposure[] {
  const slates = exposures.map(({ at, body }) => ({ at, rows: shownRows(body, catalog) }))
  const outcomes = attributeOutcomes(slates, log, datedSayings(said, catalog))
  return exposures.map((exposure, i) => ({ exposure, rows: slates[i]!.rows, outcome: outcomes[i]! }))
}

/** The entry as estimates take it. */
export function answeredSlate({ exposure, outcome }: LoggedExposure): AnsweredSlate {
  const { listener, occasion, model, body } = exposure
  return { listener, occasion, model, body, rewards: slotRewards(outcome) }
}

/** The reward of each slot that was seen: 0 of a track that was passed over, NaN of a play whose end says nothing. */
export function slotRewards({ slots, seen }: SlateOutcome): number[] {
  return slots
    .slice(0, seen)
    .map((slot) =>
      slot === undefined
        ? 0
        : slot.outcome === UNKNOWN && slot.said === 0
          ? Number.NaN
          : playReward(slot.outcome, slot.said),
    )
}

/** Catalog rows in the order shown, of a body of any format; −1 of a track that no import claims now, [] of a body that is damaged. */
function shownRows(body: string, catalog: Catalog): number[] {
  const read = parsed(body)
  const { order, pool } = read ?? {}
  if (!Array.isArray(order) || !Array.isArray(pool?.track)) return []
  const tracks: unknown[] = pool.track
  return order.map((position) => catalog.rowOfIdentifier[Number(tracks[Number(position)])] ?? -1)
}

interface LooseBody {
  readonly order?: unknown
  readonly pool?: { readonly track?: unknown; readonly new?: unknown }
  readonly prefixPropensities?: unknown
  readonly novelty?: unknown
  readonly policy?: { readonly name?: unknown }
}

function parsed(body: string): LooseBody | undefined {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What an entry of the log says of how it was drawn, as far as it can be read. */
export interface Drawn {
  readonly policy?: string
  readonly novelty?: number
  readonly slots: readonly {
    readonly trackId: number
    readonly familiarity: 'familiar' | 'new'
    /** Of this track in this place, given those before and the kinds of all places. */
    readonly propensity?: number
  }[]
}

/** Reads how a slate was drawn, of a body of any format; without slots where it is damaged. */
export function drawnAs(body: string): Drawn {
  const { order, pool, prefixPropensities, novelty, policy } = parsed(body) ?? {}
  const numbers = (list: unknown): number[] => (Array.isArray(list) ? list.map(Number) : [])
  const [tracks, kinds, prefixes] = [numbers(pool?.track), numbers(pool?.new), numbers(prefixPropensities)]
  const slots = numbers(order).map((position, k) => {
    const propensity = prefixes[k]! / (k === 0 ? 1 : prefixes[k - 1]!)
    return {
      trackId: tracks[position] ?? 0,
      familiarity: kinds[position] === 1 ? ('new' as const) : ('familiar' as const),
      ...(Number.isFinite(propensity) && { propensity }),
    }
  })
  return {
    ...(typeof policy?.name === 'string' && { policy: policy.name }),
    ...(typeof novelty === 'number' && { novelty }),
    slots,
  }
}

const SAID: Partial<Record<Feedback['kind'], Said>> = { like: 1, dislike: -1 }

function datedSayings(feedback: readonly Feedback[], catalog: Catalog): DatedSaying[] {
  return feedback.flatMap(({ kind, at, trackId, identifiers }) => {
    const said = SAID[kind]
    if (said === undefined || at === undefined || trackId === undefined) return []
    const rows = new Set([trackId, ...(identifiers ?? [])].map((id) => catalog.rowOfIdentifier[id] ?? -1))
    return [{ rows: [...rows].filter((row) => row >= 0), at, said }]
  })
}
