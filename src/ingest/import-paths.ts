import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { DeepcutsError } from '../core/errors.ts'
import type { Progress } from '../core/progress.ts'
import { type Imports, THEIR_OWN } from '../library/import-record.ts'
import { FORMATS, isFormat } from './format.ts'
import { namesListeners } from './formats-in.ts'
import type { Opened } from './member.ts'
import { openPath } from './open-path.ts'
import { type KnownFile, type Recognition, recognise } from './recognise.ts'
import { count, type ImportReport, withDuplicates } from './report.ts'
import { type Context, countingSink, type FileReport, playlistNames, type Sink } from './sink.ts'
import { packageNotes } from './spotify-package.ts'

export interface ImportOptions {
  /** Whose the files are that do not name their listeners. */
  readonly listener: string
  /** Whether a person said so: then a file that names its listeners is refused. */
  readonly named?: boolean
  /** One of FORMATS: skips the recognition. */
  readonly as?: string
  /** What the path is called in reports and sentences, and its format told by; absent: its base name. */
  readonly name?: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** IANA, where the listener lives: some files tell the time of a wall. Absent: UTC. */
  readonly timeZone?: string
  readonly signal?: AbortSignal
}

/**
 * Imports paths in order, each as one import that is kept whole or not at all.
 * @param onReport called as each import is done: imports before a faulty path stay done
 * @throws DeepcutsError for the first path that cannot be imported; a path that does not exist stops all before the first
 */
export async function importPaths(
  paths: readonly string[],
  options: ImportOptions,
  imports: Imports,
  progress: Progress,
  onReport: (report: ImportReport) => void = () => {},
): Promise<ImportReport[]> {
  for (const path of paths)
    await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new DeepcutsError('FILE_NOT_FOUND', { path })
    })
  const reports: ImportReport[] = []
  for (const path of paths) {
    const report = await importPath(path, options, imports, progress)
    reports.push(report)
    onReport(report)
  }
  return reports
}

/**
 * Imports one path: a zip, a folder, or a file. The same content twice changes nothing.
 * @throws DeepcutsError with the sentence for whatever is wrong with it; IMPORT_STOPPED when the signal aborts
 */
async function importPath(
  path: string,
  options: ImportOptions,
  imports: Imports,
  progress: Progress,
): Promise<ImportReport> {
  const { as, signal, now } = options
  if (as !== undefined && !isFormat(as))
    throw new DeepcutsError('BAD_VALUE', {
      option: '--as',
      value: as,
      expected: `one of ${FORMATS.join(', ')}`,
    })
  const opened = await openPath(path, options.name)
  try {
    const known = await recognise(opened, as)
    const { files } = known
    const format = [...new Set(files.map((file) => file.as.format))].join('+')
    const own = namesListeners(format)
    if (own && options.named)
      throw new DeepcutsError('LISTENERS_NAMED', { file: opened.name, listener: options.listener })
    const listener = own ? THEIR_OWN : options.listener
    const stop = () => stopWhenAborted(signal, opened.name)
    const sha256 = await digest(path, opened, files, stop)
    const before = await imports.find(listener, sha256)
    const base = { name: opened.name, format, listener }
    if (before !== undefined) return alreadyImported(base, before)

    const session = imports.begin()
    const sinks = new Map<string, { sink: Sink; files: number }>()
    const context: Context = {
      now,
      catalogOnly: format === 'catalog',
      playlist: playlistNames(),
      timeZone: options.timeZone ?? 'UTC',
      recordings: new Map(),
    }
    const meter = progressMeter(progress, opened.name, files)
    for (const [index, { member, as }] of files.entries()) {
      stop()
      const key = as.group ?? `${index}`
      const group = sinks.get(key) ?? {
        sink: countingSink(
          member.name,
          as.format,
          (
            (at) => (record) =>
              session.add(record, at)
          )(sinks.size),
        ),
        files: 0,
      }
      sinks.set(key, { sink: group.sink, files: group.files + 1 })
      await as.read(meter(member.open(), stop), member.label, group.sink, context)
    }
    const read = [...sinks.values()].map(({ sink, files }) => namedReport(sink.report(), files))
    refuseUseless(read, opened.name)
    stop()
    const notes = notesOf(known, opened, read)
    const without = (duplicates: readonly number[]) =>
      read.map((file, index) => withDuplicates(file, duplicates[index] ?? 0))
    const stored = (duplicates: readonly number[]) =>
      JSON.stringify({ ...base, files: without(duplicates), notes })
    const outcome = await session.commit({ ...base, sha256, at: now }, stored)
    progress.done()
    return {
      ...base,
      importId: outcome.id,
      alreadyImported: false,
      files: without(outcome.duplicates),
      newTracks: outcome.newTracks,
      plays: outcome.plays,
      playsWithAudio: outcome.playsWithAudio,
      ...(outcome.listeners && { listeners: outcome.listeners }),
      ...(outcome.plays > 0 && { audioShare: outcome.playsWithAudio / outcome.plays }),
      ...spanOf(read),
      notes,
    }
  } finally {
    await opened.close()
  }
}

