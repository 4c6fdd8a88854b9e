import { FINISH, SKIP, UNKNOWN } from '../core/labels.ts'
import { grown } from './slots.ts'

/** A listener's own share of finishes counts as this many plays of each sitting. */
const OWN_PLAYS = 2
/** How quickly a thing's earlier sittings are forgotten, and by how many plays without any lift it is drawn to 0. */
const TRACK = { decay: 0.9, strength: 2 } as const
const ARTIST = { decay: 0.97, strength: 4 } as const

/** How much more often tracks and artists are finished than the rest of the sittings they are heard in. */
export interface SittingLift {
  /** −1…1; 0 for a track of which nothing is known. */
  track(row: number): number
  artist(artist: number): number
  observe(row: number, artist: number, outcome: number): void
  /** The sitting is over: what was heard in it is held against its other plays. @param share the listener's own share of finishes */
  endSitting(share: number): void
  /** The same lifts, to be gone on with apart. */
  copy(): SittingLift
}

/** Nothing heard yet of so many tracks and artists; there are more once they are heard. */
export function sittingLift(trackCount: number, artistCount: number): SittingLift {
  return liftOf(lifts(trackCount, TRACK), lifts(artistCount, ARTIST), [])
}

interface Heard {
  readonly row: number
  readonly artist: number
  readonly outcome: number
}

function liftOf(tracks: Lifts, artists: Lifts, before: readonly Heard[]): SittingLift {
  let heard = [...before]
  return {
    track: tracks.of,
    artist: artists.of,
    observe(row, artist, outcome) {
      if (outcome !== UNKNOWN) heard.push({ row, artist, outcome })
    },
    endSitting(share) {
      const finishes = heard.filter(({ outcome }) => outcome === FINISH).length
      for (const { row, artist, outcome } of heard) {
        const finished = outcome === SKIP ? 0 : 1
        const others = (finishes - finished + OWN_PLAYS * share) / (heard.length - 1 + OWN_PLAYS)
        tracks.add(row, finished - others)
        artists.add(artist, finished - others)
      }
      heard = []
    },
    copy: () => liftOf(tracks.copy(), artists.copy(), heard),
  }
}

interface Lifts {
  of(i: number): number
  add(i: number, lift: number): void
  copy(): Lifts
}

function lifts(
  size: number,
  rule: { readonly decay: number; readonly strength: number },
  from = { sums: new Float32Array(size), counts: new Float32Array(size) },
): Lifts {
  const { decay, strength } = rule
  let { sums, counts } = from
  return {
    of: (i: number) => (sums[i] ?? 0) / ((counts[i] ?? 0) + strength),
    add(i: number, lift: number) {
      sums = grown(sums, i)
      counts = grown(counts, i)
      sums[i] = sums[i]! * decay + lift
      counts[i] = counts[i]! * decay + 1
    },
    copy: () => lifts(size, rule, { sums: sums.slice(), counts: counts.slice() }),
  }
}
