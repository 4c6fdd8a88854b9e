import type { Command } from 'commander'
import type { ExclusionRule } from '../index.ts'
import { action, addVerb } from './context.ts'
import { datesRule, hoursRule, ruleText } from './exclusion-rule.ts'
import { nameOf } from './say.ts'
import { addExclusions } from './taken-out.ts'
import { aligned } from './text.ts'
import { numberOption } from './values.ts'

interface ExcludeOptions {
  readonly artist?: string
  readonly track?: string
  readonly source?: string
  readonly import?: number
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
    'exclude --track "Baby Shark – Pinkfong"',
    'exclude --source spotify-account',
    'exclude --hours 18-20 --device kitchen',
    'exclude --from 2024-12-01 --to 2024-12-26',
    'exclude --remove 2',
  ])
    .option('--listener <id>', 'whose plays (default: the only one there is)')
    .option('--artist <name>', 'every play of an artist')
    .option('--track <name>', 'every play of a track, by name, id or link')
    .option('--source <format>', 'plays that imports of this format told, as "deepcuts imports" names them')
    .option(
      '--import <number>',
      'plays that one import told',
      numberOption('--import', { min: 1, whole: true }),
    )
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
        const { findTrack, rowOfTrack, trackAt } = await import('../index.ts')
        const { id, name, timeZone } = await library.listeners.get(await context.listener())
        const catalog = await library.catalog()
        const track =
          options.track === undefined
            ? undefined
            : trackAt(catalog, await findTrack(library.store, catalog, options.track, id)).id
        const rules = rulesOf(options, track, timeZone)
        const called = (of: number) => {
          const row = rowOfTrack(catalog, of)
          return row < 0 ? `track ${of}` : nameOf(trackAt(catalog, row))
        }
        await addExclusions(context, { id, timeZone }, rules)
        if (options.remove !== undefined) await library.exclusions.remove(id, options.remove)
        const standing = await library.exclusions.list(id)
        out.document({ listener: name, exclusions: standing })
        if (standing.length === 0) out.say('Nothing is excluded: every play counts.')
        else out.say('These count for nothing:')
        for (const line of aligned(
          standing.map((one) => [` ${one.id}`, ruleText(one.rule, timeZone, called)]),
          [0],
        ))
          out.say(line)
        if (rules.length > 0 || options.remove !== undefined)
          out.aside('Next: "deepcuts train" (or "deepcuts run") takes it into account.')
      }),
    )
}

function rulesOf(options: ExcludeOptions, track: number | undefined, timeZone: string): ExclusionRule[] {
  const { artist, source, import: told, from, to, hours, device } = options
  return [
    ...(artist === undefined ? [] : [{ kind: 'artist' as const, artist }]),
    ...(track === undefined ? [] : [{ kind: 'track' as const, track }]),
    ...(source === undefined ? [] : [{ kind: 'source' as const, source }]),
    ...(told === undefined ? [] : [{ kind: 'import' as const, import: told }]),
    ...(from === undefined && to === undefined ? [] : [datesRule(from, to, timeZone)]),
    ...(hours === undefined ? [] : [hoursRule(hours)]),
    ...(device === undefined ? [] : [{ kind: 'device' as const, device }]),
  ]
}
