import { DeepcutsError } from '../core/errors.ts'
import { spotifyId } from '../core/track.ts'
import type { ImportRecord } from '../library/import-record.ts'
import { dayOrInstant } from './cells.ts'
import { audioFeaturesIn, type Columns, columnsOf, namesTracks, saysSomething } from './columns.ts'
import { csvRows } from './csv.ts'
import type { Context, Sink } from './sink.ts'
import { cellOf, factsOf, mainArtist } from './table-row.ts'
import { trackRef } from './track-refs.ts'

/**
 * A table of tracks: ids or names, and audio features, genres, popularity, year or playlists under their usual names.
 * An unnamed first column is the title where no other column is, unless it only numbers the rows.
 */
export async function catalogTable(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  let header: readonly string[] | undefined
  let columns: Columns | undefined
  for await (const rows of csvRows(bytes, file)) {
    for (const row of rows) {
      if (!header) {
        header = row
        continue
      }
      columns ??= usableColumns(header, row, file)
      if (row.length !== header.length) sink.leave('wrong types')
      else readRow(row, columns, sink, context)
    }
  }
}

function readRow(row: readonly string[], columns: Columns, sink: Sink, context: Context): void {
  const cell = (role: Parameters<typeof cellOf>[2]) => cellOf(row, columns, role)
  const track = trackRef({
    spotify: spotifyId(cell('spotify')),
    isrc: cell('isrc').toUpperCase(),
    mbid: cell('mbid').toLowerCase(),
    title: cell('title'),
    artist: mainArtist(cell('artist')),
    album: cell('album'),
  })
  if (!track) {
    sink.leave('no metadata')
    return
  }
  const facts = factsOf(row, columns, context.now, sink.badValue)
  const records: ImportRecord[] = [{ kind: 'track', track, facts: facts ?? { source: 'spotify' } }]
  const playlist = cell('playlist')
  if (playlist && context.catalogOnly) {
    const addedAt = dayOrInstant(cell('addedAt'), context.now)
    const name = context.playlist(cell('playlistId') || playlist, playlist)
    records.push({
      kind: 'playlist-item',
      playlist: name,
      track,
      ...(!Number.isNaN(addedAt) && { addedAt }),
    })
  }
  sink.keep(...records)
}

/**
 * The columns of a track table.
 * @param row the first row of data, or nothing when only the header is known yet
 * @throws DeepcutsError CSV_NO_NAMES, CSV_UNKNOWN
 */
export function usableColumns(
  header: readonly string[],
  row: readonly string[] | undefined,
  file: string,
): Columns {
  let columns = columnsOf(header)
  const unnamed = /^(unnamed: ?0)?$/i.test(header[0]?.trim() ?? '') && header.length > 1
  if (unnamed && !columns.has('title') && !(row && /^[01]$/.test(row[0] ?? '')))
    columns = new Map([...columns, ['title', [0]]])
  if (namesTracks(columns) && saysSomething(columns)) return columns
  if (!namesTracks(columns) && audioFeaturesIn(columns).length >= 3)
    throw new DeepcutsError('CSV_NO_NAMES', { file })
  const shown = header.slice(0, 8).map((name) => name.slice(0, 30) || '(unnamed)')
  throw new DeepcutsError('CSV_UNKNOWN', {
    file,
    columns: `${shown.join(', ')}${header.length > 8 ? ', …' : ''}`,
  })
}
