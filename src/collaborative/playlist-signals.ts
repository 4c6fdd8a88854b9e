import { easeScores } from './pairs.ts'
import type { DecayDays, PlaylistIndex } from './playlist-index.ts'
import type { PlaylistQuery } from './playlist-model.ts'
import { ownArtists, ownSounds, ownWords, playlistHabits } from './playlist-query.ts'

/** What is said of a track for a playlist, in the order of the columns. */
export const PLAYLIST_SIGNALS = [
  'cold',
  'ease',
  'easeShare',
  'neighbors30',
  'neighbors90',
  'neighbors',
  'neighborsShare',
  'common',
  'flow30',
  'flow120',
  'flowShare',
  'holders',
  'playlists',
  'momentum7',
  'momentum30',
  'momentum90',
  'lastAge',
  'firstAge',
  'seenFresh',
  'wasOn',
  'leftAge',
  'artistEver',
  'artistCurrent',
  'artist30',
  'artist90',
  'artistAge',
  'artistShare',
  'artistLift',
  'artistRate',
  'artistLateRate',
  'artistSum',
  'firstArtist',
  'artistMomentum30',
  'artistMomentum90',
  'artistPlaylists',
  'artistEase',
  'artistNeighbors90',
  'artistNeighbors',
  'artistUnknown',
  'artists',
  'albumEver',
  'albumCurrent',
  'albumTracks',
  'length',
  'lengthUnknown',
  'words',
  'rarestWord',
  'nameWords',
  'size',
  'pace',
  'coldHabit',
  'artistHabit',
  'returnHabit',
  'observed',
  'overlap',
] as const

export type PlaylistSignal = (typeof PLAYLIST_SIGNALS)[number]

/** Signals of some tracks for one playlist: tracks × PLAYLIST_SIGNALS, row-major. */
export type Signals = Float32Array

const WIDTH = PLAYLIST_SIGNALS.length
const COLUMN = Object.fromEntries(PLAYLIST_SIGNALS.map((name, at) => [name, at])) as Record<
  PlaylistSignal,
  number
>
/** Added to what two playlists have in common, so that small ones are not near by chance. */
const SHRINK = 10
/** Age in days of what never happened. */
const NEVER = 3650

/**
 * What the index says of some tracks of its content for a playlist. No signal of a track depends on which other tracks are asked about, so that
 * nothing can be learned from who is a candidate.
 */
