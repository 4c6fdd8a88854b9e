import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Engine, ImportEntry } from '../index.ts'
import { action, addVerb } from './context.ts'
import { aligned, columns, count, cut, day, padded, printable } from './text.ts'
import { numberOption } from './values.ts'

/** Adds `imports`: what was imported when, and the way back. */
export function addImports(program: Command): void {
  addVerb(program, 'imports [undo] [id]', 'what was imported when; "imports undo 3" takes one back', [
    'imports',
    'imports undo 3',
  ]).action(
    action<[verb?: string, id?: string]>(async (context, [verb, id]) => {
      const { out } = context
      const { library } = await context.engine()
      if (verb !== undefined) {
        if (verb !== 'undo' || id === undefined) throw notUndo(verb, id)
        const entry = await library.imports.undo(
          numberOption('The number of the import', { min: 1, whole: true })(id),
        )
        out.document({ undone: entryDocument(entry) })
        out.tell(`Took back import ${entry.id}, ${printable(entry.name)}.`)
        out.aside(await toForget(library, entry))
        return
      }
      const entries = await library.imports.list()
      out.document({ imports: entries.map(entryDocument) })
      if (entries.length === 0)
        return out.say('Nothing is imported yet. Begin with "deepcuts import my_spotify_data.zip".')
      const grown = await Promise.all(
        entries.map(({ id, format }) =>
          format === 'events' ? library.store.count('plays', { import: id }) : 0,
        ),
      )
      const rows = entries.map((entry, i) => [
        String(entry.id),
        day(entry.at),
        cut(printable(entry.listener || '(many)'), 14),
        entry.format,
        Number.isNaN(entry.undoneAt) ? count(kept(entry.report) + grown[i]!) : 'taken back',
        '',
      ])
      const head = ['', 'imported', 'listener', 'format', 'rows kept', '']
      const lines = aligned([head, ...rows], [0, 4])
      const before = Math.max(...lines.map(columns)) + 2
      const names = ['name', ...entries.map(({ name }) => printable(name))]
      for (const [i, line] of lines.entries()) out.tell(names[i]!, padded(line, before))
    }),
  )
}

/** Which trainings make the models forget what was taken back: those of whoever it taught. */
async function toForget(
  { listeners, models }: Engine['library'],
  { listener }: ImportEntry,
): Promise<string> {
  const { EVERYBODY } = await import('../index.ts')
  const known = (await listeners.list()).find(({ name }) => name === listener)
  const own = known !== undefined && (await models.active(known.id)) !== undefined
  const shared = (await models.active(EVERYBODY)) !== undefined
  const verbs = [
    ...(listener !== '' && (own || !shared) ? ['"deepcuts train"'] : []),
    ...(listener === '' || shared ? ['"deepcuts train --everybody"'] : []),
  ]
  const what = verbs.length > 1 ? 'the models forget' : 'the model forgets'
  return `Next: ${verbs.join(' and ')}, so that ${what} it too.`
}

function notUndo(verb: string, id: string | undefined): DeepcutsError {
  const problem =
    verb === 'undo' && id === undefined
      ? 'Which import to undo is missing'
      : `"${verb}" is not something imports can do`
  return new DeepcutsError('UNKNOWN_OPTION', { problem, command: 'deepcuts imports' })
}

function entryDocument({ report, undoneAt, ...entry }: ImportEntry) {
  return { ...entry, ...(Number.isNaN(undoneAt) ? {} : { undoneAt }), report: parse(report) }
}

function kept(report: string): number {
  const { files } = parse(report) as { files?: readonly { kept?: number }[] }
  return (files ?? []).reduce((sum, file) => sum + (file.kept ?? 0), 0)
}

function parse(report: string): object {
  try {
    return JSON.parse(report) as object
  } catch {
    return {}
  }
}
