import type { FileReport, LeftReason } from './sink.ts'

/** What came of one import; plain JSON. */
export interface ImportReport {
  /** Base name of the imported path. */
  readonly name: string
  readonly format: string
  /** '' where the plays name their listeners. */
  readonly listener: string
  /** Plays that count of each listener that a file names, the most first. */
  readonly listeners?: readonly { readonly name: string; readonly plays: number }[]
  /** The import's id, for `deepcuts imports undo`. */
  readonly importId: number
  /** The same content was imported before: nothing changed. */
  readonly alreadyImported: boolean
  readonly files: readonly FileReport[]
  /** Track ids (of a service, a standard or by name) that no earlier import gave: a track can have several. */
  readonly newTracks: number
  /** Plays that count (duplicates left out), and those of them whose track has audio features. */
  readonly plays: number
  readonly playsWithAudio: number
  /** 0…1; absent without plays. */
  readonly audioShare?: number
  readonly firstPlayAt?: number
  readonly lastPlayAt?: number
  /** Plain sentences for the listener. */
  readonly notes: readonly string[]
}

/** Subtracts the plays that the library found to be told already. */
export function withDuplicates(file: FileReport, duplicates: number): FileReport {
  if (duplicates === 0) return file
  const left = { ...file.left, duplicate: (file.left.duplicate ?? 0) + duplicates }
  return { ...file, kept: file.kept - duplicates, left }
}

/** The report as text for a terminal: a table of files, then what it adds up to, then the notes. */
export function formatReport(report: ImportReport): string {
  if (report.alreadyImported)
    return `${report.name}: already imported as ${report.importId}; nothing changed.`
  const lines = [`${report.name} → import ${report.importId} (${report.format})`, '']
  lines.push(...table(report.files), '')
  const span = spanOf(report.firstPlayAt, report.lastPlayAt)
  const facts = [
    ...(report.plays > 0
      ? [`${count(report.plays)} ${report.plays === 1 ? 'play' : 'plays'}${span && `, ${span}`}`]
      : []),
    `${count(report.newTracks)} new track ${report.newTracks === 1 ? 'id' : 'ids'}`,
    ...(report.audioShare === undefined
      ? []
      : [`${percent(report.audioShare)} of plays have audio features`]),
  ]
  lines.push(facts.join(' · '))
  if (report.listeners) lines.push(peopleIn(report.listeners))
  for (const note of report.notes) lines.push(`• ${note}`)
  return lines.join('\n')
}

function peopleIn(listeners: NonNullable<ImportReport['listeners']>): string {
  const told = listeners.slice(0, 3).map(({ name, plays }) => `${name} (${count(plays)})`)
  const rest = listeners.length - told.length
  const median = listeners[listeners.length >> 1]?.plays ?? 0
  const more = rest > 0 ? ` and ${count(rest)} more; half of them have ${count(median)} or fewer` : ''
  return `${count(listeners.length)} ${listeners.length === 1 ? 'listener' : 'listeners'}: ${told.join(', ')}${more}`
}

function table(files: readonly FileReport[]): string[] {
  const rows = files.map((file) => [file.name, count(file.rows), count(file.kept), leftText(file)])
  const all = [['file', 'rows', 'kept', 'not kept'], ...rows]
  const width = [0, 1, 2].map((c) => Math.max(...all.map((row) => row[c]!.length)))
  return all.map((row) =>
    `  ${row[0]!.padEnd(width[0]!)}  ${row[1]!.padStart(width[1]!)}  ${row[2]!.padStart(width[2]!)}  ${row[3]}`.trimEnd(),
  )
}

function leftText(file: FileReport): string {
  const left = Object.entries(file.left) as [LeftReason, number][]
  return left
    .sort((a, b) => b[1] - a[1])
    .map(([reason, n]) => `${count(n)} ${reason}`)
    .join(', ')
}

/** A number with thousands separators. */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function spanOf(first: number | undefined, last: number | undefined): string {
  if (first === undefined || last === undefined) return ''
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  return `${day(first)} to ${day(last)}`
}
