import type { Command } from 'commander'
import { action, addVerb } from './context.ts'
import { nameOf } from './say.ts'
import { printable } from './text.ts'

/** Adds `undo`: takes back the last thing said by hand. */
export function addUndo(program: Command): void {
  addVerb(program, 'undo', 'take back your last like, dislike, snooze or never', ['undo'])
    .option('--listener <id>', 'who said it (default: the only one there is)')
    .action(
      action(async (context) => {
        const { library } = await context.engine()
        const { rowOfTrack, trackAt } = await import('../index.ts')
        const { id, name } = await library.listeners.get(await context.listener())
        const undone = await library.feedback.undo(id, name)
        const catalog = await library.catalog()
        const row = undone.trackId === undefined ? -1 : rowOfTrack(catalog, undone.trackId)
        const track = row < 0 ? undefined : trackAt(catalog, row)
        context.out.document({ listener: name, undone, ...(track && { track }) })
        const about = track ? nameOf(track) : printable(undone.artist ?? 'a track that is gone')
        context.out.tell(`Took back: ${undone.kind} ${about}.`)
      }),
    )
}
