import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb } from './context.ts'
import { many, printable } from './text.ts'

/** Adds `forget`: a listener with everything that is known of them. */
export function addForget(program: Command): void {
  addVerb(program, 'forget <listener>', 'forget a listener: everything that is known of them, for good', [
    'forget ada --yes',
  ])
    .option('--yes', 'yes, for good')
    .action(
      action<[listener: string], { yes?: boolean }>(async (context, [listener], { yes }) => {
        const { out } = context
        const engine = await context.engine()
        const { forgetListener } = await import('../index.ts')
        const { id } = await engine.listener(listener)
        if (!yes) {
          const plays = await engine.library.store.count('plays', { listener: id })
          throw new DeepcutsError('FORGET_NOT_CONFIRMED', { listener, plays: many(plays, 'play') })
        }
        const forgotten = await forgetListener(engine, listener)
        out.document(forgotten)
        out.tell(`${printable(listener)} is forgotten.`)
        out.aside('What is left:')
        for (const { what, until } of forgotten.remains) out.aside(`  ${what}; until ${until}`)
      }),
    )
}
