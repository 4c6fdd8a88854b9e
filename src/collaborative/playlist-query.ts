import { easeScores, type PlaylistIndex } from './playlist-index.ts'
import type { PlaylistQuery } from './playlist-model.ts'

/** What one playlist is like, by artist, length and word, and how it goes about: the parts of its signals that need no other track. */

const NEVER = 3650
/** Tracks that an artist counts as having anywhere besides. */
const LIFT_SHRINK = 3
const ARTIST_SHRINK = 10

/** By artist what the playlist and its neighbours have of them. */
export function ownArtists(index: PlaylistIndex, { self, stays }: PlaylistQuery) {
  const { past, artistPairs, pairs, founded } = index
  const { content, day } = past
  const zero = () => new Float32Array(content.artists)
  const [ever, current, decayed30, decayed90, lift] = [zero(), zero(), zero(), zero(), zero()] as const
  const age = zero().fill(NEVER)
  const start = stays[0]?.added ?? 0
  const seen = new Set<number>()
  for (const { track, added, removed } of stays) {
    const fresh = added > start
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++) {
      const one = content.artist[at]!
      if (!seen.has(track)) ever[one]!++
      if (removed === Number.POSITIVE_INFINITY) current[one]!++
      const days = day - added + (fresh ? 0 : FOUNDED_AGE)
      decayed30[one]! += 2 ** (-days / 30)
      decayed90[one]! += 2 ** (-days / 90)
      age[one] = Math.min(age[one]!, days)
    }
    seen.add(track)
  }
  const row = new Map<number, number>()
  for (let one = 0; one < ever.length; one++) {
    if (ever[one] === 0) continue
    row.set(one, Math.log1p(ever[one]!))
    const elsewhere = Math.max(index.artistPairsEver[one]!, ever[one]!)
    lift[one] = ever[one]! / (elsewhere + LIFT_SHRINK)
  }
  const ease = easeScores(index.artistEase, artistPairs, (pair) => artistPairs.weight[pair]!, row)

  const n = past.log.playlists
  const shared = new Float64Array(n)
  const size = new Float64Array(n)
  for (let pair = 0; pair < artistPairs.count; pair++)
    size[artistPairs.playlist[pair]!]! += artistPairs.weight[pair]! ** 2
  let length = 0
  for (const [one, weight] of row) {
    length += weight ** 2
    for (let at = artistPairs.thingStarts[one]!; at < artistPairs.thingStarts[one + 1]!; at++) {
      const pair = artistPairs.byThing[at]!
      shared[artistPairs.playlist[pair]!]! += weight * artistPairs.weight[pair]!
    }
  }
  const [neighbors, neighbors90] = [zero(), zero()] as const
  for (let other = 0; other < n; other++) {
    if (other === self || shared[other] === 0) continue
    const cosine = shared[other]! / (Math.sqrt(length * size[other]!) + ARTIST_SHRINK)
    for (let pair = artistPairs.starts[other]!; pair < artistPairs.starts[other + 1]!; pair++)
      neighbors[artistPairs.thing[pair]!]! += cosine * artistPairs.weight[pair]!
    for (let pair = pairs.starts[other]!; pair < pairs.starts[other + 1]!; pair++) {
      const last = pairs.last[pair]!
      if (last === founded[other]) continue
      const by = cosine * 2 ** (-(day - last) / 90)
      const track = pairs.thing[pair]!
      for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
        neighbors90[content.artist[at]!]! += by
    }
  }
  return { ever, current, decayed30, decayed90, lift, age, ease, neighbors, neighbors90 }
}

const FOUNDED_AGE = 90
const BINS = 40

