import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { ImportReport } from '../index.ts'
import { action, addVerb, type Context } from './context.ts'
import { columns, paragraph, printable } from './text.ts'

interface ImportOptions {
  readonly as?: string
  readonly listener?: string
  readonly timeZone?: string
}

/** Adds `import`: exports and catalogs into the store. */
export function addImport(program: Command): void {
  addVerb(program, 'import <path...>', 'read listening histories and track catalogs', [
    'import my_spotify_data.zip',
    'import my_spotify_data.zip my_spotify_data-2.zip tracks.csv',
    'import recenttracks-ada.csv listenbrainz_ada.zip /media/player/.scrobbler.log',
    'import ~/Downloads/MyData --listener anna --time-zone Europe/Berlin',
  ])
    .option(
      '--as <format>',
      'skip the recognition: spotify-extended, spotify-account, listens, lastfm, librefm, listenbrainz, rockbox, pano-scrobbler, maloja, koito, catalog, exportify or acousticbrainz',
    )
    .option('--listener <id>', 'whose plays these are (default: the only one there is, else "me")')
    .option('--time-zone <zone>', 'where a new listener lives (default: this machine’s)')
    .action(
      action<[paths: string[]], ImportOptions>(
        async (context, [paths], { as, listener: named, timeZone }) => {
          const engine = await context.engineOrNew()
          const { belongToNobody } = await import('../index.ts')
          const listener = await ownerOf(context, named, () => belongToNobody(paths.map(context.place), as))
          const imports = await importAll(context, paths, listener, as, named !== undefined)
          if (timeZone) await engine.library.listeners.setTimeZone(listener, context.timeZone)
          context.out.document({ imports })
          context.out.aside(await nextStep(context))
        },
      ),
    )
}

/** What to do with what is there now: one listener, many, or a catalog alone. */
async function nextStep(context: Context): Promise<string> {
  const { library } = await context.engine()
  const people = await library.listeners.list()
  if ((await library.store.count('plays', { hidden: 0 })) === 0)
    return 'Next: "deepcuts mix" has songs to begin with; a listening history makes it yours: "deepcuts import my_spotify_data.zip".'
  if (people.length < 2) return 'Next: "deepcuts train", then "deepcuts mix"; or "deepcuts run" for both.'
  const one = 'Next: "deepcuts train --listener NAME", then "deepcuts mix --listener NAME"'
  return `${one}. If they agree to learn from each other: "deepcuts train --everybody".`
}

/**
 * Whose an import is: the one who was named, else the only person who ever brought something of their own, else the usual one.
 * What tells of tracks alone, or names its own listeners, may be anybody's. @throws DeepcutsError WHICH_LISTENER
 */
export async function ownerOf(
  context: Context,
  named: string | undefined,
  isAnybodys: () => boolean | Promise<boolean>,
): Promise<string> {
  if (named !== undefined) return named
  const { THEIR_OWN, isOfTracks, knownNames } = await import('../index.ts')
  const { library } = await context.engineOrNew()
  const own = (await library.imports.list()).filter(
    ({ format, listener }) => !isOfTracks(format) && listener !== THEIR_OWN,
  )
  const people = [...new Set(own.map(({ listener }) => listener))]
  if (people.length === 1) return people[0]!
  const known = people.length > 0 ? people.map((name) => ({ name })) : await library.listeners.list()
  const [first, ...others] = known
  if (first === undefined || others.length === 0) return context.listener()
  if (await isAnybodys()) return first.name
  throw new DeepcutsError('WHICH_LISTENER', { known: knownNames(known) })
}

/** Imports paths in order and shows each report as it is done. @throws DeepcutsError for the first that cannot be read; DEMO_DATA */
export async function importAll(
  context: Context,
  paths: readonly string[],
  listener: string,
  as?: string,
  named = false,
): Promise<readonly ImportReport[]> {
  const { formatReport, importPaths } = await import('../index.ts')
  const { readDemo } = await import('../evaluate/demo.ts')
  const { library } = await context.engineOrNew()
  if (paths.length > 0 && (await readDemo(library)))
    throw new DeepcutsError('DEMO_DATA', { path: context.folder })
  const options = {
    listener,
    now: context.now(),
    timeZone: (await library.listeners.find(listener))?.timeZone ?? context.timeZone,
    signal: context.signal,
    ...(as === undefined ? {} : { as }),
    named,
  }
  const { out } = context
  const kept: string[] = []
  return importPaths(paths.map(context.place), options, library.imports, context.progress, (report) => {
    const shown = out.quiet ? { ...report, notes: [] } : report
    out.say(`${fitted(formatReport(shown), out.width)}\n`)
    kept.push(report.name)
  }).catch((error: unknown) => {
    if (error instanceof DeepcutsError && error.code === 'FILE_NOT_FOUND') {
      const typed = paths.find((path) => context.place(path) === error.details.path)
      throw typed === undefined ? error : new DeepcutsError('FILE_NOT_FOUND', { path: typed })
    }
    if (!(error instanceof DeepcutsError && error.code === 'IMPORT_STOPPED') || kept.length === 0) throw error
    const { file = '' } = error.details
    throw new DeepcutsError('IMPORT_STOPPED', { file, kept: ` Kept before it: ${kept.join(', ')}.` })
  })
}

/** The report with lines that are too long wrapped below their last column, and without what could steer a terminal. */
function fitted(report: string, width: number): string {
  return report
    .split('\n')
    .map((line) => {
      const text = printable(line)
      if (columns(text) <= width) return text
      const before = /^(?:• |.* {2,})?(?=\S)/.exec(text)?.[0] ?? ''
      return paragraph(text.slice(before.length), width, before)
    })
    .join('\n')
}
