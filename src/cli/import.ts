import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { ImportReport } from '../index.ts'
import { action, addVerb, type Context } from './context.ts'
import { columns, paragraph, printable } from './text.ts'

interface ImportOptions {
  readonly as?: string
  readonly timeZone?: string
}

/** Adds `import`: exports and catalogs into the store. */
export function addImport(program: Command): void {
  addVerb(program, 'import <path...>', 'read listening histories and track catalogs', [
    'import my_spotify_data.zip',
    'import my_spotify_data.zip my_spotify_data-2.zip tracks.csv',
    'import ~/Downloads/MyData --listener anna --time-zone Europe/Berlin',
  ])
    .option(
      '--as <format>',
      'skip the recognition: spotify-extended, spotify-account, catalog, exportify or acousticbrainz',
    )
    .option('--listener <id>', 'whose plays these are (default: the only one there is, else "me")')
    .option('--time-zone <zone>', 'where a new listener lives (default: this machine’s)')
    .action(
      action<[paths: string[]], ImportOptions>(async (context, [paths], { as, timeZone }) => {
        const engine = await context.engineOrNew()
        const listener = await context.listener()
        const imports = await importAll(context, paths, listener, as)
        if (timeZone) await engine.library.listeners.setTimeZone(listener, context.timeZone)
        context.out.document({ imports })
        context.out.say('Next: "deepcuts train", then "deepcuts mix"; or "deepcuts run" for both.')
      }),
    )
}

/** Imports paths in order and shows each report as it is done. @throws DeepcutsError for the first that cannot be read; DEMO_DATA */
export async function importAll(
  context: Context,
  paths: readonly string[],
  listener: string,
  as?: string,
): Promise<readonly ImportReport[]> {
  const { formatReport, importPaths } = await import('../index.ts')
  const { readDemo } = await import('../evaluate/demo.ts')
  const { library } = await context.engineOrNew()
  if (paths.length > 0 && (await readDemo(library)))
    throw new DeepcutsError('DEMO_DATA', { path: context.folder })
  const options = {
    listener,
    now: context.now(),
    signal: context.signal,
    ...(as === undefined ? {} : { as }),
  }
  return importPaths(paths, options, library.imports, context.progress, (report) => {
    context.out.say(`${fitted(formatReport(report), context.out.width)}\n`)
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
