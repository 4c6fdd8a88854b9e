import { PRECISION } from '../core/event.ts'
import type { PlayKeys } from './play-keys.ts'

/** One import's scrobbles of a track that begin so close together are one play: none is told before half of it was heard. */
const TOO_SOON_MS = 30_000
/** Two services may tell one beginning so far apart: some keep minutes alone. */
const SERVICES_APART_MS = 60_000
/** A shorter play is told by no scrobbler: half of the shortest track that counts. */
const SHORTEST_MS = 15_000
/** A play that was paused began earlier than its end and the time heard say. */
const PAUSED_MS = 180_000
/** Some scrobblers give the end for the beginning, and clocks differ. */
const AFTER_END_MS = 60_000

/** A scrobble that stands for all that tell its play. */
interface Standing {
  row: number
  /** When the first of them begins. */
  readonly at: number
  readonly imports: Set<number>
}

/**
 * Hides the scrobbles (rows of whose plays the beginning is known) that another row of the same name tells: a scrobble of the same beginning, of
 * which the one that tells the longer time heard stays, or one for one a visible play that tells its end and during which it begins.
 * @param hidden the flags of all rows, those of rows that tell their end already set
 */
export function hideToldScrobbles(plays: PlayKeys, hidden: Int8Array): void {
  const groups = new Map<number, { readonly scrobbles: number[]; readonly others: number[] }>()
  for (let i = 0; i < hidden.length; i++) {
    const name = plays.name[i]!
    const group = groups.get(name) ?? { scrobbles: [], others: [] }
    if (group.scrobbles.length + group.others.length === 0) groups.set(name, group)
    if (plays.exact[i] === PRECISION.start) group.scrobbles.push(i)
    else if (hidden[i] === 0 && plays.msPlayed[i]! >= SHORTEST_MS) group.others.push(i)
  }
  for (const { scrobbles, others } of groups.values())
    if (scrobbles.length > 0) hidePlayed(oneEach(scrobbles, plays, hidden), others, plays, hidden)
}

/** Of scrobbles that tell one play, hides all but one; those that are left, by their beginnings. */
function oneEach(scrobbles: readonly number[], plays: PlayKeys, hidden: Int8Array): Standing[] {
  const standing: Standing[] = []
  for (const i of inOrder(scrobbles, plays)) {
    const at = beginning(plays, i)
    const before = standing.at(-1)
    const apart = before ? at - before.at : Number.POSITIVE_INFINITY
    const isNew = apart >= TOO_SOON_MS && (apart > SERVICES_APART_MS || before?.imports.has(plays.import[i]!))
    if (!before || isNew) {
      standing.push({ row: i, at, imports: new Set([plays.import[i]!]) })
      continue
    }
    before.imports.add(plays.import[i]!)
    const longer = plays.msPlayed[i]! > plays.msPlayed[before.row]!
    hidden[longer ? before.row : i] = 1
    if (longer) before.row = i
  }
  return standing
}

/** Hides scrobbles that begin during a play that tells its end: each play hides the one that begins closest to where it seems to begin. */
function hidePlayed(
  standing: readonly Standing[],
  others: readonly number[],
  plays: PlayKeys,
  hidden: Int8Array,
): void {
  const pairs: { readonly scrobble: Standing; readonly other: number; readonly apart: number }[] = []
  const played = inOrder(others, plays)
  let from = 0
  for (const scrobble of standing) {
    while (from < played.length && lastFor(plays, played[from]!) < scrobble.at) from++
    for (let p = from; p < played.length; p++) {
      const other = played[p]!
      const begins = beginning(plays, other)
      if (begins - PAUSED_MS > scrobble.at) break
      if (lastFor(plays, other) >= scrobble.at)
        pairs.push({ scrobble, other, apart: Math.abs(scrobble.at - begins) })
    }
  }
  pairs.sort((a, b) => a.apart - b.apart || a.scrobble.at - b.scrobble.at)
  const used = new Set<number | Standing>()
  for (const { scrobble, other } of pairs) {
    if (used.has(scrobble) || used.has(other)) continue
    used.add(scrobble).add(other)
    hidden[scrobble.row] = 1
  }
}

/** The latest moment that a scrobble of this play may tell as its beginning. */
function lastFor({ endedAt }: PlayKeys, i: number): number {
  return endedAt[i]! + AFTER_END_MS
}

function beginning({ endedAt, msPlayed }: PlayKeys, i: number): number {
  return endedAt[i]! - msPlayed[i]!
}

/** By their beginnings; the order of the rows and of the imports does not matter. */
function inOrder(rows: readonly number[], plays: PlayKeys): number[] {
  return [...rows].sort(
    (a, b) =>
      beginning(plays, a) - beginning(plays, b) ||
      plays.msPlayed[b]! - plays.msPlayed[a]! ||
      plays.identifier[a]! - plays.identifier[b]! ||
      plays.import[a]! - plays.import[b]!,
  )
}
