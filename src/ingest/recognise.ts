import { DeepcutsError } from '../core/errors.ts'
import {
  acousticJson,
  acousticLines,
  acousticTable,
  isAcousticJson,
  isAcousticTable,
} from './acousticbrainz.ts'
import { catalogTable, usableColumns } from './catalog.ts'
import { csvHeader } from './csv.ts'
import { exportifyTable, isExportify } from './exportify.ts'
import { FORMATS, type FormatName, type Recognised } from './format.ts'
import { isLastfmJson, lastfmJson } from './lastfm-json.ts'
import { isListenBrainzOwner, listenBrainzFile } from './listenbrainz.ts'
import { isListensLines, isListensTable, listensLines, listensTable } from './listens-table.ts'
import type { Member, Opened } from './member.ts'
import { isRockboxLog, rockboxLog } from './rockbox-log.ts'
import { scrobbleExport } from './scrobble-exports.ts'
import { scrobbleTable } from './scrobble-table.ts'
import { accountHistory } from './spotify-account.ts'
import { extendedHistory } from './spotify-extended.ts'
import {
  isNeverOpened,
  isTechnicalLog,
  showsSpotify,
  spotifyFile,
  spotifySchema,
  wrongPackage,
} from './spotify-package.ts'

const HEAD = 1 << 16
/** What a file among others may be without spoiling the import. */
const NOT_OURS: ReadonlySet<string> = new Set(['CSV_UNKNOWN', 'CSV_NO_NAMES', 'FILE_EMPTY'])

export interface KnownFile {
  readonly member: Member
  readonly as: Recognised
}

/** What an opened path holds. */
export interface Recognition {
  /** In the order of reading. */
  readonly files: readonly KnownFile[]
  /** Base names of the personal files of Spotify's packages, which are never opened. */
  readonly unopened: readonly string[]
  /** Base names of the files whose format is not known. */
  readonly unknown: readonly string[]
}

/**
 * Tells the format of every file by its base name or by its schema, never by its folder. Personal files of Spotify's
 * packages, and unknown JSON beside them, are not opened at all.
 * @param forced the only format to look for
 * @throws DeepcutsError when nothing in the path can be imported: IMPORT_WRONG_PACKAGE, IMPORT_NOTHING_KNOWN, or the fault of its only file
 */
export async function recognise(opened: Opened, forced?: FormatName): Promise<Recognition> {
  const names = opened.members.map((member) => member.name)
  const spotify = names.some(showsSpotify)
  const files: KnownFile[] = []
  const unopened: string[] = []
  const unknown: string[] = []
  const faults: DeepcutsError[] = []
  let technical = false
  for (const member of opened.members) {
    const { name } = member
    const named = spotifyFile(name)
    if (isNeverOpened(name) || (opened.kind !== 'file' && isListenBrainzOwner(name))) unopened.push(name)
    else if (named && (!forced || forced === named.format)) files.push({ member, as: named })
    else if (spotify && !forced && opened.kind !== 'file' && /\.json$/i.test(name)) unknown.push(name)
    else if (/\.(jsonl?|ndjson|csv|tsv|scrobbler[\w.-]*\.log)$/i.test(name) || opened.kind === 'file') {
      const found = await sniff(member, forced).catch((error: unknown) => {
        if (!(error instanceof DeepcutsError && NOT_OURS.has(error.code))) throw error
        faults.push(error)
      })
      if (found === 'technical') technical = true
      if (found && found !== 'technical') files.push({ member, as: found })
      else unknown.push(name)
    } else if (!showsSpotify(name)) unknown.push(name)
  }
  if (files.length === 0) {
    if (forced && faults.length === 0) throw nothingKnown(opened, `nothing that is ${forced}`)
    throw faults[0] ?? wrongPackage(opened.name, names, technical) ?? nothingKnown(opened)
  }
  files.sort((a, b) => compare(orderOf(a), orderOf(b)) || (a.member.name < b.member.name ? -1 : 1))
  return { files, unopened, unknown }
}

