import { type Interactions, interactions } from '../../src/collaborative/interactions.ts'
import type { RankingModel } from '../../src/collaborative/ranking-model.ts'
import { random } from '../../src/core/random.ts'

/** A matrix from its dense rows; 0 is nothing. */
export function matrixOf(rows: readonly (readonly number[])[]): Interactions {
  const entries = rows.flatMap((row, user) =>
    row.flatMap((weight, item) => (weight > 0 ? [{ user, item, weight }] : [])),
  )
  return interactions(
    {
      user: entries.map(({ user }) => user),
      item: entries.map(({ item }) => item),
      weight: entries.map(({ weight }) => weight),
    },
    rows.length,
    rows[0]!.length,
  )
}

/** The scores of all users, row by row. */
export async function scoresOf(model: RankingModel, matrix: Interactions): Promise<number[][]> {
  const scorer = await model.fit(matrix, { random: random('fit') })
  const users = Array.from({ length: matrix.users }, (_, user) => user)
  const scores = [...(await scorer.score(users))]
  return users.map((user) => scores.slice(user * matrix.items, (user + 1) * matrix.items))
}

const CLUSTERS = 4
const OWN = 15

/** A user of a world where each person likes one of four clusters of fifteen items, and a tenth of what they have is from anywhere. */
export interface ClusteredWorld {
  readonly matrix: Interactions
  /** What each user has of their cluster and the matrix does not tell. */
  readonly held: ReadonlyMap<number, ReadonlySet<number>>
}

/** Invents such a world of `users`, each with nine items and three held out. */
export function clusteredWorld(users: number, seed = 'world'): ClusteredWorld {
  const rng = random(seed)
  const held = new Map<number, Set<number>>()
  const rows = Array.from({ length: users }, (_, user) => {
    const own = rng.shuffle(Array.from({ length: OWN }, (_, k) => (user % CLUSTERS) * OWN + k))
    held.set(user, new Set(own.slice(0, 3)))
    const row = new Array<number>(CLUSTERS * OWN).fill(0)
    for (const item of own.slice(3, 11)) row[item] = 1 + rng.int(20)
    const stray = rng.int(row.length)
    if (!held.get(user)!.has(stray)) row[stray] = 1
    return row
  })
  return { matrix: matrixOf(rows), held }
}