export function playlistSignals(index: PlaylistIndex, query: PlaylistQuery, tracks: Uint32Array): Signals {
  const { past, pairs } = index
  const { content, day } = past
  const out = new Float32Array(tracks.length * WIDTH)
  const put = (name: PlaylistSignal, value: (track: number) => number) => {
    for (let row = 0, at = COLUMN[name]; row < tracks.length; row++, at += WIDTH)
      out[at] = value(tracks[row]!)
  }

  const own = ownTracks(query)
  const flows = flowsFrom(index, query, own)
  const near = ([30, 90, undefined] as const).map((halfLife) => lent(index, flows.cosine, halfLife))
  const flow = ([30, 120] as const).map((halfLife) => lent(index, flows.flow, halfLife, true))
  const ease = easeScores(
    index.ease,
    pairs,
    () => 1,
    new Map([...own].filter(([, { current }]) => current).map(([track]) => [track, 1])),
  )
  put('cold', (track) => (index.firstAge[track] === Number.POSITIVE_INFINITY ? 1 : 0))
  put('ease', (track) => signedLog(10 * ease[track]!))
  put('easeShare', shareOfMost(ease, own))
  put('neighbors30', (track) => Math.log1p(10 * near[0]![track]!))
  put('neighbors90', (track) => Math.log1p(10 * near[1]![track]!))
  put('neighbors', (track) => Math.log1p(10 * near[2]![track]!))
  put('neighborsShare', shareOfMost(near[1]!, own))
  const common = lent(index, flows.common, undefined)
  put('common', (track) =>
    Math.log1p(common[track]! / Math.sqrt(1 + pairs.thingStarts[track + 1]! - pairs.thingStarts[track]!)),
  )
  put('flow30', (track) => Math.log1p(10 * flow[0]![track]!))
  put('flow120', (track) => Math.log1p(10 * flow[1]![track]!))
  put('flowShare', shareOfMost(flow[0]!, own))
  put('holders', (track) => Math.log1p(index.holders[track]!))
  put('playlists', (track) => Math.log1p(pairs.thingStarts[track + 1]! - pairs.thingStarts[track]!))
  for (const [w, name] of (['momentum7', 'momentum30', 'momentum90'] as const).entries())
    put(name, (track) => Math.log1p(index.momentum[w]![track]!))
  put('lastAge', (track) => logAge(index.lastAge[track]!))
  put('firstAge', (track) => logAge(index.firstAge[track]!))
  put('seenFresh', (track) => index.seenFresh[track]!)
  put('wasOn', (track) => (own.has(track) ? 1 : 0))
  put('leftAge', (track) => (own.has(track) ? logAge(day - own.get(track)!.left) : 0))

  const artist = ownArtists(index, query)
  const best = (values: ArrayLike<number>) => (track: number) => {
    let most = 0
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
      most = Math.max(most, values[content.artist[at]!]!)
    return most
  }
  put('artistEver', (track) => Math.log1p(best(artist.ever)(track)))
  put('artistCurrent', (track) => Math.log1p(best(artist.current)(track)))
  put('artist30', (track) => Math.log1p(best(artist.decayed30)(track)))
  put('artist90', (track) => Math.log1p(best(artist.decayed90)(track)))
  put('artistAge', (track) => {
    let least = NEVER
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
      least = Math.min(least, artist.age[content.artist[at]!]!)
    return logAge(least)
  })
  put('artistShare', (track) => {
    let sum = 0
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
      sum += artist.ever[content.artist[at]!]!
    return Math.sqrt(sum / Math.max(query.stays.length, 1))
  })
  put('artistLift', best(artist.lift))
  put('artistRate', best(artist.rate))
  put('artistLateRate', best(artist.lateRate))
  const weight = artist.ever.map(Math.log1p)
  put('artistSum', (track) => {
    let sum = 0
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
      sum += weight[content.artist[at]!]!
    return sum
  })
  put('firstArtist', (track) =>
    content.artistStarts[track] === content.artistStarts[track + 1]
      ? 0
      : Math.log1p(artist.ever[content.artist[content.artistStarts[track]!]!]!),
  )
  put('artistMomentum30', (track) => Math.log1p(best(index.artistMomentum[0]!)(track)))
  put('artistMomentum90', (track) => Math.log1p(best(index.artistMomentum[1]!)(track)))
  put('artistPlaylists', (track) => Math.log1p(best(index.artistPairsEver)(track)))
  put('artistEase', best(artist.ease.map((value) => signedLog(10 * value))))
  put('artistNeighbors90', best(artist.neighbors90.map((value) => Math.log1p(10 * value))))
  put('artistNeighbors', best(artist.neighbors.map((value) => Math.log1p(10 * value))))
  put('artistUnknown', (track) => (best(index.artistPairsEver)(track) > 0 ? 0 : 1))
  put('artists', (track) => content.artistStarts[track + 1]! - content.artistStarts[track]!)

  const { albumEver, albumCurrent } = ownAlbums(index, own)
  const album = (track: number) => content.album[track]!
  put('albumEver', (track) => Math.log1p(albumEver.get(album(track)) ?? 0))
  put('albumCurrent', (track) => Math.log1p(albumCurrent.get(album(track)) ?? 0))
  put('albumTracks', (track) => (album(track) === 0 ? 0 : Math.log1p(index.albumTracks[album(track)]!)))
  put('length', ownSounds(index, [...own.keys()]))
  put('lengthUnknown', (track) => (Number.isNaN(content.seconds[track]!) ? 1 : 0))
  const words = ownWords(index, query, [...own.keys()])
  put('words', words.mean)
  put('rarestWord', words.most)
  put('nameWords', words.named)

  const habits = playlistHabits(index, query, flows.overlap)
  for (const [name, value] of Object.entries(habits)) put(name as PlaylistSignal, () => value)
  return out
}

