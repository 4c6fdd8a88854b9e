import type { Mix } from '../core/mix.ts'
import type { PlaylistEntry } from '../core/playlist.ts'
import { spotifyId, type Track } from '../core/track.ts'

export type { PlaylistEntry } from '../core/playlist.ts'

export interface WrittenPlaylist {
  readonly text: string
  /** Tracks that the format cannot name. */
  readonly leftOut: readonly Track[]
}

/**
 * A kind of playlist file. A format must never reorder or invent tracks, and must read back every name it wrote. The formats
 * for other programs drop control characters other than line breaks and tabs, and broken surrogates.
 */
export interface PlaylistFormat {
  /** What people call it. */
  readonly name: string
  /** How its file names end, with the dot. */
  readonly ending: string
  write(mix: Mix): WrittenPlaylist
  /** @throws DeepcutsError NOT_A_PLAYLIST when the text is not of this format */
  read(text: string): PlaylistEntry[]
  /** What the playlist is called in a text that `read` takes, where the format has a place for that. */
  title?(text: string): string | undefined
}

/** The text without the characters that XML 1.0 cannot hold, line breaks as \n. */
export function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\n\t])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '')
}

const RECORDING = 'https://musicbrainz.org/recording/'

/** Where and what a track is, as URIs: locations, identifiers. */
export function urisOf(track: Track): { locations: string[]; identifiers: string[] } {
  return {
    locations: track.spotify ? [`spotify:track:${track.spotify}`] : [],
    identifiers: [
      ...(track.mbid ? [`${RECORDING}${track.mbid}`] : []),
      ...(track.isrc ? [`isrc:${track.isrc}`] : []),
    ],
  }
}

/** The ids that a list of URIs gives; ones it does not know are skipped. */
export function idsIn(uris: readonly string[]): Pick<PlaylistEntry, 'spotify' | 'isrc' | 'mbid'> {
  const find = (id: (uri: string) => string | undefined) =>
    uris.map((uri) => id(uri.trim())).find((found) => found !== undefined)
  return given({
    spotify: find(spotifyId),
    isrc: find((uri) => /^(?:urn:)?isrc:([0-9A-Za-z]{12})$/i.exec(uri)?.[1]),
    mbid: find((uri) => /^https?:\/\/musicbrainz\.org\/recording\/([0-9a-f-]{36})\/?$/i.exec(uri)?.[1]),
  })
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The object without its undefined and empty values. */
export function given<T extends Record<string, string | number | undefined>>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== '' && !Number.isNaN(value)),
  ) as Given<T>
}

/** The value under a key of something parsed; undefined where there is none. */
export function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

/** The texts among a value or a list of values: formats give one or many. */
export function texts(value: unknown): string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string')
}
