import type { Mix } from '../core/mix.ts'
import { jspf } from './jspf.ts'
import { linesOf, m3u8Of } from './m3u8.ts'
import { spreadsheetCsv } from './playlist-csv.ts'
import { xspf } from './xspf.ts'

/** What others are sent: each kind with its media type, how its file names end, and how it is written. */
const FILES = {
  xspf: { type: 'application/xspf+xml', ending: 'xspf', write: xspf.write },
  jspf: { type: 'application/jspf+json', ending: 'jspf', write: jspf.write },
  csv: { type: 'text/csv', ending: 'csv', write: spreadsheetCsv },
  m3u8: { type: 'application/vnd.apple.mpegurl', ending: 'm3u8', write: m3u8Of },
  text: { type: 'text/plain', ending: 'txt', write: linesOf },
} as const

export type MixFileKind = keyof typeof FILES

/** Other names of the types. */
const ALSO: Readonly<Record<string, MixFileKind>> = {
  'audio/x-mpegurl': 'm3u8',
  'audio/mpegurl': 'm3u8',
}

/** The kind of file that a media type is of, in lower case; undefined for any other. */
export function mixFileKind(type: string): MixFileKind | undefined {
  const found = Object.entries(FILES).find(([, file]) => file.type === type)
  return found ? (found[0] as MixFileKind) : ALSO[type]
}

/** A mix as a file, named by its recipe; text in UTF-8, in which no name makes a formula, a line or a directive of its own. */
export function mixFile(mix: Mix, kind: MixFileKind): { name: string; type: string; text: string } {
  const { type, ending, write } = FILES[kind]
  return { name: `${mix.recipe.replace(/[^\w-]/g, '_')}.${ending}`, type, text: write(mix).text }
}
