import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb } from './context.ts'
import { problemOf } from './mix.ts'
import { shownPath } from './output.ts'

/** Adds `report`: one page that shows how well the model foresees, and what moves it. */
export function addReport(program: Command): void {
  addVerb(program, 'report', 'one page to look at: how well the model foresees, and what moves it', [
    'report',
    'report --out model-3.html --json',
  ])
    .option('--out <file>', 'where the page goes', 'report.html')
    .option('--listener <id>', 'whose model (default: the only one there is)')
    .action(
      action<[], { out: string }>(async ({ engine, listener, now, out, progress, signal }, _, options) => {
        const path = await checkedPath(options.out)
        const { readReport } = await import('../report/report.ts')
        const report = await readReport(await engine(), await listener(), now(), progress, signal)
        const { renderReport } = await import('../report/page.ts')
        const { headline } = await import('../report/sentences.ts')
        await writeWhole(path, renderReport(report))
        out.document({ ...report, file: options.out })
        for (const sentence of headline(report)) out.aside(sentence)
        out.say(`Written: ${shownPath(path)}`)
      }),
    )
}

/** Refuses a path that cannot be written before any work is done for it. @throws DeepcutsError BAD_VALUE, NOT_WRITTEN */
async function checkedPath(given: string): Promise<string> {
  if (given === '')
    throw new DeepcutsError('BAD_VALUE', { option: '--out', value: 'empty', expected: 'the path of a file' })
  const path = resolve(given)
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isFile())
    throw notWritten(given, there.isDirectory() ? 'it is a folder' : 'it is not a file')
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory()) throw notWritten(given, 'its folder does not exist')
  return path
}

/** Writes a file that appears whole or not at all. @throws DeepcutsError NOT_WRITTEN */
async function writeWhole(path: string, text: string): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  let file: FileHandle | undefined
  try {
    file = await open(part, 'w')
    await file.writeFile(text)
    await file.sync()
    await file.close()
    file = undefined
    await rename(part, path)
  } catch (error) {
    await file?.close().catch(() => undefined)
    await rm(part, { force: true }).catch(() => undefined)
    throw notWritten(shownPath(path), problemOf(error as NodeJS.ErrnoException), error)
  }
}

function notWritten(path: string, problem: string, cause?: unknown): DeepcutsError {
  return new DeepcutsError('NOT_WRITTEN', { path, problem }, { cause })
}
