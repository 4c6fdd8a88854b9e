import { rm } from 'node:fs/promises'
import { DeepcutsError } from '../core/errors.ts'
import { type Engine, importPaths } from '../index.ts'
import type { JobRequest } from './job.ts'

const NAME_LENGTH = 120
/** The format of the invented listening of `deepcuts demo`: real plays are kept apart from it. */
const DEMO = 'demo'

export interface FileToImport {
  /** Where the upload is; it is removed when the job is over. */
  readonly path: string
  /** What the client calls the file: for the report, and to tell formats by. Never a path. */
  readonly name: string
  /** One of the formats; absent: it is recognised. */
  readonly as?: string
}

/** The import of one uploaded file for a listener, as a job. */
export function importRequest(
  { library, folder, now }: Engine,
  listener: { readonly id: number; readonly name: string; readonly timeZone: string },
  { path, name, as }: FileToImport,
): JobRequest {
  return {
    kind: 'import',
    listener: listener.id,
    async work({ progress, signal }) {
      const demo = await library.store.count('imports', { format: DEMO, undoneAt: Number.NaN })
      if (demo > 0) throw new DeepcutsError('DEMO_DATA', { path: folder })
      const options = {
        listener: listener.name,
        named: true,
        name: plainName(name),
        timeZone: listener.timeZone,
        now: now(),
        signal,
      }
      const [report] = await importPaths(
        [path],
        { ...options, ...(as !== undefined && { as }) },
        library.imports,
        progress,
      )
      return { import: report!.importId, report }
    },
    cleanUp: () => rm(path, { force: true }),
  }
}

/** A name as a report shows it: the last part of what may look like a path, on one line, and not too long. */
function plainName(said: string): string {
  const last = said.split(/[/\\]/).filter(Boolean).at(-1) ?? ''
  const plain = last.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '').trim()
  return [...plain].slice(-NAME_LENGTH).join('') || 'upload'
}
