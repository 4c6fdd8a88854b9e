import { DeepcutsError } from '../core/errors.ts'
import { jspf } from './jspf.ts'
import { mixJson } from './mix-json.ts'
import type { PlaylistFormat } from './playlist.ts'
import { playlistCsv } from './playlist-csv.ts'
import { spotifyUris } from './spotify-uris.ts'
import { xspf } from './xspf.ts'

export const PLAYLIST_FORMATS: readonly PlaylistFormat[] = [xspf, jspf, playlistCsv, spotifyUris, mixJson]

/**
 * The format that a file name's ending stands for, in upper or lower case.
 * @throws DeepcutsError UNKNOWN_PLAYLIST_ENDING, with the endings that exist
 */
export function playlistFormat(path: string): PlaylistFormat {
  const format = PLAYLIST_FORMATS.find(({ ending }) => path.toLowerCase().endsWith(ending))
  if (format) return format
  const endings = PLAYLIST_FORMATS.map(({ ending, name }) => `${ending} (${name})`).join(', ')
  throw new DeepcutsError('UNKNOWN_PLAYLIST_ENDING', { path, endings })
}
