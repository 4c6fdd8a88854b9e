import { easeScores } from './pairs.ts'
import { FOUNDED_AGE, LATE_DAYS, lengthBin, lengthHistogram, type PlaylistIndex } from './playlist-index.ts'
import { wordsOf } from './playlist-log.ts'
import type { PlaylistQuery } from './playlist-model.ts'

/** What one playlist is like, by artist, length and word, and how it goes about: the parts of its signals that need no other track. */

const NEVER = 3650
/** Tracks that an artist counts as having anywhere besides. */
const LIFT_SHRINK = 3
/** The same, of tracks. */
const RATE_SHRINK = 2
const ARTIST_SHRINK = 10

/** By artist what the playlist and its neighbours have of them. */
export function ownArtists(index: PlaylistIndex, { self, stays }: PlaylistQuery) {
  const { past, artistPairs, pairs, founded } = index
  const { content, day } = past
  const zero = () => new Float32Array(content.artists)
  const [ever, late, current, decayed30, decayed90] = [zero(), zero(), zero(), zero(), zero()] as const
  const [lift, rate, lateRate] = [zero(), zero(), zero()] as const
  const age = zero().fill(NEVER)
  const start = stays[0]?.added ?? 0
  const seen = new Set<number>()
  for (const { track, added, removed } of stays) {
    const fresh = added > start
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++) {
      const one = content.artist[at]!
      if (!seen.has(track)) {
        ever[one]!++
        if (index.firstAge[track]! <= LATE_DAYS) late[one]!++
      }
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
    rate[one] = ever[one]! / (Math.max(index.artistTracks[one]!, ever[one]!) + RATE_SHRINK)
    lateRate[one] = late[one]! / (Math.max(index.artistLateTracks[one]!, late[one]!) + RATE_SHRINK)
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
      const by = cosine * pairs.decayed[90][pair]!
      const track = pairs.thing[pair]!
      for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
        neighbors90[content.artist[at]!]! += by
    }
  }
  return { ever, current, decayed30, decayed90, lift, rate, lateRate, age, ease, neighbors, neighbors90 }
}

/** How much likelier a track's length is on the playlist than anywhere, as a logarithm. */
export function ownSounds(
  { past: { content }, lengthShare }: PlaylistIndex,
  own: readonly number[],
): (track: number) => number {
  const here = lengthHistogram(
    own.map((track) => lengthBin(content.seconds[track]!)),
    lengthShare,
    10,
  )
  const ratio = here.map((share, bin) => Math.log(share / lengthShare[bin]!))
  return (track) => ratio[lengthBin(content.seconds[track]!)] ?? 0
}

/** Tracks as anywhere that the playlist counts as having besides, for its words. */
const WORD_SHRINK = 5

/** How much likelier the words of a track's title and album are on the playlist than anywhere, as logarithms, and the share of the words of its name. */
export function ownWords(
  { past: { content }, wordTracks, known }: PlaylistIndex,
  { name }: PlaylistQuery,
  own: readonly number[],
) {
  const { wordStarts, word, vocabulary } = content
  const ratio = new Float32Array(vocabulary.size)
  for (const track of own)
    for (let at = wordStarts[track]!; at < wordStarts[track + 1]!; at++) ratio[word[at]!]!++
  const shrunk = WORD_SHRINK / (own.length + WORD_SHRINK)
  for (let at = 0; at < ratio.length; at++)
    ratio[at] =
      ratio[at] === 0
        ? Math.log(shrunk)
        : Math.log(ratio[at]! / (own.length + WORD_SHRINK) / ((wordTracks[at]! + 1) / (known + 1)) + shrunk)
  const named = new Uint8Array(vocabulary.size)
  const title = new Set(wordsOf(name))
  for (const one of title) {
    const number = vocabulary.get(one)
    if (number !== undefined) named[number] = 1
  }
  const over = (start: number, step: (sofar: number, word: number) => number) => (track: number) => {
    let value = start
    for (let at = wordStarts[track]!; at < wordStarts[track + 1]!; at++) value = step(value, word[at]!)
    return value
  }
  const sum = over(0, (total, one) => total + ratio[one]!)
  const hits = over(0, (total, one) => total + named[one]!)
  return {
    mean: (track: number) => sum(track) / Math.max(wordStarts[track + 1]! - wordStarts[track]!, 1),
    most: over(0, (most, one) => Math.max(most, ratio[one]!)),
    named: (track: number) => hits(track) / Math.max(title.size, 1),
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
