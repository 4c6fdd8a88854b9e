import { distinctPairs, type Pairs, type RowEase, rowEase } from './pairs.ts'
import type { PlaylistPast } from './playlist-model.ts'

/** What the signals of every query share: who had what when, how often and how lately, as of the day of a past. */
export interface PlaylistIndex {
  readonly past: PlaylistPast
  /** Playlist × track pairs that ever were, with their first and last day of addition, and whether they still are. */
  readonly pairs: Pairs & {
    readonly first: Float64Array
    readonly last: Float64Array
    readonly current: Uint8Array
    /** Days → what the last addition still counts after halving every so many days; see `FOUNDED_AGE`. */
    readonly decayed: Readonly<Record<DecayDays, Float32Array>>
  }
  /** Playlist × artist pairs; how many tracks, as ln(1 + n). */
  readonly artistPairs: Pairs & { readonly weight: Float32Array; readonly count: number }
  /** Playlist → the first day it was seen: what was on it then was not added then. */
  readonly founded: Float64Array
  /** Pairs of each track that are current. */
  readonly holders: Uint32Array
  /** Track → additions in the last 7, 30 and 90 days, that of playlists just founded aside. */
  readonly momentum: readonly Float32Array[]
  /** Track → days since it was last and first added anywhere; infinite for those never seen. */
  readonly lastAge: Float64Array
  readonly firstAge: Float64Array
  /** Track → 1 where its first day anywhere was not that of a playlist's founding. */
  readonly seenFresh: Uint8Array
  /** Artist → additions in the last 30 and 90 days, and pairs ever. */
  readonly artistMomentum: readonly Float32Array[]
  readonly artistPairsEver: Float32Array
  /** Artist → tracks of the past, and those of them first seen within the last half year. */
  readonly artistTracks: Float32Array
  readonly artistLateTracks: Float32Array
  /** Album → tracks of the past. */
  readonly albumTracks: Uint32Array
  /** Word → tracks of the past with it. */
  readonly wordTracks: Uint32Array
  /** Share of the past's tracks by length; see `lengthBin`. */
  readonly lengthShare: Float64Array
  /** Tracks of the past. */
  readonly known: number
  readonly ease: RowEase
  readonly artistEase: RowEase
}

/** Half-lives in days. */
export type DecayDays = 30 | 90 | 120

/** Days that what a playlist was founded with is taken to have been on it: nobody knows when it was added. */
export const FOUNDED_AGE = 90

const WINDOWS = [7, 30, 90]
const ARTIST_WINDOWS = [30, 90]
/** Days since its first day anywhere within which a track of an artist is a late one. */
export const LATE_DAYS = 182
const TRACK_LAMBDA = 100
const ARTIST_LAMBDA = 30

