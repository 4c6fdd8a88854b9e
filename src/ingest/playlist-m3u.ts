import type { PlaylistEntry } from '../core/playlist.ts'
import { spotifyId } from '../core/track.ts'
import { artistAndTitle } from './playlist-lines.ts'
import { localTrack } from './track-refs.ts'

/** A list of tracks as a file tells it. */
export interface ParsedPlaylist {
  readonly title?: string
  readonly entries: readonly PlaylistEntry[]
}

/** Whether a text is M3U by what is in it: its first line, or a line that tells a length. */
export function isM3u(text: string): boolean {
  return /^\s*#EXTM3U/.test(text) || /^#EXTINF:/m.test(text)
}

/** Whether an M3U text lists the pieces of one stream (HLS) and not tracks. */
export function isStream(text: string): boolean {
  return /^#EXT-X-/m.test(text)
}

/**
 * Reads M3U and M3U8: a line is a file or an address, "#EXTINF:seconds,Artist - Title" before it says what it is. Without that,
 * the path says it: "Artist - Title.mp3", or "Artist/Album/01 Title.mp3".
 */
export function parseM3u(text: string): ParsedPlaylist {
  const entries: PlaylistEntry[] = []
  let title: string | undefined
  let said: PlaylistEntry = {}
  for (const line of text.split(/\r\n|\r|\n/).map((one) => one.trim())) {
    const [, tag, value = ''] = /^#(EXTINF|EXTALB|EXTART|PLAYLIST):(.*)$/.exec(line) ?? []
    if (tag === 'EXTINF') said = { ...said, ...informationOf(value) }
    else if (tag === 'EXTALB') said = { ...said, ...(value.trim() && { album: value.trim() }) }
    else if (tag === 'EXTART') said = { ...said, ...(value.trim() && { artist: value.trim() }) }
    else if (tag === 'PLAYLIST') title ??= value.trim() || undefined
    else if (line !== '' && !line.startsWith('#')) {
      entries.push(entryOf(line, said))
      said = {}
    }
  }
  return { ...(title !== undefined && { title }), entries }
}

/** "123 key="value",Artist - Title": −1 or 0 seconds mean unknown. */
function informationOf(value: string): PlaylistEntry {
  const [, seconds = '', name = ''] = /^\s*(-?[\d.]*)(?:\s+[\w-]+="[^"]*")*\s*,(.*)$/.exec(value) ?? []
  const length = Math.round(1000 * Number(seconds))
  return { ...(length > 0 && { durationMs: length }), ...artistAndTitle(name) }
}

function entryOf(place: string, said: PlaylistEntry): PlaylistEntry {
  const spotify = spotifyId(place)
  if (spotify && (place.length > 22 || !said.title)) return { ...said, spotify }
  const local = localTrack(place)
  if (local) return { ...said, ...local }
  return said.title ? said : { ...fromPath(place), ...said }
}

/** What a path tells: the file's name, and where that names no artist, the folder above its album's. */
function fromPath(place: string): PlaylistEntry {
  const parts = decoded(place)
    .replace(/^[a-z]+:\/\//i, '')
    .split(/[\\/]+/)
    .filter((part) => part !== '' && !/^[A-Za-z]:$/.test(part))
  const file = (parts.at(-1) ?? '').replace(/\.[0-9A-Za-z]{2,5}$/, '')
  const words = / /.test(file) ? file : file.replaceAll('_', ' ')
  const named = artistAndTitle(words.replace(/^\d{1,3}(?:-\d{1,3})?(?:\s*[.)]\s*|\s+-\s+|\s+)(?=\S)/, ''))
  const [artist, album] = parts.length >= 3 ? parts.slice(-3, -1) : []
  if (named.artist || !artist) return named
  return { ...named, artist, ...(album && { album }) }
}

function decoded(place: string): string {
  if (!/%[0-9a-f]{2}/i.test(place)) return place
  try {
    return decodeURIComponent(place)
  } catch {
    return place
  }
}
