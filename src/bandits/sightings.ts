import type { CarouselShape, Round } from './carousel.ts'

/** Who saw each playlist in a round, grouped by playlist: those of playlist p are start[p] … start[p + 1] − 1. */
export interface Sightings {
  readonly start: Int32Array
  readonly listener: Int32Array
  readonly clicked: Uint8Array
  /** How surely it was seen, 0…1. */
  readonly weight: Float32Array
}

/**
 * What a round tells of each playlist. Places up to a click were seen, those after it say nothing; without a click the visible places were
 * seen, and the others as surely as `lookedOn` of that visit says. What is not seen at all is left out.
 */
export function sightings(
  { visitors, slates, clicks }: Round,
  playlists: number,
  { slots, visible }: CarouselShape,
  lookedOn: (at: number) => number = () => 0,
): Sightings {
  const surely = Float32Array.from(clicks, (click, at) => (click < 0 ? lookedOn(at) : 0))
  const each = (take: (playlist: number, at: number, slot: number) => void) => {
    for (let at = 0; at < visitors.length; at++) {
      const click = clicks[at]!
      const seen = click >= 0 ? click + 1 : surely[at]! > 0 ? slots : visible
      for (let slot = 0; slot < seen; slot++) take(slates[at * slots + slot]!, at, slot)
    }
  }
  const start = new Int32Array(playlists + 1)
  each((playlist) => void start[playlist + 1]!++)
  for (let p = 0; p < playlists; p++) start[p + 1]! += start[p]!
  const next = start.slice(0, playlists)
  const count = start[playlists]!
  const found = {
    start,
    listener: new Int32Array(count),
    clicked: new Uint8Array(count),
    weight: new Float32Array(count),
  }
  each((playlist, at, slot) => {
    const place = next[playlist]!++
    found.listener[place] = visitors[at]!
    found.clicked[place] = slot === clicks[at] ? 1 : 0
    found.weight[place] = clicks[at]! < 0 && slot >= visible ? surely[at]! : 1
  })
  return found
}

/**
 * How often listeners look beyond the visible places, from a round of carousels drawn at random: each place is then as good as any other, so
 * clicks on the visible ones tell how many there would be on the others if everybody looked there. One click is added on either side.
 */
export function lookingOn({ clicks }: Round, { slots, visible }: CarouselShape): number {
  if (slots === visible) return 1
  let [near, far] = [1, 1]
  for (const click of clicks)
    if (click >= visible) far++
    else if (click >= 0) near++
  const visits = clicks.length + 2
  const reached = 1 - near / visits
  return Math.min(1, far / visits / (reached - reached ** (slots / visible)))
}