/** Indexes a past; nothing of it is from its day or later. */
export async function indexPlaylists(past: PlaylistPast): Promise<PlaylistIndex> {
  const { log, content, day } = past
  const founded = new Float64Array(log.playlists).fill(Number.POSITIVE_INFINITY)
  for (const [row, playlist] of log.playlist.entries())
    founded[playlist] = Math.min(founded[playlist]!, log.added[row]!)

  const pairs = distinctPairs(log.playlist, log.track, log.playlists, log.tracks)
  const first = new Float64Array(pairs.count).fill(Number.POSITIVE_INFINITY)
  const last = new Float64Array(pairs.count).fill(Number.NEGATIVE_INFINITY)
  const current = new Uint8Array(pairs.count)
  for (const [row, pair] of pairs.ofRow.entries()) {
    first[pair] = Math.min(first[pair]!, log.added[row]!)
    last[pair] = Math.max(last[pair]!, log.added[row]!)
    if (log.removed[row] === Number.POSITIVE_INFINITY) current[pair] = 1
  }

  const decayed = (halfLife: DecayDays) =>
    Float32Array.from(last, (at, pair) => {
      const age = day - at + (at === founded[pairs.playlist[pair]!] ? FOUNDED_AGE : 0)
      return 2 ** (-age / halfLife)
    })

  const momentum = WINDOWS.map(() => new Float32Array(log.tracks))
  const lastAge = new Float64Array(log.tracks).fill(Number.POSITIVE_INFINITY)
  const firstAge = new Float64Array(log.tracks).fill(Number.NEGATIVE_INFINITY)
  const seenFresh = new Uint8Array(log.tracks)
  const holders = new Uint32Array(log.tracks)
  const artistMomentum = ARTIST_WINDOWS.map(() => new Float32Array(content.artists))
  const artistPairsEver = new Float32Array(content.artists)
  const owner: number[] = []
  const artist: number[] = []
  for (let pair = 0; pair < pairs.count; pair++) {
    const [playlist, track] = [pairs.playlist[pair]!, pairs.thing[pair]!]
    const fresh = first[pair]! > founded[playlist]!
    const age = day - last[pair]!
    const since = day - first[pair]!
    lastAge[track] = Math.min(lastAge[track]!, age)
    if (since > firstAge[track]!) seenFresh[track] = fresh ? 1 : 0
    firstAge[track] = Math.max(firstAge[track]!, since)
    holders[track]! += current[pair]!
    const counts = last[pair]! > founded[playlist]!
    for (const [w, window] of WINDOWS.entries()) if (counts && age <= window) momentum[w]![track]!++
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++) {
      const one = content.artist[at]!
      owner.push(playlist)
      artist.push(one)
      artistPairsEver[one]!++
      for (const [w, window] of ARTIST_WINDOWS.entries())
        if (counts && age <= window) artistMomentum[w]![one]!++
    }
  }
  for (let track = 0; track < log.tracks; track++)
    if (firstAge[track] === Number.NEGATIVE_INFINITY) firstAge[track] = Number.POSITIVE_INFINITY

  const artistPairs = distinctPairs(
    Uint32Array.from(owner),
    Uint32Array.from(artist),
    log.playlists,
    content.artists,
  )
  const weight = new Float32Array(artistPairs.count)
  for (const pair of artistPairs.ofRow) weight[pair]!++
  for (let pair = 0; pair < weight.length; pair++) weight[pair] = Math.log1p(weight[pair]!)

  const albumTracks = new Uint32Array(content.album.reduce((most, one) => Math.max(most, one), 0) + 1)
  const wordTracks = new Uint32Array(content.vocabulary.size)
  const bins: number[] = []
  const artistTracks = new Float32Array(content.artists)
  const artistLateTracks = new Float32Array(content.artists)
  let known = 0
  for (let track = 0; track < log.tracks; track++) {
    if (firstAge[track] === Number.POSITIVE_INFINITY) continue
    known++
    albumTracks[content.album[track]!]!++
    for (let at = content.wordStarts[track]!; at < content.wordStarts[track + 1]!; at++)
      wordTracks[content.word[at]!]!++
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++) {
      artistTracks[content.artist[at]!]!++
      if (firstAge[track]! <= LATE_DAYS) artistLateTracks[content.artist[at]!]!++
    }
    bins.push(lengthBin(content.seconds[track]!))
  }
  return {
    past,
    pairs: {
      ...pairs,
      first,
      last,
      current,
      decayed: { 30: decayed(30), 90: decayed(90), 120: decayed(120) },
    },
    artistPairs: { ...artistPairs, weight },
    founded,
    holders,
    momentum,
    lastAge,
    firstAge,
    seenFresh,
    artistMomentum,
    artistPairsEver,
    artistTracks,
    artistLateTracks,
    albumTracks,
    wordTracks,
    lengthShare: lengthHistogram(bins, 1 / LENGTH_BINS, LENGTH_BINS),
    known,
    ease: await rowEase(pairs, new Float32Array(pairs.count).fill(1), TRACK_LAMBDA),
    artistEase: await rowEase(artistPairs, weight, ARTIST_LAMBDA),
  }
}

const LENGTH_BINS = 40

/** The bin of a length: eight an octave from half a minute on; −1 where it is not known. */
export function lengthBin(seconds: number): number {
  return Number.isNaN(seconds)
    ? -1
    : Math.min(Math.max(Math.round(8 * Math.log2(seconds / 30)), 0), LENGTH_BINS - 1)
}

/** Shares of bins, each spread over its neighbours, as if `strength` more had been seen as in `prior`. */
export function lengthHistogram(
  bins: readonly number[],
  prior: number | Float64Array,
  strength: number,
): Float64Array {
  const share = Float64Array.from(
    { length: LENGTH_BINS },
    (_, bin) => strength * (typeof prior === 'number' ? prior : prior[bin]!),
  )
  let total = strength
  for (const bin of bins) {
    if (bin < 0) continue
    total++
    for (const [by, part] of [
      [-2, 0.1],
      [-1, 0.2],
      [0, 0.4],
      [1, 0.2],
      [2, 0.1],
    ] as const)
      share[Math.min(Math.max(bin + by, 0), LENGTH_BINS - 1)]! += part
  }
  return share.map((one) => one / total)
}
