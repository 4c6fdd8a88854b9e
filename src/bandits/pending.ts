import { gather, type Seen } from './newton.ts'
import type { Sightings } from './sightings.ts'

/** New sightings wait until they are this share of what was taken in before. */
const WAIT = 0.12

/** What was seen of one playlist and is not yet taken in. */
export interface Pending {
  /** Adds what a round told of playlist `p`. */
  add(found: Sightings, p: number): void
  /** Whether enough waits to be worth the work. */
  readonly due: boolean
  /** All that waits, which is gone then: the sightings by one listener as one row. */
  take(vectors: Float32Array, width: number): Seen
}

/** An empty one. */
export function pending(): Pending {
  let places = new Map<number, number>()
  let [listener, clicked, weight]: [number[], number[], number[]] = [[], [], []]
  let [waiting, taken] = [0, 0]
  return {
    add(found, p) {
      const [from, to] = [found.start[p]!, found.start[p + 1]!]
      for (let i = from; i < to; i++) {
        const who = found.listener[i]!
        const place = places.get(who)
        if (place === undefined) {
          places.set(who, listener.length)
          listener.push(who)
          clicked.push(found.clicked[i]!)
          weight.push(found.weight[i]!)
        } else {
          clicked[place]! += found.clicked[i]!
          weight[place]! += found.weight[i]!
        }
      }
      waiting += to - from
    },
    get due() {
      return waiting > 0 && waiting >= WAIT * taken
    },
    take(vectors, width) {
      const seen = { rows: gather(vectors, width, listener), clicked, weight }
      taken += waiting
      waiting = 0
      places = new Map()
      listener = []
      clicked = []
      weight = []
      return seen
    },
  }
}
