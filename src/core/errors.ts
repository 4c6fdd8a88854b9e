/**
 * The one error registry: code → exit status and sentence. A sentence says what is wrong, where, and what to do.
 * `{name}` is filled from the details. `docs/reference/errors.md` is kept equal to it by a test.
 */
export const ERRORS = {
  UNKNOWN_OPTION: { exit: 2, sentence: '{problem}. Run "deepcuts {verb} --help" to see what it takes.' },
  BAD_VALUE: { exit: 2, sentence: '{option} is {value}, but it must be {expected}.' },
  FILE_NOT_FOUND: { exit: 2, sentence: 'There is no file or folder at {path}. Check the path.' },
} as const satisfies Record<string, { exit: number; sentence: string }>

export type ErrorCode = keyof typeof ERRORS

/** An error with a sentence for a person. Everything a user can cause is one of these; anything else is a bug. */
export class DeepcutsError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: ErrorCode, details: Record<string, string | number> = {}, options?: ErrorOptions) {
    super(sentence(code, details), options)
    this.name = 'DeepcutsError'
    this.code = code
    this.details = details
  }

  /** The exit status of a command that ends with this error. */
  get exit(): number {
    return ERRORS[this.code].exit
  }
}

function sentence(code: ErrorCode, details: Record<string, string | number>): string {
  return ERRORS[code].sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole))
}
