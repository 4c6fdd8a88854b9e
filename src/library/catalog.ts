import { AUDIO_FEATURES, type Track } from '../core/track.ts'
import type { Texts } from './texts.ts'

/**
 * Every recording the store knows, as columns: a snapshot that can be written to a file, mapped back in milliseconds and
 * handed to a worker. A row stands for one recording; rows are in the order of their ids. Missing numbers are NaN.
 */
export interface Catalog {
  /** Changes when what all claims together tell changes. */
  readonly revision: number
  readonly size: number
  /** Row → track id (the smallest identifier of the recording). */
  readonly trackId: Int32Array
  /** Identifier → row, or −1. */
  readonly rowOfIdentifier: Int32Array
  /** Row → artist index. Artist 0 is "nobody": rows without an artist. */
  readonly artist: Int32Array
  /** `size × 13` audio features in the order of AUDIO_FEATURES. */
  readonly audio: Float32Array
  /** Row → index into `sources`: whose scale `audio` is on; 0 = nothing but perhaps the length. */
  readonly source: Uint8Array
  readonly sources: readonly string[]
  readonly year: Float32Array
  readonly popularity: Float32Array
  /** Row → index into `genreSets`. */
  readonly genres: Int32Array
  /** Distinct "genre; genre" texts; 0 is ''. */
  readonly genreSets: Texts
  readonly titles: Texts
  readonly albums: Texts
  readonly artists: Texts
  /** Row → Spotify id, ISRC, MBID; '' when there is none. */
  readonly spotify: Texts
  readonly isrc: Texts
  readonly mbid: Texts
}

/** Numbers of one row of `audio`. */
export const AUDIO_STRIDE = AUDIO_FEATURES.length
/** Where the track's length stands in a row of `audio`, in milliseconds. */
export const DURATION = AUDIO_FEATURES.indexOf('duration_ms')

/** The row of a track id, or −1. */
export function rowOfTrack(catalog: Catalog, trackId: number): number {
  return catalog.rowOfIdentifier[trackId] ?? -1
}

/** Whether any audio feature of the row beyond its length is known; never for row −1. */
export function hasAudio(catalog: Catalog, row: number): boolean {
  return (catalog.source[row] ?? 0) !== 0
}

/** A row as a person sees it. */
export function trackAt(catalog: Catalog, row: number): Track {
  const duration = catalog.audio[row * AUDIO_STRIDE + DURATION]!
  const optional = {
    spotify: catalog.spotify.at(row),
    isrc: catalog.isrc.at(row),
    mbid: catalog.mbid.at(row),
  }
  return {
    id: catalog.trackId[row]!,
    title: catalog.titles.at(row),
    artist: catalog.artists.at(catalog.artist[row]!),
    album: catalog.albums.at(row),
    ...(Number.isNaN(duration) ? {} : { durationMs: duration }),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
  }
}
