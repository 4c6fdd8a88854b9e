import type { Random } from '../core/random.ts'
import type { CarouselShape, Listeners, Round } from './carousel.ts'

/** What a policy is told before the first round: everything but what the playlists are. */
export interface PolicyContext {
  readonly listeners: Listeners
  /** How many playlists there are. */
  readonly playlists: number
  readonly shape: CarouselShape
}

/** Chooses carousels, and learns from a round when it is over. It never sees a playlist's vector, nor a probability. */
export interface CarouselPolicy {
  /** visitors × slots playlists, the likeliest first. Nothing of this round is known yet. */
  choose(visitors: Int32Array, random: Random): Promise<Int32Array>
  /** Takes in what came of a round. */
  learn(round: Round): Promise<void>
  close?(): Promise<void>
}

/**
 * How many places of a carousel count as seen: up to the click, and all without one, as in the published code of RecSys 2020 (whose text says: the
 * visible ones alone). It is what is true of its environment, where every listener looks on.
 */
export function countedSeen(click: number, { slots }: CarouselShape): number {
  return click >= 0 ? click + 1 : slots
}
