import { type Interactions, interactions } from '../collaborative/interactions.ts'
import type { Random } from '../core/random.ts'

/** A matrix without some of its entries, and those entries. */
export interface HeldOutItems {
  readonly training: Interactions
  /** The items held out of each user with any. */
  readonly held: ReadonlyMap<number, ReadonlySet<number>>
  /** 'file': by whoever made the split. */
  readonly by: 'time' | 'chance' | 'file'
}

/**
 * Holds out a share of each user's entries, rounded down: the last ones where times tell them apart, random ones elsewhere. A user of few
 * entries keeps them all.
 */
export function holdOut(matrix: Interactions, share: number, random: Random): HeldOutItems {
  const { users, items, starts, item, weight, time } = matrix
  const by = time?.some((one) => one !== time[0]) ? 'time' : 'chance'
  const held = new Map<number, Set<number>>()
  const kept: number[] = []
  for (let user = 0; user < users; user++) {
    const places = Array.from({ length: starts[user + 1]! - starts[user]! }, (_, k) => starts[user]! + k)
    random.shuffle(places)
    // Entries of one time stay in random order.
    if (time && by === 'time') places.sort((a, b) => time[b]! - time[a]!)
    const count = Math.floor(places.length * share)
    if (count > 0) held.set(user, new Set(places.slice(0, count).map((at) => item[at]!)))
    for (const at of places.slice(count)) kept.push(at)
  }
  const owner = new Uint32Array(item.length)
  for (let user = 0; user < users; user++) owner.fill(user, starts[user], starts[user + 1])
  const training = interactions(
    {
      user: kept.map((at) => owner[at]!),
      item: kept.map((at) => item[at]!),
      weight: kept.map((at) => weight[at]!),
      ...(time && { time: kept.map((at) => time[at]!) }),
    },
    users,
    items,
  )
  return { training, held, by }
}
