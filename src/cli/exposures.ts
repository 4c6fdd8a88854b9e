import { rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb } from './context.ts'
import { problemOf } from './mix.ts'
import { shownPath } from './output.ts'
import { checkedPath } from './page-file.ts'
import { count, many } from './text.ts'

/** Adds `exposures`: the log of mixes as a table in a file, with what came of each slot. */
export function addExposures(program: Command): void {
  addVerb(
    program,
    'exposures',
    'the log of what was shown, how likely it was and what came of it, as a table',
    ['exposures --out log.csv', 'exposures --out log.parquet --listener anna'],
  )
    .requiredOption('--out <file>', 'a .csv or .parquet file')
    .option('--listener <id>', 'only this listener (default: everybody)')
    .action(
      action<[], { out: string; listener?: string }>(async (context, _, { out: given, listener }) => {
        const path = await checkedPath(given)
        const format = formatOf(given)
        const { writeExposureFile } = await import('../evaluate/exposure-file.ts')
        const { readLoggedSlates } = await import('../evaluate/logged-slates.ts')
        const { library } = await context.engine()
        const people =
          listener === undefined ? await library.listeners.list() : [await library.listeners.get(listener)]
        const log = await readLoggedSlates(library, people)
        const catalog = await library.catalog()
        let rows = 0
        const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
        try {
          rows = await writeExposureFile(part, format, log, catalog)
          await rename(part, path)
        } catch (error) {
          await rm(part, { force: true }).catch(() => undefined)
          const problem = problemOf(error as NodeJS.ErrnoException)
          throw new DeepcutsError('NOT_WRITTEN', { path: shownPath(path), problem }, { cause: error })
        }
        const answered = log.filter(({ outcome }) => outcome.seen > 0).length
        context.out.document({ file: given, format, slates: log.length, answered, rows })
        context.out.say(
          `Written: ${shownPath(path)}, ${many(rows, 'slot')} of ${many(log.length, 'slate')}, ${count(answered)} of them answered.`,
        )
      }, 'copy'),
    )
}

function formatOf(path: string): 'csv' | 'parquet' {
  const ending = extname(path).toLowerCase()
  if (ending === '.csv' || ending === '.parquet') return ending === '.csv' ? 'csv' : 'parquet'
  throw new DeepcutsError('BAD_VALUE', {
    option: '--out',
    value: path,
    expected: 'the path of a .csv or .parquet file',
  })
}
