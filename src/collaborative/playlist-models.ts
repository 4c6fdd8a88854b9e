import { type Interactions, interactions, transposed } from './interactions.ts'
import { distinctPairs, easeScores, rowEase } from './pairs.ts'
import { currentTracks, type PlaylistLog, type Stay, type TrackContent } from './playlist-log.ts'
import type { PlaylistModel } from './playlist-model.ts'

/** Which tracks of the playlist to continue count: those on it, or those that left it as well. */
type Counted = 'current' | 'ever'
/** After so many days what was added counts half. */
type HalfLife = number | 'none'

/** Who ever had which track, each pair once. */
function membership({ playlists, tracks, playlist, track }: PlaylistLog) {
  const weight = new Float32Array(track.length).fill(1)
  const matrix = interactions({ user: playlist, item: track, weight }, playlists, tracks)
  matrix.weight.fill(1)
  return matrix
}

/** The share that something of an age in days still counts. */
function decay(age: number, halfLife: HalfLife): number {
  return halfLife === 'none' ? 1 : 2 ** (-Math.max(age, 0) / halfLife)
}

function tracksOf(stays: readonly Stay[], counted: Counted): Set<number> {
  return counted === 'current' ? currentTracks(stays) : new Set(stays.map(({ track }) => track))
}

interface PlaylistPopularitySettings {
  readonly halfLifeDays: HalfLife
}

/** Ranks by how often tracks were put on any playlist, recent days counting more. */
function playlistPopularity({ halfLifeDays }: PlaylistPopularitySettings): PlaylistModel {
  return {
    name: 'popularity',
    async fit({ log, day }) {
      const scores = new Float32Array(log.tracks)
      for (const [row, track] of log.track.entries())
        scores[track]! += decay(day - log.added[row]!, halfLifeDays)
      return { score: async () => scores.slice() }
    },
  }
}

interface PlaylistItemKnnSettings {
  readonly k: number
  readonly shrink: number
  readonly counted: Counted
}

/** The cosines of tracks by the playlists they were ever on, summed over the playlist's tracks, each keeping its k nearest (as `itemKnn`). */
function playlistItemKnn({ k, shrink, counted }: PlaylistItemKnnSettings): PlaylistModel {
  return {
    name: 'item-knn',
    async fit({ log }) {
      const X = membership(log)
      const byTrack = transposed(X)
      const near = new Map<number, readonly { readonly track: number; readonly cosine: number }[]>()
      const common = new Float64Array(log.tracks)
      const nearest = (track: number) => {
        const touched: number[] = []
        for (const playlist of rowOf(byTrack, track))
          for (const other of rowOf(X, playlist)) if (common[other]!++ === 0) touched.push(other)
        const size = rowOf(byTrack, track).length
        const found = touched
          .filter((other) => other !== track)
          .map((other) => ({
            track: other,
            cosine: common[other]! / (Math.sqrt(size * rowOf(byTrack, other).length) + shrink),
          }))
          .sort((a, b) => b.cosine - a.cosine || a.track - b.track)
          .slice(0, k)
        for (const other of touched) common[other] = 0
        return found
      }
      return {
        async score({ stays }) {
          const scores = new Float32Array(log.tracks)
          for (const track of tracksOf(stays, counted)) {
            const found = near.get(track) ?? nearest(track)
            near.set(track, found)
            for (const { track: other, cosine } of found) scores[other]! += cosine
          }
          return scores
        },
      }
    },
  }
}

function rowOf({ starts, item }: Interactions, row: number): Uint32Array {
  return item.subarray(starts[row]!, starts[row + 1]!)
}

interface PlaylistEaseSettings {
  readonly lambda: number
  readonly counted: Counted
}

/** EASE (Steck 2019) for playlists that need not be among those it is fitted to; see `rowEase`. */
function playlistEase({ lambda, counted }: PlaylistEaseSettings): PlaylistModel {
  return {
    name: 'ease',
    async fit({ log }) {
      const pairs = distinctPairs(log.playlist, log.track, log.playlists, log.tracks)
      const one = () => 1
      const fitted = await rowEase(pairs, new Float32Array(pairs.count).fill(1), lambda)
      return {
        async score({ stays }) {
          const own = new Map([...tracksOf(stays, counted)].map((track) => [track, 1]))
          return easeScores(fitted, pairs, one, own)
        },
      }
    },
  }
}

interface PlaylistKnnSettings {
  readonly k: number
  readonly halfLifeDays: HalfLife
  readonly counted: Counted
}

/** Added to the product of the lengths of two playlists. */
const KNN_SHRINK = 10

