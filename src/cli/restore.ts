import type { Command } from 'commander'
import { action, addVerb } from './context.ts'
import { many } from './text.ts'

/** Adds `restore`: a backup back into a data folder. */
export function addRestore(program: Command): void {
  addVerb(program, 'restore <backup>', 'put a backup back, once every file of it was checked', [
    'restore /media/usb/deepcuts-2026-11-23',
    'restore backups/today --data ./elsewhere',
  ])
    .option('--replace', 'move what the data folder holds aside, into a folder in it')
    .action(
      action<[backup: string], { replace?: boolean }>(async (context, [backup], { replace = false }) => {
        const { out, place, shown, progress } = context
        await context.alone()
        const { restoreBackup } = await import('../index.ts')
        progress.stage('Checking and copying', 0)
        const { manifest, movedTo } = await restoreBackup(place(backup), context.folder, {
          replace,
          now: context.now(),
        })
        progress.done()
        const files = Object.keys(manifest.files).length
        out.document({
          restored: backup,
          at: manifest.at,
          files,
          data: context.folder,
          ...(movedTo && { movedTo }),
        })
        out.tell(
          `Restored: ${many(files, 'file')} as of ${new Date(manifest.at).toISOString().slice(0, 16).replace('T', ' ')} UTC, in ${shown(context.folder)}.`,
        )
        if (movedTo) out.tell(`What was there before is in ${shown(movedTo)}.`)
        out.aside('Next: "deepcuts doctor".')
      }, 'refused'),
    )
}