/** Tells a format from the start of a file. */
async function sniff(
  member: Member,
  forced: FormatName | undefined,
): Promise<Recognised | 'technical' | undefined> {
  const head = await readHead(member)
  const found = /^\s*[[{]/.test(head)
    ? fromJson(member, head)
    : isRockboxLog(head)
      ? ROCKBOX
      : fromTable(member, head, forced)
  if (found && (!forced || forced === found.format)) return found
  if (forced) return forcedReader(member, forced)
  return isTechnicalLog(head) ? 'technical' : undefined
}

const ROCKBOX: Recognised = { format: 'rockbox', read: rockboxLog, order: [8] }
const LASTFM: Recognised = { format: 'lastfm', read: lastfmJson, order: [8], group: 'lastfm pages' }

function fromJson({ name }: Member, head: string): Recognised | undefined {
  if (isListensLines(head)) return { format: 'listens', read: listensLines, order: [7] }
  const scrobbles = listenBrainzFile(name, head) ?? (isLastfmJson(head) ? LASTFM : scrobbleExport(head))
  if (scrobbles) return scrobbles
  if (!isAcousticJson(head)) return spotifySchema(head)
  const perLine = /\.(jsonl|ndjson)$/i.test(name)
  return {
    format: 'acousticbrainz',
    read: perLine ? acousticLines : acousticJson(name),
    order: [5],
    ...(!perLine && { group: 'acousticbrainz documents' }),
  }
}

function fromTable(member: Member, head: string, forced: FormatName | undefined): Recognised | undefined {
  if (/\.(jsonl?|ndjson)$/i.test(member.name)) return undefined
  const header = csvHeader(head)
  if (isListensTable(header) && (!forced || forced === 'listens'))
    return { format: 'listens', read: listensTable, order: [7] }
  const scrobbles = scrobbleTable(head)
  if (scrobbles) return scrobbles
  if (isAcousticTable(header)) return { format: 'acousticbrainz', read: acousticTable, order: [5] }
  if (isExportify(header) && forced !== 'catalog')
    return { format: 'exportify', read: exportifyTable(member.name), order: [4] }
  if (header.length < 2) return undefined
  usableColumns(header, undefined, member.label)
  return { format: 'catalog', read: catalogTable, order: [6] }
}

/** The reader for a file that shows nothing of its schema, when the format was named. */
function forcedReader({ name }: Member, forced: FormatName): Recognised | undefined {
  const json = /\.json$/i.test(name)
  if (json && forced === 'spotify-extended')
    return { format: forced, read: extendedHistory(false), order: [0] }
  if (json && forced === 'spotify-account') return { format: forced, read: accountHistory, order: [0] }
  if (json && forced === 'acousticbrainz') return { format: forced, read: acousticJson(name), order: [5] }
  if (!/\.(csv|tsv)$/i.test(name)) return undefined
  if (forced === 'catalog') return { format: forced, read: catalogTable, order: [6] }
  if (forced === 'exportify') return { format: forced, read: exportifyTable(name), order: [4] }
  return undefined
}

/** The first 64 KB as text. */
async function readHead(member: Member): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of member.open()) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= HEAD) break
  }
  const head = Buffer.concat(chunks).subarray(0, HEAD)
  if (/^(fffe|feff)/.test(head.toString('hex', 0, 2)))
    throw new DeepcutsError('FILE_NOT_UTF8', { file: member.label, where: 'at its start: it is UTF-16' })
  const text = new TextDecoder('utf-8').decode(head)
  if (!text.trim()) throw new DeepcutsError('FILE_EMPTY', { file: member.label })
  return text
}

function nothingKnown(opened: Opened, what?: string): DeepcutsError {
  const { members, nested, name } = opened
  const listed = members.slice(0, 3).map((member) => member.name)
  const found =
    what ??
    (nested.length > 0 && members.length === 0
      ? `only zips inside it: unpack it and give ${nested.slice(0, 3).join(', ')}`
      : members.length === 0
        ? 'it is empty'
        : `found ${listed.join(', ')}${members.length > 3 ? ` and ${members.length - 3} more` : ''}`)
  return new DeepcutsError('IMPORT_NOTHING_KNOWN', { file: name, found })
}

function orderOf({ as }: KnownFile): readonly number[] {
  return [FORMATS.indexOf(as.format), ...as.order]
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference) return difference
  }
  return 0
}
