import type { Command } from 'commander'
import { action, addVerb } from './context.ts'
import { many } from './text.ts'

/** Adds `backup`: everything that is known, of one moment, as a folder elsewhere. */
export function addBackup(program: Command): void {
  addVerb(program, 'backup <folder>', 'copy all that is known into a new folder, also while a server runs', [
    'backup /media/usb/deepcuts-2026-11-23',
    'backup backups/today --data ./deepcuts-data --json',
  ]).action(
    action<[folder: string]>(async (context, [folder]) => {
      const { out, now, place, progress } = context
      const { library, folder: data } = await context.engine()
      const { writeBackup } = await import('../index.ts')
      progress.stage('Copying', 0)
      const manifest = await writeBackup({ store: library.store, folder: data }, place(folder), now())
      progress.done()
      const sizes = Object.values(manifest.files).map(({ bytes }) => bytes)
      const bytes = sizes.reduce((sum, one) => sum + one, 0)
      out.document({ backup: folder, at: manifest.at, files: sizes.length, bytes })
      out.tell(`Written: ${folder}, ${many(sizes.length, 'file')}, ${(bytes / 1e6).toFixed(1)} MB.`)
      out.aside(
        'It holds all that was heard and said, and the digests of passwords and keys: keep it as safe as the data. A secret that the server was given as a setting is not in it. Who asks to be forgotten stays in it until you delete it.',
      )
      out.aside(`"deepcuts restore ${folder} --data FOLDER" puts it back.`)
    }),
  )
}