function alreadyImported(
  base: { name: string; format: string; listener: string },
  importId: number,
): ImportReport {
  const notes = [`${base.name} is already imported as ${importId}; nothing changed.`]
  return {
    ...base,
    importId,
    alreadyImported: true,
    files: [],
    newTracks: 0,
    plays: 0,
    playsWithAudio: 0,
    notes,
  }
}

/** The SHA-256 of what is imported: of the bytes of a file or zip; of names and bytes of the known files of a folder. */
async function digest(
  path: string,
  opened: Opened,
  files: readonly KnownFile[],
  stop: () => void,
): Promise<string> {
  const hash = createHash('sha256')
  const feed = async (bytes: AsyncIterable<Uint8Array>) => {
    for await (const chunk of bytes) {
      stop()
      hash.update(chunk)
    }
  }
  if (opened.kind === 'zip') await feed(createReadStream(path, { highWaterMark: 1 << 18 }))
  else
    for (const { member } of files) {
      if (opened.kind === 'folder') hash.update(`\u0000${member.name}\u0000${member.size}\u0000`)
      await feed(member.open())
    }
  return hash.digest('hex')
}

function stopWhenAborted(signal: AbortSignal | undefined, file: string): void {
  if (signal?.aborted) throw new DeepcutsError('IMPORT_STOPPED', { file })
}

/** Passes bytes on while counting them, and stops where the signal says so. */
function progressMeter(progress: Progress, name: string, files: readonly KnownFile[]) {
  const total = files.reduce((sum, { member }) => sum + member.size, 0)
  let done = 0
  progress.stage(`Reading ${name}`, Math.ceil(total / 1024), 'KB')
  return async function* (bytes: AsyncIterable<Uint8Array>, stop: () => void): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      stop()
      yield chunk
      done += chunk.length
      progress.at(Math.ceil(done / 1024))
    }
  }
}

function namedReport(report: FileReport, files: number): FileReport {
  return files === 1 ? report : { ...report, name: `${count(files)} files` }
}

/** A file of which every row is wrong is not what it was taken for; an import without a record is a mistake. */
function refuseUseless(reports: readonly FileReport[], name: string): void {
  for (const { name: file, rows, left, format } of reports)
    if (rows > 0 && (left['wrong types'] ?? 0) + (left['impossible date'] ?? 0) === rows) {
      const problem = left['impossible date']
        ? 'fields are missing, of another type, or dates that cannot be'
        : 'fields are missing or of another type'
      throw new DeepcutsError('ROWS_WRONG', {
        file: file === name ? name : `${name} › ${file}`,
        rows,
        format,
        problem,
      })
    }
  if (reports.some((report) => report.kept > 0)) return
  const left = new Map<string, number>()
  for (const report of reports)
    for (const [reason, n] of Object.entries(report.left)) left.set(reason, (left.get(reason) ?? 0) + n)
  const why = [...left].map(([reason, n]) => `${n} ${reason}`).join(', ') || 'it has no rows'
  const rows = reports.reduce((sum, report) => sum + report.rows, 0)
  throw new DeepcutsError('IMPORT_NOTHING_KEPT', { file: name, rows, why })
}

function notesOf(known: Recognition, opened: Opened, reports: readonly FileReport[]): readonly string[] {
  const some = (names: readonly string[]) =>
    `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
  const sum = (of: (report: FileReport) => number) => reports.reduce((total, report) => total + of(report), 0)
  const short = sum((report) => report.under30s)
  const privates = sum((report) => report.left['private session'] ?? 0)
  const bad = sum((report) => report.badValues)
  const open = sum((report) => report.openEnds ?? 0)
  const plays = sum((report) => (report.firstPlayAt === undefined ? 0 : report.kept))
  return [
    ...packageNotes(new Set(known.files.map((file) => file.as.format)), plays),
    ...new Set(reports.flatMap((report) => report.notes ?? [])),
    ...(open > 0
      ? [
          `Scrobbles that say that a track was heard, and not how it ended: ${count(open)}. They teach what you know and return to, not what you skip.`,
        ]
      : []),
    ...(short > 0 ? [`Plays shorter than 30 seconds, kept since skips teach too: ${count(short)}.`] : []),
    ...(privates > 0 ? [`Plays of private sessions, left out: ${count(privates)}.`] : []),
    ...(bad > 0 ? [`Values that were no number or out of range, and count as missing: ${count(bad)}.`] : []),
    ...(known.unopened.length > 0
      ? [`Not opened, since they hold nothing to learn taste from: ${some(known.unopened)}.`]
      : []),
    ...(known.unknown.length > 0 ? [`Not recognised, and left unread: ${some(known.unknown)}.`] : []),
    ...(opened.nested.length > 0
      ? [`Zips inside are not opened: ${some(opened.nested)}. Give them on their own to import them.`]
      : []),
  ]
}

function spanOf(reports: readonly FileReport[]): { firstPlayAt?: number; lastPlayAt?: number } {
  const firsts = reports.flatMap((report) => report.firstPlayAt ?? [])
  const lasts = reports.flatMap((report) => report.lastPlayAt ?? [])
  if (firsts.length === 0) return {}
  return { firstPlayAt: Math.min(...firsts), lastPlayAt: Math.max(...lasts) }
}
