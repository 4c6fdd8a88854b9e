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

/** How many places of a carousel are known to have been seen: up to the click, or the visible ones (RecSys 2020, section 3.2). */
export function knownSeen(click: number, { visible }: CarouselShape): number {
  return click >= 0 ? click + 1 : visible
}
