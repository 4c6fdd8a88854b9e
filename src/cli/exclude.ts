import type { Command } from 'commander'
import type { ExclusionRule } from '../index.ts'
import { action, addVerb } from './context.ts'
import { datesRule, hoursRule, ruleText } from './exclusion-rule.ts'
import { addExclusions } from './taken-out.ts'
import { aligned } from './text.ts'
import { numberOption } from './values.ts'

interface ExcludeOptions {
  readonly artist?: string
  readonly from?: string
  readonly to?: string
  readonly hours?: string
  readonly device?: string
  readonly remove?: number
}

/** Adds `exclude`: plays that are not the listener's taste, and that count for nothing. */
export function addExclude(program: Command): void {
  addVerb(program, 'exclude', 'plays that are not your taste: children, parties, a shared speaker', [
    'exclude',
    'exclude --artist "Lullaby Singers"',
    'exclude --hours 18-20 --device kitchen',
    'exclude --from 2024-12-01 --to 2024-12-26',
    'exclude --remove 2',
  ])
    .option('--listener <id>', 'whose plays (default: the only one there is)')
    .option('--artist <name>', 'every play of an artist')
    .option('--from <date>', 'plays from this day on')
    .option('--to <date>', 'plays up to and with this day')
    .option('--hours <from-to>', 'plays between these hours of the day')
    .option('--device <text>', 'plays on devices whose name contains this')
    .option(
      '--remove <id>',
      'let the plays of an exclusion count again',
      numberOption('--remove', { min: 1, whole: true }),
    )
    .action(
      action<[], ExcludeOptions>(async (context, _, options) => {
        const { out } = context
        const { library } = await context.engine()
        const { id, name, timeZone } = await library.listeners.get(await context.listener())
        const rules = rulesOf(options, timeZone)
        await addExclusions(context, { id, timeZone }, rules)
        if (options.remove !== undefined) await library.exclusions.remove(id, options.remove)
        const standing = await library.exclusions.list(id)
        out.document({ listener: name, exclusions: standing })
        if (standing.length === 0) out.say('Nothing is excluded: every play counts.')
        else out.say('These count for nothing:')
        for (const line of aligned(
          standing.map((one) => [` ${one.id}`, ruleText(one.rule, timeZone)]),
          [0],
        ))
          out.say(line)
        if (rules.length > 0 || options.remove !== undefined)
          out.aside('Next: "deepcuts train" (or "deepcuts run") takes it into account.')
      }),
    )
}

function rulesOf({ artist, from, to, hours, device }: ExcludeOptions, timeZone: string): ExclusionRule[] {
  return [
    ...(artist === undefined ? [] : [{ kind: 'artist' as const, artist }]),
    ...(from === undefined && to === undefined ? [] : [datesRule(from, to, timeZone)]),
    ...(hours === undefined ? [] : [hoursRule(hours)]),
    ...(device === undefined ? [] : [{ kind: 'device' as const, device }]),
  ]
}
