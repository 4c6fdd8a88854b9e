import { CommanderError } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Terminal } from './terminal.ts'
import { printable } from './text.ts'

/**
 * Tells a person, or with --json a program, what went wrong, in one sentence.
 * @returns the exit status; 0 for what commander throws after printing a help text
 */
export function reportError(error: unknown, command: string, json: boolean, terminal: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  const known = toSentence(error, command)
  if (json)
    terminal.write('stdout', `${JSON.stringify({ error: { code: known.code, message: known.message } })}\n`)
  else terminal.write('stderr', `${printable(known.message)}\n`)
  if (terminal.environment.DEEPCUTS_DEBUG) terminal.write('stderr', `${stackOf(error)}\n`)
  return known.exit
}

function toSentence(error: unknown, command: string): DeepcutsError {
  if (error instanceof DeepcutsError) return error
  if (error instanceof CommanderError)
    return new DeepcutsError('UNKNOWN_OPTION', { problem: problemOf(error), command })
  const problem = (error instanceof Error ? error.message : String(error)).trim().replace(/[.!\s]+$/, '')
  return new DeepcutsError(
    'UNEXPECTED',
    { problem: problem.split('\n')[0] || 'no message' },
    { cause: error },
  )
}

/** Commander's "error: unknown option '--x'\n(Did you mean --y?)" as the beginning of our sentence. */
function problemOf({ message }: CommanderError): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, ' (did you mean $1?)')
    .replace(/\.$/, '')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function stackOf(error: unknown): string {
  const lines: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) lines.push(at.stack ?? at.message)
  return lines.join('\ncaused by ')
}
