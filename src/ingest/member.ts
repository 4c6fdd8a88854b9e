import { DeepcutsError } from '../core/errors.ts'

/** One file that can be read, on disk or inside a zip. */
export interface Member {
  /** Its base name; formats are told by it, never by its folder. */
  readonly name: string
  /** How a sentence names it: the imported path's base name, and the file inside it. */
  readonly label: string
  /** Bytes, unpacked. */
  readonly size: number
  /** Its bytes from the start; each call reads anew. */
  open(): AsyncIterable<Uint8Array>
}

/** A path that was opened for reading. */
export interface Opened {
  readonly kind: 'file' | 'folder' | 'zip'
  /** The base name of the path. */
  readonly name: string
  readonly members: readonly Member[]
  /** Zips inside, which are not opened. */
  readonly nested: readonly string[]
  close(): Promise<void>
}

/** The base name of a path inside a zip or on disk. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? path
}

/** System clutter that archivers and file managers leave behind. */
export function isClutter(path: string): boolean {
  const name = baseName(path)
  return (name.startsWith('.') && !/^\.scrobbler[\w.-]*\.log$/.test(name)) || path.includes('__MACOSX/')
}

/** The error for a path that the system does not let us read. */
export function unreadable(file: string, error: NodeJS.ErrnoException): DeepcutsError {
  const problems: Record<string, string> = { EACCES: 'permission denied', EPERM: 'permission denied' }
  const problem = problems[error.code ?? ''] ?? error.code ?? 'an input error'
  return new DeepcutsError('FILE_UNREADABLE', { file, problem }, { cause: error })
}
