import type { Feedback } from '../core/event.ts'
import { UNKNOWN } from '../core/labels.ts'
import { playReward, type Said } from '../core/value.ts'
import type { Catalog } from '../library/catalog.ts'
import { attributeOutcomes, type DatedSaying, type SlateOutcome } from '../library/exposure-outcomes.ts'
import type { Exposure } from '../library/exposures.ts'
import type { Library } from '../library/library.ts'
import type { ListenerRow } from '../library/listeners.ts'
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
  for (const [i, { id }] of listeners.entries()) {
    const exposures = await library.exposures.list(id)
    const slates = exposures.map(({ at, body }) => ({ at, rows: shownRows(body, catalog) }))
    const sayings = datedSayings(await library.feedback.list(id), catalog)
    const outcomes = attributeOutcomes(slates, logs[i]!, sayings)
    exposures.forEach((exposure, at) => {
      all.push({ exposure, rows: slates[at]!.rows, outcome: outcomes[at]! })
    })
  }
  return all
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

function parsed(body: string): { order?: unknown; pool?: { track?: unknown } } | undefined {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
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
