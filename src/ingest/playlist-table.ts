import type { PlaylistEntry } from '../core/playlist.ts'
import { spotifyId } from '../core/track.ts'
import { columnsOf, namesTracks } from './columns.ts'
import { csvHeader, csvRows } from './csv.ts'
import { exportifyHeader, firstArtist } from './exportify.ts'
import { audioOf, cellOf } from './table-row.ts'
import { localTrack, trackRef } from './track-refs.ts'

/** Whether a text begins with the header of a table that names tracks. */
export function isTrackTable(text: string): boolean {
  return namesTracks(columnsOf(englishHeader(csvHeader(text))))
}

/**
 * Reads a table with a header, a track a row: Exportify's files, the ones that deepcuts writes, and any other whose columns have
 * usual names. Comma, semicolon or tab.
 * @throws DeepcutsError CSV_BROKEN
 */
export async function parseTable(text: string, file: string): Promise<readonly PlaylistEntry[]> {
  const rows: (readonly string[])[] = []
  for await (const some of csvRows(bytesOf(text), file)) rows.push(...some)
  const columns = columnsOf(englishHeader(rows[0] ?? []))
  return rows.slice(1).flatMap((row) => {
    const cell = (role: Parameters<typeof cellOf>[2]) => cellOf(row, columns, role)
    const uri = cell('spotify')
    const names = trackRef({
      spotify: spotifyId(uri),
      isrc: cell('isrc').toUpperCase(),
      mbid: cell('mbid').toLowerCase(),
      title: cell('title'),
      artist: artistOf(cell('artist'), columns.has('artistIds') ? cell('artistIds') : undefined),
      album: cell('album'),
    })
    const track = names ?? localTrack(uri) ?? (uri ? { title: uri } : undefined)
    const length = audioOf(row, columns, () => {}).duration_ms
    return track ? [{ ...track, ...(length !== undefined && { durationMs: length }) }] : []
  })
}

/** The artist as the cell has it: which of several is meant is for the one who looks the track up. */
function artistOf(names: string, ids: string | undefined): string {
  return ids !== undefined || names.startsWith('[') ? firstArtist(names, ids) : names
}

function englishHeader(header: readonly string[]): readonly string[] {
  return exportifyHeader(header) ?? header
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
