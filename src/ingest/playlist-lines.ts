import type { PlaylistEntry } from '../core/playlist.ts'
import { spotifyId } from '../core/track.ts'
import { localTrack } from './track-refs.ts'

/** A number before a name, as in "12. " or "3) ". */
const NUMBER = /^\d{1,4}[.)]\s+/
const DASH = /\s+[-–—]\s+|\t+|\s+[–—]|[–—]\s+/

/**
 * Reads a plain list, a track a line: "Artist - Title" with any dash or a tab, a title alone, a Spotify URI or link, or
 * "isrc:…". Blank lines and lines that begin with # are skipped.
 */
export function parseLines(text: string): readonly PlaylistEntry[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(entryOf)
}

function entryOf(line: string): PlaylistEntry {
  const spotify = spotifyId(line)
  if (spotify) return { spotify }
  const isrc = /^(?:urn:)?isrc:([0-9a-z]{12})$/i.exec(line)?.[1]
  if (isrc) return { isrc: isrc.toUpperCase() }
  return localTrack(line) ?? artistAndTitle(line.replace(NUMBER, ''))
}

/** The names in "Artist - Title", cut at the first dash between spaces; a text without one is a title; {} for none. */
export function artistAndTitle(text: string): { readonly artist?: string; readonly title?: string } {
  const whole = text.trim()
  if (whole === '') return {}
  const dash = DASH.exec(whole)
  const artist = dash ? whole.slice(0, dash.index).trim() : ''
  const title = dash ? whole.slice(dash.index + dash[0].length).trim() : ''
  return artist && title ? { artist, title } : { title: whole }
}
