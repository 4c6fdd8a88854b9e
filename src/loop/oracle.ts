import { type Conditions, HABIT } from './conditions.ts'
import type { LoopCatalog } from './listeners.ts'
import { emptyFill, fillWith, type Moment, sated } from './moment.ts'
import { slateValue } from './sitting.ts'

/** Of the best tracks of the moment this many are looked at. */
const LOOKED_AT = 45
/** Slots further apart than this are not exchanged. */
const NEAR = 4
/** Less than this of value is not worth another exchange. */
const ENOUGH = 1e-6

/**
 * The slate of a myopic oracle, who knows the truth of this moment but for the mood: slot by slot the track that is finished most surely there,
 * then improved by exchanging slots and taking in other tracks for as long as that helps.
 */
export function oracleSlate(
  catalog: LoopCatalog,
  moment: Moment,
  conditions: Conditions,
  n: number = HABIT.slots.value,
): number[] {
  const best = Array.from(moment.keys())
    .sort((a, b) => moment[b]! - moment[a]! || a - b)
    .slice(0, Math.max(n, LOOKED_AT))
  return improved(catalog, moment, conditions, inTurn(catalog, moment, conditions, best, n), best)
}

function inTurn(
  catalog: LoopCatalog,
  moment: Moment,
  conditions: Conditions,
  best: readonly number[],
  n: number,
): number[] {
  const fill = emptyFill(catalog)
  const free = new Set(best)
  const slate: number[] = []
  while (slate.length < n && free.size > 0) {
    let [top, surest] = [-1, -Infinity]
    for (const track of free) {
      const p = moment[track]! - sated(catalog, fill, track, conditions)
      if (p > surest) [top, surest] = [track, p]
    }
    slate.push(top)
    free.delete(top)
    fillWith(catalog, fill, top)
  }
  return slate
}

/** Exchanges two slots, or a track of the slate for another, while that raises the value of the slate. */
function improved(
  catalog: LoopCatalog,
  moment: Moment,
  conditions: Conditions,
  slate: number[],
  best: readonly number[],
): number[] {
  const worth = slateValue(catalog, moment, conditions)
  const inSlate = new Set(slate)
  let value = worth(slate)
  for (let moved = true; moved; ) {
    moved = false
    for (let i = 0; i < slate.length; i++) {
      for (let j = i + 1; j <= Math.min(i + NEAR, slate.length - 1); j++) {
        const [a, b] = [slate[i]!, slate[j]!]
        slate[i] = b
        slate[j] = a
        const now = worth(slate)
        if (now > value + ENOUGH) [value, moved] = [now, true]
        else {
          slate[i] = a
          slate[j] = b
        }
      }
      for (const track of best) {
        if (inSlate.has(track)) continue
        const before = slate[i]!
        slate[i] = track
        const now = worth(slate)
        if (now > value + ENOUGH) {
          ;[value, moved] = [now, true]
          inSlate.delete(before)
          inSlate.add(track)
        } else slate[i] = before
      }
    }
  }
  return slate
}
