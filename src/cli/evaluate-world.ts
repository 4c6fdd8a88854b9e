import type { Command } from 'commander'
import { action, addVerb, type Context } from './context.ts'
import { shownPath } from './output.ts'
import { checkedPath, writeWhole } from './page-file.ts'
import { commaList, numberOption } from './values.ts'

interface WorldVerbOptions {
  readonly rounds: number
  readonly users: number
  readonly seeds: number
  readonly policies?: readonly string[]
  readonly grid?: boolean
  readonly out?: string
}

const count = (option: string, min: number, max: number) => numberOption(option, { whole: true, min, max })

/** Adds `evaluate world`: whether exploring pays, in a closed loop of invented listeners. */
export function addEvaluateWorld(
  evaluate: Command,
  show: (context: Context, report: unknown, text: string) => void,
): void {
  addVerb(evaluate, 'world', 'on invented listeners: does exploring pay in a closed loop?', [
    'evaluate world --rounds 20 --users 20 --seeds 2',
    'evaluate world --grid --out report.html',
  ])
    .option('--rounds <number>', 'sittings a listener', count('--rounds', 5, 1000), 100)
    .option('--users <number>', 'listeners, a quarter of them new', count('--users', 4, 1000), 20)
    .option('--seeds <number>', 'worlds, a seed each', count('--seeds', 1, 100), 5)
    .option('--policies <names>', 'only these beside deepcuts and greedy, with commas', commaList)
    .option('--grid', 'vary the conditions of the world too')
    .option('--out <file>', 'a page with plots')
    .action(
      action<[], WorldVerbOptions>(async (context, _, { out: given, grid = false, ...options }) => {
        const path = given === undefined ? undefined : await checkedPath(given)
        const { evaluateWorld } = await import('../evaluate/world.ts')
        const { renderWorld } = await import('../evaluate/world-report.ts')
        const report = await evaluateWorld({ ...options, grid }, context.progress, context.signal)
        if (path) {
          const { renderWorldPage } = await import('../evaluate/world-page.ts')
          await writeWhole(path, renderWorldPage(report))
        }
        show(context, report, renderWorld(report))
        if (path) context.out.say(`Written: ${shownPath(path)}`)
      }),
    )
}
