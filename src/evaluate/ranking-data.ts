import { type Interactions, interactions } from '../collaborative/interactions.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { RankingFile } from './ranking-files.ts'

/** A training file as a matrix, and what is to be foreseen. */
export interface RankingData {
  /** The users and items of the training file. */
  readonly matrix: Interactions
  /** For each user to judge the items of the test; those that are not in the training file have numbers beyond it. */
  readonly relevant: ReadonlyMap<number, ReadonlySet<number>>
  /** Sentences for the person who asked. */
  readonly notes: readonly string[]
}

/**
 * Numbers users and items in order of their first training rows. Of the test are left out what a user has in training already, and users
 * who are not in training; the notes say how many.
 * @throws DeepcutsError RANKING_ONE_FILE when both are the same, RANKING_NOTHING_TO_JUDGE when nobody is left
 */
export function rankingData(train: RankingFile, test: RankingFile): RankingData {
  if (train.sha256 === test.sha256)
    throw new DeepcutsError('RANKING_ONE_FILE', { train: train.file, test: test.file })
  const users = numbered(train.user)
  const items = numbered(train.item)
  const matrix = interactions(
    {
      user: train.user.map((id) => users.get(id)!),
      item: train.item.map((id) => items.get(id)!),
      weight: train.weight,
      ...(train.time && { time: train.time }),
    },
    users.size,
    items.size,
  )
  const own = new Map<number, ReadonlySet<number>>()
  const has = (user: number, item: number | undefined) => {
    const known =
      own.get(user) ?? new Set(matrix.item.subarray(matrix.starts[user]!, matrix.starts[user + 1]!))
    own.set(user, known)
    return item !== undefined && known.has(item)
  }
  const all = new Map(items)
  const relevant = new Map<number, Set<number>>()
  const strangers = new Set<string>()
  const unknown = new Set<string>()
  let repeated = 0
  for (const [row, id] of test.user.entries()) {
    const user = users.get(id)
    const name = test.item[row]!
    if (user === undefined) strangers.add(id)
    else if (has(user, items.get(name))) repeated++
    else {
      const item = all.get(name) ?? all.size
      all.set(name, item)
      if (item >= items.size) unknown.add(name)
      const wanted = relevant.get(user) ?? new Set()
      relevant.set(user, wanted.add(item))
    }
  }
  if (relevant.size === 0)
    throw new DeepcutsError('RANKING_NOTHING_TO_JUDGE', { train: train.file, test: test.file })
  const notes: string[] = []
  const pairs = train.user.length - matrix.item.length
  if (pairs > 0) notes.push(`Training rows that repeat a user and item, their weights summed: ${pairs}.`)
  if (repeated > 0) notes.push(`Test rows that the user has in training too, left out: ${repeated}.`)
  if (strangers.size > 0) notes.push(`Test users who are not in training, left out: ${strangers.size}.`)
  if (unknown.size > 0)
    notes.push(
      `Test items that are not in training, which nobody can foresee, count as misses: ${unknown.size}.`,
    )
  return { matrix, relevant, notes }
}

function numbered(ids: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const id of ids) if (!numbers.has(id)) numbers.set(id, numbers.size)
  return numbers
}
