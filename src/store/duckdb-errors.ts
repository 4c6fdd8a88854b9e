import { DeepcutsError, type ErrorCode } from '../core/errors.ts'

interface Rule {
  /** How DuckDB or the file system says it. */
  readonly says: RegExp
  readonly code: ErrorCode
  /** What the sentence names beside the path. */
  details?(message: string): Record<string, string>
}

const RULES: readonly Rule[] = [
  {
    says: /no space left|file too large|disk quota|ENOSPC|EFBIG|EDQUOT|not enough disk space|max_temp_directory_size/i,
    code: 'STORE_FULL',
  },
  {
    says: /could not set lock|conflicting lock|used by another process/i,
    code: 'STORE_BUSY',
    details: owner,
  },
  { says: /version number \d+, but we can only read/i, code: 'STORE_NEWER', details: fileVersions },
  {
    says: /not a valid duckdb|corrupt|checksum|serialization error|deserialize|replaying wal|wal file|bad block|could not read .*bytes|file is too small/i,
    code: 'STORE_DAMAGED',
  },
  { says: /permission denied|read-only|EACCES|EROFS|EPERM|ENOENT/i, code: 'STORE_READ_ONLY' },
  { says: /ENOTDIR|EEXIST|not a directory/i, code: 'STORE_NOT_A_FOLDER' },
  { says: /out of memory/i, code: 'STORE_MEMORY' },
]

/**
 * The error that a person gets for one of the database or the file system; the original is its `cause`, never in its
 * sentence. Errors that have a sentence, and mistakes of a caller (TypeError), pass as they are.
 * @param path what the sentence names
 * @param action what was to be done, as a verb: "read plays"
 */
export function storeError(error: unknown, path: string, action: string): Error {
  if (error instanceof DeepcutsError || error instanceof TypeError) return error
  const message = error instanceof Error ? error.message : String(error)
  const rule = RULES.find(({ says }) => says.test(message))
  return rule
    ? new DeepcutsError(rule.code, { path, ...rule.details?.(message) }, { cause: error })
    : new DeepcutsError('STORE_FAILED', { path, action }, { cause: error })
}

function owner(message: string): Record<string, string> {
  const pid = /\bPID (\d+)/i.exec(message)?.[1]
  return { owner: pid ? `another process (number ${pid})` : 'another process' }
}

function fileVersions(message: string): Record<string, string> {
  const [found, known] =
    /version number (\d+), but we can only read.*?(\d+)\D*$/is.exec(message)?.slice(1) ?? []
  return { found: `file version ${found ?? 'unknown'}`, known: `file version ${known ?? 'unknown'}` }
}
