import type { Command } from 'commander'
import { action, addVerb } from './context.ts'
import { shownPath } from './output.ts'
import { checkedPath, writeWhole } from './page-file.ts'

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
      }, 'copy'),
    )
}