/** How much likelier a track's length is on the playlist than anywhere, as a logarithm: smoothed shares of bins of the logarithm of the seconds. */
export function ownSounds(
  { past: { content }, firstAge }: PlaylistIndex,
  own: readonly number[],
): (track: number) => number {
  const binOf = (track: number) => {
    const seconds = content.seconds[track]!
    return Number.isNaN(seconds)
      ? -1
      : Math.min(Math.max(Math.round(8 * Math.log2(seconds / 30)), 0), BINS - 1)
  }
  const histogram = (tracks: Iterable<number>) => {
    const bins = new Float64Array(BINS)
    let total = 0
    for (const track of tracks) {
      const bin = binOf(track)
      if (bin < 0) continue
      total++
      for (const [by, share] of [
        [-2, 0.1],
        [-1, 0.2],
        [0, 0.4],
        [1, 0.2],
        [2, 0.1],
      ] as const)
        bins[Math.min(Math.max(bin + by, 0), BINS - 1)]! += share
    }
    return { bins, total }
  }
  const everywhere = histogram(
    Array.from(firstAge.keys()).filter((track) => Number.isFinite(firstAge[track]!)),
  )
  const here = histogram(own)
  const ratio = Float64Array.from({ length: BINS }, (_, bin) => {
    const base = (everywhere.bins[bin]! + 1) / (everywhere.total + BINS)
    return Math.log((here.bins[bin]! + 10 * base) / (here.total + 10) / base)
  })
  return (track) => (binOf(track) < 0 ? 0 : ratio[binOf(track)]!)
}

/** How much likelier the words of a track's title and album are on the playlist than anywhere, as logarithms, and the share of the words of its name. */
export function ownWords(
  { past: { content }, wordTracks, known }: PlaylistIndex,
  { name }: PlaylistQuery,
  own: readonly number[],
) {
  const counts = new Map<string, number>()
  for (const track of own)
    for (const word of content.words[track]!) counts.set(word, (counts.get(word) ?? 0) + 1)
  const ratio = new Map<string, number>()
  const ratioOf = (word: string) => {
    const found = ratio.get(word)
    if (found !== undefined) return found
    const base = ((wordTracks.get(word) ?? 0) + 1) / (known + 1)
    const value = Math.log(((counts.get(word) ?? 0) + 5 * base) / (own.length + 5) / base)
    ratio.set(word, value)
    return value
  }
  const title = new Set(name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  return {
    mean: (track: number) => {
      const words = content.words[track]!
      return words.length === 0 ? 0 : words.reduce((sum, word) => sum + ratioOf(word), 0) / words.length
    },
    most: (track: number) => content.words[track]!.reduce((most, word) => Math.max(most, ratioOf(word)), 0),
    named: (track: number) =>
      title.size === 0 ? 0 : content.words[track]!.filter((word) => title.has(word)).length / title.size,
  }
}

/** Within so many days of its first day anywhere a track is new. */
const NEW_DAYS = 7

/** How the playlist goes about: how large it is, how fast it takes tracks, and which. */
export function playlistHabits(index: PlaylistIndex, { stays }: PlaylistQuery, overlap: number) {
  const { past, firstAge } = index
  const { content, day } = past
  const start = stays[0]?.added ?? day
  const [had, artists] = [new Set<number>(), new Set<number>()]
  let [current, added, lately, novel, byKnown, returned] = [0, 0, 0, 0, 0, 0]
  for (const { track, added: at, removed } of stays) {
    const own = content.artist.subarray(content.artistStarts[track]!, content.artistStarts[track + 1]!)
    if (removed === Number.POSITIVE_INFINITY) current++
    if (at > start) {
      added++
      if (day - at <= 90) lately++
      if (had.has(track)) returned++
      else if (at - (day - firstAge[track]!) <= NEW_DAYS) novel++
      if (own.some((one) => artists.has(one))) byKnown++
    }
    had.add(track)
    for (const one of own) artists.add(one)
  }
  return {
    size: Math.log1p(current),
    pace: Math.log1p(lately),
    coldHabit: (novel + 2 * 0.6) / (added + 2),
    artistHabit: (byKnown + 2 * 0.5) / (added + 2),
    returnHabit: (returned + 0.1) / (added + 2),
    observed: Math.log1p(day - start),
    overlap,
  }
}
