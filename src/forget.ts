import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from './engine.ts'
import type { Forgotten } from './library/forgetting.ts'

/** What is left of somebody who was forgotten, and until when. */
export interface Remaining {
  readonly what: string
  readonly until: string
}

/** What became of a listener. */
export interface ForgottenListener extends Forgotten {
  readonly listener: string
  /** Files and folders that were removed beside the store, relative to the data folder. */
  readonly files: readonly string[]
  readonly remains: readonly Remaining[]
}

/**
 * Forgets a listener: their rows, keys, accounts, models and files, and what is kept of them in caches; what nobody else's data names goes with
 * them. What everybody's model learned from them goes with the next training of it, which starts anew.
 * @param stopWork ends what is under way for them, and resolves once it has
 * @throws UNKNOWN_LISTENER; LAST_ADMIN where nobody else could see to the server
 */
export async function forgetListener(
  engine: Engine,
  name: string,
  stopWork: (listener: number) => Promise<void> = async () => {},
): Promise<ForgottenListener> {
  const person = await engine.listener(name)
  const { forgetting } = engine.library
  await stopWork(person.id)
  await engine.accounts.removeOf(person.id)
  const forgotten = await forgetting.forget(person)
  const files = [
    ...[...forgotten.models, ...forgotten.everybodys].map((version) => join('models', String(version))),
    ...(await readdir(join(engine.folder, 'cache')).catch(() => [])).map((file) => join('cache', file)),
    mixFolder(name),
  ]
  const removed: string[] = []
  for (const file of files) if (await remove(join(engine.folder, file))) removed.push(file)
  // What requests under way wrote of them meanwhile.
  await forgetting.sweep(person)
  return { ...forgotten, listener: name, files: removed, remains: remainsOf(forgotten) }
}

/** Where the mixes of a listener are written, relative to the data folder. */
export function mixFolder(listener: string): string {
  return join('mixes', listener.replace(/[^\p{L}\p{N}_-]+/gu, '_'))
}

function remainsOf({ serving }: Forgotten): Remaining[] {
  return [
    {
      what: 'room in the file of the store that held it, which nothing reads any more',
      until: 'the data is opened the next time, which writes the file anew',
    },
    ...(serving === undefined
      ? []
      : [
          {
            what: `version ${serving} of everybody’s model, which learned from this listener among others`,
            until: 'everybody’s model is trained the next time, which starts anew and removes it',
          },
        ]),
    {
      what: 'backups that were made before',
      until: 'they are removed; restoring one brings the listener back',
    },
  ]
}

async function remove(path: string): Promise<boolean> {
  try {
    await rm(path, { recursive: true })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