/** The own tracks that ever were: whether they are on it, and the last day they left. */
function ownTracks({
  stays,
}: PlaylistQuery): Map<number, { readonly current: boolean; readonly left: number; readonly first: number }> {
  const own = new Map<number, { current: boolean; left: number; first: number }>()
  for (const { track, added, removed } of stays) {
    const before = own.get(track)
    own.set(track, {
      current: (before?.current ?? false) || removed === Number.POSITIVE_INFINITY,
      left: Math.max(before?.left ?? Number.NEGATIVE_INFINITY, Number.isFinite(removed) ? removed : added),
      first: Math.min(before?.first ?? Number.POSITIVE_INFINITY, added),
    })
  }
  return own
}

type Own = ReturnType<typeof ownTracks>

/** How near every other playlist is, and how much of what it got came here later. */
function flowsFrom(index: PlaylistIndex, { self, stays }: PlaylistQuery, own: Own) {
  const { pairs, past } = index
  const n = past.log.playlists
  const shared = new Float64Array(n)
  const rare = new Float64Array(n)
  const followed = new Float64Array(n)
  const founded = stays[0]?.added ?? 0
  for (const [track, { first }] of own) {
    const [from, to] = [pairs.thingStarts[track]!, pairs.thingStarts[track + 1]!]
    for (let at = from; at < to; at++) {
      const pair = pairs.byThing[at]!
      const other = pairs.playlist[pair]!
      if (other === self) continue
      shared[other]!++
      rare[other]! += 1 / Math.sqrt(to - from)
      if (first > founded && pairs.first[pair]! < first) followed[other]!++
    }
  }
  const cosine = new Float64Array(n)
  const flow = new Float64Array(n)
  const common = new Float64Array(n)
  for (let other = 0; other < n; other++) {
    if (shared[other] === 0) continue
    const size = pairs.starts[other + 1]! - pairs.starts[other]!
    cosine[other] = shared[other]! / (Math.sqrt(own.size * size) + SHRINK)
    common[other] = rare[other]! / Math.sqrt(size + SHRINK)
    flow[other] = followed[other]! / (size + SHRINK)
  }
  return { cosine, flow, common, overlap: Math.max(0, ...cosine) }
}

/** What playlists with a weight lend their tracks; of old additions less. `current`: only of tracks that are still there. */
function lent(
  { pairs, past }: PlaylistIndex,
  weight: Float64Array,
  halfLife: DecayDays | undefined,
  current = false,
): Float64Array {
  const scores = new Float64Array(past.log.tracks)
  const decayed = halfLife && pairs.decayed[halfLife]
  for (let other = 0; other < weight.length; other++) {
    const by = weight[other]!
    if (by === 0) continue
    for (let pair = pairs.starts[other]!; pair < pairs.starts[other + 1]!; pair++)
      if (!current || pairs.current[pair] === 1)
        scores[pairs.thing[pair]!]! += decayed ? by * decayed[pair]! : by
  }
  return scores
}

function ownAlbums({ past: { content } }: PlaylistIndex, own: Own) {
  const albumEver = new Map<number, number>()
  const albumCurrent = new Map<number, number>()
  for (const [track, { current }] of own) {
    const album = content.album[track]!
    if (album === 0) continue
    albumEver.set(album, (albumEver.get(album) ?? 0) + 1)
    if (current) albumCurrent.set(album, (albumCurrent.get(album) ?? 0) + 1)
  }
  return { albumEver, albumCurrent }
}

/** Scores over the largest of those that are not on the playlist. */
function shareOfMost(scores: ArrayLike<number>, own: Own): (track: number) => number {
  let most = 1e-9
  for (let track = 0; track < scores.length; track++)
    if (scores[track]! > most && !own.get(track)?.current) most = scores[track]!
  return (track) => Math.max(Math.min(scores[track]! / most, 1), -1)
}

function logAge(days: number): number {
  return Math.log1p(Math.min(Math.max(days, 0), NEVER))
}

function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value))
}
