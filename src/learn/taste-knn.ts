import { type Interactions, interactions, weighed } from '../collaborative/interactions.ts'
import { itemNeighbors, neighborScores } from '../collaborative/item-neighbors.ts'
import { isPositive } from '../taste/event-inputs.ts'
import type { Sequences } from '../taste/sequences.ts'
import type { LeftOut, ScoreListener } from './taste-left-out.ts'
import type { TasteLesson } from './taste-lesson.ts'

const [K, SHRINK] = [100, 10]

/** Scores by item-kNN, the neighbours from the listeners of the lesson; what the left-out ones were shown is folded in. */
export async function knnScores(
  { data, listeners }: TasteLesson,
  { shown }: LeftOut,
  signal?: AbortSignal,
): Promise<ScoreListener> {
  const taught = weighed(wantedBy(data.sequences, listeners), 'log')
  const square = new Float64Array(taught.items)
  for (const [at, item] of taught.item.entries()) square[item]! += taught.weight[at]! ** 2
  const cosine = (common: number, a: number, b: number) =>
    common / (Math.sqrt(square[a]! * square[b]!) + SHRINK)
  const near = await itemNeighbors(taught, taught, K, cosine, signal)
  const rows = Array.from(shown.playlist.keys())
  const asked = weighed(wantedBy(shown, rows), 'log')
  return (row) => neighborScores(asked, near, [row])
}

/** Who wanted what, and how often, one row a listener in their order. */
function wantedBy(sequences: Sequences, listeners: readonly number[]): Interactions {
  const rows = { user: [] as number[], item: [] as number[], weight: [] as number[] }
  for (const [user, s] of listeners.entries())
    for (let event = sequences.offsets[s]!; event < sequences.offsets[s + 1]!; event++)
      if (isPositive(sequences, s, event)) {
        rows.user.push(user)
        rows.item.push(sequences.item[event]!)
        rows.weight.push(1)
      }
  return interactions(rows, listeners.length, sequences.items)
}
