import type { Static } from 'typebox'
import type { VerbRequest as VerbRequestShape } from '../schemas/verbs.ts'

/** A command line that was typed elsewhere on this machine. */
export type VerbRequest = Static<typeof VerbRequestShape>

/** What a verb says on the way: text on a stream, or how far it is; its exit status at last. */
export type VerbSaid =
  | { readonly stdout: string }
  | { readonly stderr: string }
  | { readonly stage: readonly [name: string, total: number, unit: string] }
  | { readonly at: readonly [done: number, told: string | undefined] }
  | { readonly progress: 'done' | 'stop' }
  | { readonly end: number }

/** Runs verbs of the command line in this process, for whoever may read the data folder. */
export interface Verbs {
  /** What lets one in: it is in a file of the data folder that its owner alone may read. */
  readonly token: string
  /** Runs one until it ends or the signal aborts; gives its exit status. Never rejects. */
  run(request: VerbRequest, say: (said: VerbSaid) => void, signal: AbortSignal): Promise<number>
  /** Copies the data of this moment into a new folder, which is the asker's. */
  copy(): Promise<string>
}
