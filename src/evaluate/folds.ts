import type { Random } from '../core/random.ts'

/** Rows to fit on and rows to judge by, as row numbers of the table. */
export interface Split {
  readonly training: Uint32Array
  readonly test: Uint32Array
}

/**
 * Cuts rows into k folds of equal size and equal share of labels, as far as whole groups allow: groups are taken largest first,
 * in random order among equals, each to the fold that has the least of its labels.
 * @param labels 0 or 1 and `groups` the group id, of every row of the table
 * @param rows the row numbers to cut
 */
export function stratifiedFolds(
  labels: ArrayLike<number>,
  groups: ArrayLike<number>,
  rows: Uint32Array,
  k: number,
  random: Random,
): Split[] {
  const totals = [0, 0]
  for (const row of rows) totals[labels[row]!]!++
  const folds = Array.from({ length: k }, () => ({ rows: [] as number[], counts: [0, 0] }))
  const order = random.shuffle(groupRows(groups, rows)).sort((a, b) => b.length - a.length)
  for (const members of order) {
    const own = [0, 0]
    for (const row of members) own[labels[row]!]!++
    const cost = (fold: number) =>
      [0, 1].reduce((sum, c) => {
        const share = totals[c] ? own[c]! / totals[c]! : 0
        return sum + share * ((2 * folds[fold]!.counts[c]! + own[c]!) / Math.max(totals[c]!, 1))
      }, 0)
    let best = 0
    for (let fold = 1; fold < k; fold++) {
      const difference = cost(fold) - cost(best)
      const smaller = folds[fold]!.rows.length < folds[best]!.rows.length
      if (difference < -1e-12 || (difference < 1e-12 && smaller)) best = fold
    }
    const fold = folds[best]!
    for (const row of members) {
      fold.rows.push(row)
      fold.counts[labels[row]!]!++
    }
  }
  return folds.map(({ rows: test }) => splitOff(rows, test))
}

/**
 * Cuts rows at random into parts of the given sizes, whole groups at a time, without regard to labels. With groups of more
 * than one row the sizes are met as nearly as the groups allow; the last part takes what is left.
 */
export function randomParts(
  groups: ArrayLike<number>,
  rows: Uint32Array,
  sizes: readonly number[],
  random: Random,
): Uint32Array[] {
  const parts = sizes.map(() => [] as number[])
  let part = 0
  for (const members of random.shuffle(groupRows(groups, rows))) {
    while (part < parts.length - 1 && parts[part]!.length >= sizes[part]!) part++
    parts[part]!.push(...members)
  }
  return parts.map((members) => Uint32Array.from(members).sort())
}

/** How many groups hold a row of each label: a class cannot be in more folds than that. */
export function groupsByLabel(labels: ArrayLike<number>, groups: ArrayLike<number>): [number, number] {
  const seen = [new Set<number>(), new Set<number>()] as const
  for (let row = 0; row < labels.length; row++) seen[labels[row] ? 1 : 0].add(groups[row]!)
  return [seen[0].size, seen[1].size]
}

function groupRows(groups: ArrayLike<number>, rows: Uint32Array): number[][] {
  const members = new Map<number, number[]>()
  for (const row of rows) {
    const known = members.get(groups[row]!)
    if (known) known.push(row)
    else members.set(groups[row]!, [row])
  }
  return [...members.values()]
}

function splitOff(rows: Uint32Array, test: readonly number[]): Split {
  const held = new Set(test)
  return { training: rows.filter((row) => !held.has(row)), test: Uint32Array.from(test).sort() }
}
