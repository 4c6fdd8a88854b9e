import type { Play } from '../core/event.ts'
import type { TrackFacts, TrackRef } from '../core/track.ts'

/** One thing an imported file says. Parsers yield these; the import session writes them. */
export type ImportRecord =
  | {
      readonly kind: 'play'
      readonly track: TrackRef
      readonly play: Play
      /** Whose play it is, where the file says it; absent: the import's listener. */
      readonly listener?: string
    }
  /** A catalog row: names, ids and features of a recording. */
  | { readonly kind: 'track'; readonly track: TrackRef; readonly facts: TrackFacts }
  /** An explicit like or ban of a track; undated in library files. */
  | { readonly kind: 'like' | 'dislike'; readonly track: TrackRef; readonly at?: number }
  /** A banned artist. */
  | { readonly kind: 'never'; readonly artist: string }
  | {
      readonly kind: 'playlist-item'
      readonly playlist: string
      readonly track: TrackRef
      readonly addedAt?: number
    }

/** The listener of an import whose plays name their own. Nobody can be called so. */
export const THEIR_OWN = ''

/** The owner of what catalogs tell, and of imports whose plays name their listeners. */
export const NOBODY = 0

/** The format of what was stated of tracks over the API. */
export const STATED = 'tracks'

/** Formats that tell of tracks, and of nobody who listens. */
const OF_TRACKS: ReadonlySet<string> = new Set(['catalog', 'acousticbrainz', STATED])

/** Whether an import's format, such as "spotify-account+exportify", is of tracks alone. */
export function isOfTracks(format: string): boolean {
  return format.split('+').every((one) => OF_TRACKS.has(one))
}

/** Whether a part of a format tells of tracks alone. */
export function hasTracks(format: string): boolean {
  return format.split('+').some((one) => OF_TRACKS.has(one))
}

/** One import as the writer needs it. */
export interface ImportMeta {
  /** A name, or THEIR_OWN. */
  readonly listener: string
  /** The base name of what was imported; never a full path. */
  readonly name: string
  /** Hex digest of the content: the same content twice is one import. */
  readonly sha256: string
  readonly format: string
  readonly at: number
  /** Whether more may come under the same digest: what is committed then joins the import that stands, instead of being known already. */
  readonly grows?: true
  /** Digests of the name that a request gave itself, and of what it asked: sent again, it changes nothing. */
  readonly request?: { readonly key: string; readonly sha256: string }
}

/** What the writer did with the records of one import. */
export interface ImportOutcome {
  /**
   * The new import's id; also given when nothing new was in it. The standing import's id when the same content was
   * committed meanwhile: then nothing is written, and every play is a duplicate.
   */
  readonly id: number
  /** Per file (the index given to `add`): plays hidden because another import, or an earlier row, already tells them. */
  readonly duplicates: readonly number[]
  /** Track ids (of a service, a standard or by name) that this import is the first to give. */
  readonly newTracks: number
  /** Visible plays of this commit, and those of them whose track has audio features now; of an import that grows they are not looked up. */
  readonly plays: number
  readonly playsWithAudio: number
  /** Whether the request was answered before, and nothing was written. */
  readonly repeated?: true
  /** Of an import whose plays name their listeners: visible plays of each, the most first. */
  readonly listeners?: readonly { readonly name: string; readonly plays: number }[]
}

/** Takes the records of one import and writes them in one atomic, durable step. Nothing is visible before `commit` resolves. */
export interface ImportSession {
  /** @param file index of the file inside the import, for the report */
  add(record: ImportRecord, file: number): void
  /**
   * @param report makes the JSON that is kept with the import and shown by `deepcuts imports`, from the duplicates per file
   * @throws DeepcutsError REQUEST_CHANGED when the request was sent before and asked something else
   */
  commit(meta: ImportMeta, report: (duplicates: readonly number[]) => string): Promise<ImportOutcome>
}

/** The part of the library that importers write to. */
export interface Imports {
  /** Begins an import. Nothing is read or written before its `commit`. */
  begin(): ImportSession
  /** The id of the standing import of this listener with this content, if any. */
  find(listener: string, sha256: string): Promise<number | undefined>
}
