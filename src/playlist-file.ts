import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { DeepcutsError } from './core/errors.ts'
import type { PlaylistEntry } from './core/playlist.ts'
import { playlistText } from './ingest/playlist-bytes.ts'
import { parseLines } from './ingest/playlist-lines.ts'
import { isM3u, isStream, type ParsedPlaylist, parseM3u } from './ingest/playlist-m3u.ts'
import { isTrackTable, parseTable } from './ingest/playlist-table.ts'
import { jspf } from './mix/jspf.ts'
import { mixJson } from './mix/mix-json.ts'
import type { PlaylistFormat } from './mix/playlist.ts'
import { withoutApostrophe } from './mix/playlist-csv.ts'
import { xspf } from './mix/xspf.ts'

/** A playlist file is small; one of this size is something else. */
const MOST_BYTES = 1 << 26

/** What a playlist file holds. */
export interface PlaylistFile {
  /** As the file says, else its name without the ending, as far as that is one. */
  readonly title: string
  readonly entries: readonly PlaylistEntry[]
}

/**
 * Reads a playlist file of any format, told by its content: XSPF, JSPF, a mix as JSON, M3U, a table with a header (CSV,
 * Exportify), or text with a track a line.
 * @throws DeepcutsError FILE_NOT_FOUND, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_EMPTY, NOT_A_PLAYLIST, NOT_A_PLAYLIST_FILE, CSV_BROKEN
 */
export async function readPlaylistFile(path: string): Promise<PlaylistFile> {
  const file = basename(path)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new DeepcutsError('FILE_NOT_FOUND', { path })
    const problem = error.code === 'EISDIR' ? 'it is a folder' : (error.code ?? error.message)
    throw new DeepcutsError('FILE_UNREADABLE', { file, problem }, { cause: error })
  })
  if (bytes.length > MOST_BYTES) throw new DeepcutsError('FILE_TOO_LARGE', { file, limit: '64 MB' })
  return readPlaylist(playlistText(bytes, file), file)
}

/**
 * Reads the text of a playlist file, as `readPlaylistFile` does.
 * @param file what it is called; its ending tells what the content does not
 * @throws DeepcutsError NOT_A_PLAYLIST, NOT_A_PLAYLIST_FILE, CSV_BROKEN
 */
export async function readPlaylist(text: string, file: string): Promise<PlaylistFile> {
  const { title, entries } = await parsePlaylist(text, file)
  if (entries.length === 0) throw notOne(file, 'it names no track')
  return { title: title?.trim() || titleFrom(file), entries }
}

/**
 * Reads the text of a playlist file.
 * @throws DeepcutsError NOT_A_PLAYLIST, NOT_A_PLAYLIST_FILE, CSV_BROKEN
 */
export async function parsePlaylist(text: string, file: string): Promise<ParsedPlaylist> {
  const start = text.trimStart()[0]
  if (start === '<') return by(xspf, text.trimStart())
  if (start === '{') return by(isMix(text) ? mixJson : jspf, text)
  if (start === '[') throw notOne(file, 'it is JSON, but neither JSPF nor a mix of deepcuts')
  if (isStream(text)) throw notOne(file, 'it lists the pieces of one stream')
  if (isM3u(text) || /\.m3u8?$/i.test(file)) return parseM3u(text)
  if (isTrackTable(text)) return { entries: (await parseTable(text, file)).map(asNamed) }
  if (/\.[ct]sv$/i.test(file)) throw notOne(file, 'its first line names no column with titles or ids')
  return { entries: parseLines(text) }
}

/** The entry with its names as they were before a spreadsheet's apostrophe. */
function asNamed(entry: PlaylistEntry): PlaylistEntry {
  const names = (['title', 'artist', 'album'] as const).flatMap((name) =>
    entry[name] === undefined ? [] : [[name, withoutApostrophe(entry[name])]],
  )
  return { ...entry, ...Object.fromEntries(names) }
}

function by(format: PlaylistFormat, text: string): ParsedPlaylist {
  const entries = format.read(text).filter((entry) => Object.keys(entry).some((key) => key !== 'reason'))
  const title = format.title?.(text)
  return { entries, ...(title !== undefined && { title }) }
}

/** A whole mix has its tracks at the top; JSPF has them below "playlist". */
function isMix(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && 'tracks' in parsed && !('playlist' in parsed)
  } catch {
    return false
  }
}

/** What a playlist is called of which neither the file nor its name says it. */
const UNNAMED = 'your playlist'

/** The name of a file in words; a letter or two, digits and the hex of some id are no name. */
function titleFrom(file: string): string {
  const stem = file.slice(0, file.length - extname(file).length)
  const words = stem.replaceAll('_', ' ').trim()
  const letters = words.match(/\p{L}/gu)?.length ?? 0
  return letters < 3 || /^[\da-f-]{16,}$/i.test(words) ? UNNAMED : words
}

function notOne(file: string, problem: string): DeepcutsError {
  return new DeepcutsError('NOT_A_PLAYLIST_FILE', { file, problem })
}
