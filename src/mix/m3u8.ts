import type { Mix } from '../core/mix.ts'
import { oneLine } from './one-line.ts'
import type { WrittenPlaylist } from './playlist.ts'

/** A name is cut behind this many characters. */
const LONGEST = 500

/** Names on one line: a line break in them would begin another entry, or a directive. */
const named = (...names: readonly string[]) =>
  names
    .map((name) => oneLine(name, LONGEST))
    .filter((name) => name !== '')
    .join(' - ')

/**
 * A mix as extended M3U in UTF-8, a Spotify URI a track. Tracks of which no Spotify id is known are told in comments: there is no file or address
 * to name.
 */
export function m3u8Of({ title, tracks }: Mix): WrittenPlaylist {
  const entries = tracks.map(({ track: { spotify, durationMs = -1000, artist, title: name } }) =>
    spotify
      ? `#EXTINF:${Math.round(durationMs / 1000)},${named(artist, name)}\nspotify:track:${spotify}\n`
      : `# no Spotify id: ${named(artist, name)}\n`,
  )
  return {
    text: `#EXTM3U\n#PLAYLIST:${named(title)}\n${entries.join('')}`,
    leftOut: tracks.filter(({ track }) => !track.spotify).map(({ track }) => track),
  }
}

/** A mix as text, a track a line: "Artist - Title". Each name is on one line, and none is taken for a comment. */
export function linesOf({ tracks }: Mix): WrittenPlaylist {
  const lines = tracks.map(({ track: { artist, title } }) => named(artist, title).replace(/^#/, '\\#'))
  return { text: lines.map((line) => `${line}\n`).join(''), leftOut: [] }
}
