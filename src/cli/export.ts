import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb } from './context.ts'
import { problemOf } from './mix.ts'
import { shownPath } from './output.ts'
import { checkedPath } from './page-file.ts'
import { many } from './text.ts'

/** Adds `export`: everything that is known of a listener, in a file. */
export function addExport(program: Command): void {
  addVerb(
    program,
    'export',
    'everything that is known of a listener, as a file to keep or to import elsewhere',
    ['export --out ada.ndjson --listener ada'],
  )
    .requiredOption('--out <file>', 'where it is written: a JSON object a line')
    .option('--listener <id>', 'whose (default: the only one there is)')
    .action(
      action<[], { out: string }>(async (context, _, { out: given }) => {
        const path = await checkedPath(given)
        const engine = await context.engine()
        const { exportListener } = await import('../index.ts')
        const listener = await context.listener()
        const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
        let lines = 0
        try {
          const file = await open(part, 'w', 0o600)
          try {
            for await (const thing of exportListener(engine, listener)) {
              await file.write(`${JSON.stringify(thing)}\n`)
              lines++
            }
          } finally {
            await file.close()
          }
          await rename(part, path)
        } catch (error) {
          await rm(part, { force: true }).catch(() => undefined)
          if (error instanceof DeepcutsError) throw error
          const problem = problemOf(error as NodeJS.ErrnoException)
          throw new DeepcutsError('NOT_WRITTEN', { path: shownPath(path), problem }, { cause: error })
        }
        context.out.document({ file: given, listener, lines })
        context.out.say(`Written: ${shownPath(path)}, ${many(lines, 'line')}.`)
      }),
    )
}