/** Playlist-kNN with time decay: the k playlists with the most in common (cosine) lend their tracks, what was added lately more of it. */
function playlistKnn({ k, halfLifeDays, counted }: PlaylistKnnSettings): PlaylistModel {
  return {
    name: 'playlist-knn',
    async fit({ log, day }) {
      const X = membership(log)
      const byTrack = transposed(X)
      const rows = rowsByPlaylist(log)
      return {
        async score({ self, stays }) {
          const own = tracksOf(stays, counted)
          const common = new Float64Array(X.users)
          for (const track of own)
            for (let at = byTrack.starts[track]!; at < byTrack.starts[track + 1]!; at++)
              common[byTrack.item[at]!]!++
          const near = [...common.keys()]
            .filter((other) => other !== self && common[other]! > 0)
            .map((other) => {
              const size = X.starts[other + 1]! - X.starts[other]!
              return { other, cosine: common[other]! / (Math.sqrt(own.size * size) + KNN_SHRINK) }
            })
            .sort((a, b) => b.cosine - a.cosine)
          const scores = new Float32Array(log.tracks)
          for (const { other, cosine } of near.slice(0, k))
            for (const row of rows[other]!)
              scores[log.track[row]!]! += cosine * decay(day - log.added[row]!, halfLifeDays)
          return scores
        },
      }
    },
  }
}

function rowsByPlaylist({ playlists, playlist }: PlaylistLog): number[][] {
  const rows: number[][] = Array.from({ length: playlists }, () => [])
  for (const [row, one] of playlist.entries()) rows[one]!.push(row)
  return rows
}

interface ArtistRecencySettings {
  readonly halfLifeDays: HalfLife
  /** Recency of a track that was never added anywhere, from 0 to that of one added today, 1, and beyond. */
  readonly unseen: number
  /** Power of the artist's share. */
  readonly power: number
  readonly counted: Counted
}

/** What share of the playlist's tracks are by a track's artists, times how recently the track was added anywhere (2^(−age / half-life)). */
function artistRecency(settings: ArtistRecencySettings): PlaylistModel {
  return {
    name: 'artist-recency',
    async fit({ log, content, day }) {
      const { halfLifeDays, unseen, power, counted } = settings
      const recency = new Float64Array(log.tracks).fill(-1)
      for (const [row, track] of log.track.entries())
        recency[track] = Math.max(recency[track]!, decay(day - log.added[row]!, halfLifeDays))
      return {
        async score({ stays }) {
          const own = tracksOf(stays, counted)
          const share = artistShares(content, own)
          return Float32Array.from({ length: log.tracks }, (_, track) => {
            let sum = 0
            for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
              sum += share[content.artist[at]!]!
            return sum ** power * (recency[track]! < 0 ? unseen : recency[track]!)
          })
        },
      }
    },
  }
}

function artistShares(content: TrackContent, tracks: ReadonlySet<number>): Float64Array {
  const share = new Float64Array(content.artists)
  for (const track of tracks)
    for (let at = content.artistStarts[track]!; at < content.artistStarts[track + 1]!; at++)
      share[content.artist[at]!]! += 1 / tracks.size
  return share
}

export type PlaylistSettings = Readonly<Record<string, number | string>>

/** A kind of model with the settings it may have. */
export interface PlaylistFamily {
  readonly name: string
  /** For each setting its values in order; a search moves one value at a time. */
  readonly axes: Readonly<Record<string, readonly (number | string)[]>>
  readonly start: PlaylistSettings
  make(settings: PlaylistSettings): PlaylistModel
}

const COUNTED = ['current', 'ever'] as const
const HALF_LIVES = [7, 14, 30, 60, 120, 240, 'none'] as const

function family<Own extends { readonly [Name in keyof Own]: number | string }>(
  make: (settings: Own) => PlaylistModel,
  start: Own,
  axes: { readonly [Name in keyof Own]: readonly Own[Name][] },
): PlaylistFamily {
  return {
    name: make(start).name,
    axes: axes as PlaylistFamily['axes'],
    start,
    // Settings come from `start` and `axes` alone.
    make: (settings) => make(settings as unknown as Own),
  }
}

/** Every simple model, the simplest first. The axes that matter most come first: a search may end before the last. */
export function playlistFamilies(): PlaylistFamily[] {
  return [
    family<PlaylistPopularitySettings>(
      playlistPopularity,
      { halfLifeDays: 30 },
      { halfLifeDays: HALF_LIVES },
    ),
    family<PlaylistItemKnnSettings>(
      playlistItemKnn,
      { k: 100, shrink: 3, counted: 'current' },
      { counted: COUNTED, k: [20, 50, 100, 200, 500], shrink: [0, 1, 3, 10, 30] },
    ),
    family<PlaylistEaseSettings>(
      playlistEase,
      { lambda: 100, counted: 'current' },
      { counted: COUNTED, lambda: [1, 10, 30, 100, 300, 1000, 3000] },
    ),
    family<PlaylistKnnSettings>(
      playlistKnn,
      { k: 20, halfLifeDays: 60, counted: 'current' },
      { halfLifeDays: HALF_LIVES, k: [5, 10, 20, 40, 80], counted: COUNTED },
    ),
    family<ArtistRecencySettings>(
      artistRecency,
      { halfLifeDays: 60, unseen: 1, power: 1, counted: 'ever' },
      {
        unseen: [0, 0.5, 1, 2, 4],
        halfLifeDays: HALF_LIVES,
        power: [0.5, 1, 2],
        counted: COUNTED,
      },
    ),
  ]
}
