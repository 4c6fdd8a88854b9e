import { DeepcutsError } from '../core/errors.ts'
import { type Engine, rowOfTrack } from '../index.ts'

const MBID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** What an id of a recording of this server begins with; a number of twelve hex digits follows. */
const OURS = 'dc000000-0000-8000-8000-'

/** The id by which ListenBrainz clients call a recording that has no MusicBrainz id: it says the number that the recording has here. */
export function msidOf(identifier: number): string {
  return `${OURS}${identifier.toString(16).padStart(12, '0')}`
}

/** The number that such an id says; undefined for one of another server. */
export function identifierOf(msid: string): number | undefined {
  const text = msid.toLowerCase()
  const number = text.startsWith(OURS) ? Number.parseInt(text.slice(OURS.length), 16) : Number.NaN
  return number > 0 && number < 2 ** 31 && msidOf(number) === text ? number : undefined
}

/** A recording as a client names it. */
export interface NamedRecording {
  readonly recording_mbid?: string | null
  readonly recording_msid?: string | null
}

/** What a client means: a recording that is known here, by all its numbers; or one of which the MusicBrainz id is all that is known. */
export type Meant =
  | { readonly row: number; readonly identifiers: readonly number[] }
  | { readonly mbid: string }

/**
 * What a listener's client means; a recording that only somebody else's listening brought in is not known.
 * @throws REQUEST_INVALID without a usable id, NOT_KNOWN for a recording of another server
 */
export async function meantBy(
  { library: { catalog: read, store }, openTracks }: Engine,
  listener: number,
  { recording_mbid: mbid, recording_msid: msid }: NamedRecording,
): Promise<Meant> {
  if (mbid && !MBID.test(mbid)) throw invalid('"recording_mbid" is no MusicBrainz id')
  if (msid && !MBID.test(msid)) throw invalid('"recording_msid" is no id of a recording')
  if (!mbid && !msid) throw invalid('"recording_mbid" or "recording_msid" is missing')
  const catalog = await read()
  const own = msid ? identifierOf(msid) : undefined
  const rows = own === undefined ? [] : [rowOfTrack(catalog, own)]
  if (mbid) {
    const claims = await store.read('claims', ['identifier'], { where: { mbid: mbid.toLowerCase() } })
    rows.push(...Array.from(claims.identifier, (identifier) => rowOfTrack(catalog, identifier)))
  }
  const open = await openTracks(listener)
  const row = rows.find((one) => one >= 0 && open[one] === 1)
  if (row === undefined) {
    if (mbid) return { mbid: mbid.toLowerCase() }
    throw new DeepcutsError('NOT_KNOWN', { what: 'recording' })
  }
  return { row, identifiers: identifiersOf(catalog.rowOfIdentifier, row) }
}

/** All numbers of the recording that has this one; none where there is no such recording. */
export async function sameRecording({ library }: Engine, identifier: number): Promise<readonly number[]> {
  const catalog = await library.catalog()
  const row = rowOfTrack(catalog, identifier)
  return row < 0 ? [] : identifiersOf(catalog.rowOfIdentifier, row)
}

function identifiersOf(rowOfIdentifier: Int32Array, row: number): readonly number[] {
  const identifiers: number[] = []
  rowOfIdentifier.forEach((of, identifier) => {
    if (of === row) identifiers.push(identifier)
  })
  return identifiers
}

const invalid = (problem: string) => new DeepcutsError('REQUEST_INVALID', { problem })
