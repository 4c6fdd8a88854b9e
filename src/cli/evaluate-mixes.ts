import type { Command } from 'commander'
import { action, addVerb, type Context } from './context.ts'
import { numberOption } from './values.ts'

interface MixesVerbOptions {
  readonly data?: string
  readonly listener?: string
  readonly days: number
  readonly worlds: number
  readonly seed: number
}

const count = (option: string, min: number, max: number) => numberOption(option, { whole: true, min, max })

/** Adds `evaluate mixes`: what mixes are like as a whole, beside the best tracks by value. */
export function addEvaluateMixes(
  evaluate: Command,
  show: (context: Context, report: unknown, text: string) => void,
): void {
  addVerb(evaluate, 'mixes', 'how varied, new, balanced and smooth mixes are, beside plain top-N', [
    'evaluate mixes',
    'evaluate mixes --worlds 6 --days 5 --json',
    'evaluate mixes --data ./deepcuts-data',
  ])
    .option('--listener <id>', 'whose mixes, of the data folder (default: the only one there is)')
    .option('--days <number>', 'days in a row', count('--days', 1, 60), 7)
    .option(
      '--worlds <number>',
      'without --data: invented worlds, a listener each',
      count('--worlds', 1, 100),
      1,
    )
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .action(
      action<[], MixesVerbOptions>(async (context, _, { data, listener: asked, ...options }) => {
        const { evaluateMixes } = await import('../evaluate/mixes.ts')
        const { renderMixes } = await import('../evaluate/mixes-report.ts')
        const own =
          data === undefined && asked === undefined && !context.ownFolder
            ? undefined
            : {
                engine: await context.engine(),
                listener: await context.listener(),
                now: context.now(),
              }
        const report = await evaluateMixes(
          { ...options, ...(own && { own }) },
          context.progress,
          context.signal,
        )
        show(context, report, renderMixes(report))
      }, 'copy'),
    )
}
