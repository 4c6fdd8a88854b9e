import type { Context, Sink } from './sink.ts'

/** The formats that `--as` can name. */
export const FORMATS = [
  'spotify-extended',
  'spotify-account',
  'listens',
  'lastfm',
  'librefm',
  'listenbrainz',
  'rockbox',
  'pano-scrobbler',
  'maloja',
  'koito',
  'catalog',
  'exportify',
  'acousticbrainz',
] as const
export type FormatName = (typeof FORMATS)[number]

/** Reads one file into a sink. `file` is how sentences name it. */
export type Reader = (
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  sink: Sink,
  context: Context,
) => Promise<void>

/** A file whose format is known. */
export interface Recognised {
  readonly format: FormatName
  readonly read: Reader
  /** Files of one import are read in this order: by the numbers in their names, not by the letters. */
  readonly order: readonly number[]
  /** Files of one group share one line of the report. */
  readonly group?: string
}

/** Whether a name is one that `--as` takes. */
export function isFormat(name: string): name is FormatName {
  return (FORMATS as readonly string[]).includes(name)
}
