import { PRECISION } from '../core/event.ts'
import type { PlayKeys } from './play-keys.ts'
import { hideToldScrobbles } from './told-scrobbles.ts'

/** A minute-precise row may lie this far before or after an exact row of the same play (seen: −36 s … +145 s). */
const EARLIEST = -60_000
const LATEST = 180_000
/** Two plays of over a minute cannot both end in one minute. */
const POSSIBLE_TWICE_MS = 60_000

/**
 * Says which plays another row already tells: 1 = hidden.
 *
 * Exact rows are one play when identifier, end and length agree. A minute-precise row is hidden by an exact row of the
 * same name and length that ends in its minute or close to it, one for one. Minute-precise rows of different imports are
 * matched one for one; inside one import identical rows stay, unless they are too long to have happened twice.
 * Scrobbles, which tell when a play began, are hidden by whatever else tells the same play. The result does not depend on the order of the rows or
 * of the imports.
 */
export function duplicates(plays: PlayKeys): Int8Array {
  const hidden = new Int8Array(plays.endedAt.length)
  const groups = new Map<string, number[]>()
  let scrobbles = false
  for (let i = 0; i < hidden.length; i++) {
    if (plays.exact[i] === PRECISION.start) {
      scrobbles = true
      continue
    }
    const key = `${plays.name[i]}|${plays.msPlayed[i]}`
    const group = groups.get(key)
    if (group) group.push(i)
    else groups.set(key, [i])
  }
  for (const group of groups.values()) if (group.length > 1) hideWithin(group, plays, hidden)
  if (scrobbles) hideToldScrobbles(plays, hidden)
  return hidden
}

function hideWithin(group: number[], plays: PlayKeys, hidden: Int8Array): void {
  const { endedAt, identifier } = plays
  group.sort(
    (a, b) =>
      endedAt[a]! - endedAt[b]! || identifier[a]! - identifier[b]! || plays.import[a]! - plays.import[b]!,
  )
  const exact = group.filter((i) => plays.exact[i] === 1)
  const visibleExact: number[] = []
  const seen = new Set<string>()
  for (const i of exact) {
    const key = `${identifier[i]}|${endedAt[i]}`
    if (seen.has(key)) hidden[i] = 1
    else {
      seen.add(key)
      visibleExact.push(i)
    }
  }
  const rounded = oneImportEach(
    group.filter((i) => plays.exact[i] !== 1),
    plays,
    hidden,
  )
  const used = new Set<number>()
  for (const i of rounded) {
    const match = visibleExact.find((e) => {
      const late = endedAt[e]! - endedAt[i]!
      return late >= EARLIEST && late <= LATEST && !used.has(e)
    })
    if (match === undefined) continue
    used.add(match)
    hidden[i] = 1
  }
}

/** Hides minute-precise rows that several imports tell, and returns those left. `rows` are sorted by time. */
function oneImportEach(rows: readonly number[], plays: PlayKeys, hidden: Int8Array): number[] {
  const byMinute = new Map<number, Map<number, number[]>>()
  for (const i of rows) {
    const minute = plays.endedAt[i]!
    const byImport = byMinute.get(minute) ?? new Map<number, number[]>()
    byMinute.set(minute, byImport)
    const told = byImport.get(plays.import[i]!)
    if (told) told.push(i)
    else byImport.set(plays.import[i]!, [i])
  }
  const left: number[] = []
  for (const byImport of byMinute.values()) {
    let keep: number[] = []
    for (const told of byImport.values()) {
      const possible = plays.msPlayed[told[0]!]! > POSSIBLE_TWICE_MS ? told.slice(0, 1) : told
      if (possible.length > keep.length) keep = possible
    }
    const kept = new Set(keep)
    for (const told of byImport.values()) for (const i of told) if (!kept.has(i)) hidden[i] = 1
    left.push(...keep)
  }
  return left
}
