import { parse } from 'csv-parse/sync'
import { DeepcutsError } from '../core/errors.ts'
import type { Mix, MixTrack } from '../core/mix.ts'
import {
  clean,
  given,
  idsIn,
  type PlaylistEntry,
  type PlaylistFormat,
  urisOf,
  type WrittenPlaylist,
} from './playlist.ts'

/** Column → cell. The names of what a track is are Exportify's, so that playlist converters take the file as it is. */
const COLUMNS: readonly [string, (one: MixTrack) => string | number | undefined][] = [
  ['Position', (one) => one.position],
  ['Track URI', (one) => urisOf(one.track).locations[0]],
  ['Track Name', (one) => one.track.title],
  ['Artist Name(s)', (one) => one.track.artist],
  ['Album Name', (one) => one.track.album],
  ['Track Duration (ms)', (one) => one.track.durationMs],
  ['ISRC', (one) => one.track.isrc],
  ['MBID', (one) => one.track.mbid],
  ['Likability', (one) => Number(one.likability.toFixed(4))],
  ['Familiarity', (one) => one.familiarity],
  ['Exploration', (one) => (one.explored ? 'yes' : 'no')],
  ['Propensity', (one) => one.propensity],
  ['Reason', (one) => one.reason.text],
]

/**
 * CSV (RFC 4180, UTF-8) with a header. A title that begins with = + - or @ is written as it is: the file is data, and changing
 * a title would lose the track; a spreadsheet that may run formulas should import such a column as text.
 */
export const playlistCsv: PlaylistFormat = {
  name: 'CSV',
  ending: '.csv',
  write: (mix) => written(mix, cell),
  read(text) {
    const [header, ...rows] = table(text)
    if (!header?.some((name) => name === 'Track URI' || name === 'Track Name')) {
      throw notCsv('it has neither a column "Track URI" nor a column "Track Name"')
    }
    return rows.map((row): PlaylistEntry => {
      const value = (name: string) => row[header.indexOf(name)] ?? ''
      return {
        ...idsIn([value('Track URI')]),
        ...given({
          title: value('Track Name'),
          artist: value('Artist Name(s)'),
          album: value('Album Name'),
          durationMs: value('Track Duration (ms)') === '' ? undefined : Number(value('Track Duration (ms)')),
          isrc: value('ISRC'),
          mbid: value('MBID'),
          reason: value('Reason'),
        }),
      }
    })
  },
}

/** The same for programs that open what they download: no cell begins like a formula, for which an apostrophe stands before it. */
export function spreadsheetCsv(mix: Mix): WrittenPlaylist {
  return written(mix, (value) => cell(typeof value === 'string' ? value.replace(FORMULA, "'$&") : value))
}

/** What spreadsheets take for the beginning of a formula, also behind blanks. */
const FORMULA = /^[\s\p{Cc}\u200b-\u200f\u2060\ufeff]*[=+\-@\t\r＝＋－＠]/u

/** A name as it was before `spreadsheetCsv` wrote it. */
export function withoutApostrophe(name: string): string {
  return name.startsWith("'") && FORMULA.test(name.slice(1)) ? name.slice(1) : name
}

function written(mix: Mix, cellOf: typeof cell): WrittenPlaylist {
  const rows = mix.tracks.map((one) => COLUMNS.map(([, read]) => cellOf(read(one))))
  const text = [COLUMNS.map(([name]) => cell(name)), ...rows].map((row) => `${row.join(',')}\r\n`).join('')
  return { text, leftOut: [] }
}

function cell(value: string | number | undefined): string {
  const text = clean(String(value ?? ''))
  return /[",\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function table(text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true })
  } catch (error) {
    throw notCsv(error instanceof Error ? error.message : 'its rows cannot be read')
  }
}

function notCsv(problem: string): DeepcutsError {
  return new DeepcutsError('NOT_A_PLAYLIST', { format: 'CSV', problem })
}
