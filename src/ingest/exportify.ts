import { spotifyId } from '../core/track.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { dayOrInstant } from './cells.ts'
import { type Columns, columnKey, columnsOf } from './columns.ts'
import { csvRows } from './csv.ts'
import type { Context, Sink } from './sink.ts'
import { cellOf, factsOf, mainArtist } from './table-row.ts'
import { localTrack, trackRef } from './track-refs.ts'

/** exportify.app writes its header in the language of the browser, but always in this order. */
const BASE =
  'track_uri,track_name,artist_uri_s,artist_name_s,album_uri,album_name,album_artist_uri_s,album_artist_name_s,album_release_date,album_image_url,disc_number,track_number,track_duration_ms,track_preview_url,explicit,popularity,isrc,added_by,added_at'.split(
    ',',
  )
/** Then come these groups, each if it was asked for: their sizes 1, 12 and 3 tell which. */
const ARTIST = ['artist_genres']
const AUDIO =
  'danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature'.split(
    ',',
  )
const ALBUM = ['album_genres', 'label', 'copyrights']

const URI_COLUMNS = new Set(['track_uri', 'spotify_uri', 'spotify_id', 'track_id'])

/** Whether a header is one of Exportify's: English by its names, other languages by "ISRC", which all of them keep in its place. */
export function isExportify(header: readonly string[]): boolean {
  return exportifyHeader(header) !== undefined
}

/** The header with English names; undefined when it is not Exportify's. */
export function exportifyHeader(header: readonly string[]): readonly string[] | undefined {
  const keys = header.map(columnKey)
  if (URI_COLUMNS.has(keys[0] ?? '') && keys.includes('added_at') && !keys.includes('playlist_name'))
    return keys
  if (keys[BASE.indexOf('isrc')] !== 'isrc') return undefined
  for (const groups of [[], [ARTIST], [AUDIO], [ARTIST, AUDIO], [ALBUM], [ARTIST, ALBUM], [AUDIO, ALBUM]])
    if (BASE.length + groups.flat().length === header.length) return [...BASE, ...groups.flat()]
  return header.length === 35 ? [...BASE, ...ARTIST, ...AUDIO, ...ALBUM] : undefined
}

/**
 * Reads the CSV files of exportify.net and exportify.app: "Liked Songs" as likes, any other as a playlist named like
 * the file; audio features where the columns are there.
 */
export function exportifyTable(name: string) {
  const stem = name
    .replace(/\.[^.]+$/, '')
    .replaceAll('_', ' ')
    .trim()
  const liked = /^liked( ?songs)?( ?\(?\d+\)?)?$/i.test(stem)
  return async (
    bytes: AsyncIterable<Uint8Array>,
    file: string,
    sink: Sink,
    context: Context,
  ): Promise<void> => {
    let columns: Columns | undefined
    let width = 0
    const playlist = context.playlist(file, stem || 'Playlist')
    for await (const rows of csvRows(bytes, file)) {
      for (const row of rows) {
        if (!columns) {
          columns = columnsOf(exportifyHeader(row) ?? row)
          width = row.length
        } else if (row.length !== width) sink.leave('wrong types')
        else readRow(row, columns, liked ? undefined : playlist, sink, context)
      }
    }
  }
}

/** @param playlist undefined for the liked songs */
function readRow(
  row: readonly string[],
  columns: Columns,
  playlist: string | undefined,
  sink: Sink,
  context: Context,
): void {
  const cell = (role: Parameters<typeof cellOf>[2]) => cellOf(row, columns, role)
  const uri = cell('spotify')
  if (uri.startsWith('spotify:episode:')) {
    sink.leave('podcast')
    return
  }
  const track =
    trackRef({
      spotify: spotifyId(uri),
      isrc: cell('isrc').toUpperCase(),
      title: cell('title'),
      artist: firstArtist(cell('artist'), columns.has('artistIds') ? cell('artistIds') : undefined),
      album: cell('album'),
      mbid: undefined,
    }) ?? localTrack(uri)
  if (!track) {
    sink.leave('no metadata')
    return
  }
  const facts = factsOf(row, columns, context.now, sink.badValue)
  const at = dayOrInstant(cell('addedAt'), context.now)
  const dated = !Number.isNaN(at)
  const said: ImportRecord = playlist
    ? { kind: 'playlist-item', playlist, track, ...(dated && { addedAt: at }) }
    : { kind: 'like', track, ...(dated && { at }) }
  if (facts) sink.keep({ kind: 'track', track, facts }, said)
  else sink.keep(said)
}

/**
 * The first artist of a cell that joins several with commas. Names have commas too, so it is only split where the
 * number of artist ids proves the count. exportify.app joins with ", " and writes `\,` inside a name; the older
 * exportify.net joins with "," alone.
 */
export function firstArtist(names: string, ids: string | undefined): string {
  if (ids === undefined) return mainArtist(names)
  const count = ids.split(',').filter((id) => id.trim()).length
  const clean = (name: string | undefined) => (name ?? '').replaceAll('\\,', ',').trim()
  if (count <= 1) return clean(names)
  const parts = names.split(ids.includes(', ') ? /(?<!\\), / : /,(?! )/)
  return clean(parts.length === count ? parts[0] : names)
}
