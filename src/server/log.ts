import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'
import { DeepcutsError } from '../core/errors.ts'
import type { App } from '../http/routes.ts'

export type { App } from '../http/routes.ts'

export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** The file it is appended to; '': standard error. */
  readonly file: string
  /** Whether failures tell their messages too, which may name what somebody hears. */
  readonly messages: boolean
}

/** The log of a server: a JSON object a line, and nothing personal in it. */
export interface Log {
  /** Something that happened, with numbers and words of this program alone. */
  info(event: string, facts?: Facts): void
  warn(event: string, facts?: Facts): void
  /** What no request caused: what it is and where it happened. */
  failure(error: unknown): void
  /** Logs every answer of an app: route, status, milliseconds. Addresses, names and bodies are in no line. */
  requestsOf(app: App): void
}

type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Opens the log. @throws NOT_WRITTEN where the file cannot be opened */
export function openLog({ level, file, messages }: LogOptions): Log {
  const logger = makeLogger(level, openDestination(file))
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    failure: (error) => logger.error({ failures: chainOf(error, messages) }, 'failure'),
    requestsOf(app) {
      app.addHook('onResponse', async ({ method, routeOptions: { url = 'none' } }, reply) => {
        const ms = Math.round(reply.elapsedTime * 10) / 10
        logger.info({ method, route: url, status: reply.statusCode, ms }, 'request')
      })
    },
  }
}

function makeLogger(level: LogOptions['level'], to: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
    },
    to,
  )
}

function openDestination(file: string): DestinationStream {
  try {
    const opened = destination({ dest: file || 2, append: true, sync: true })
    // A disk that is full, or a terminal that is gone, ends no server.
    opened.on('error', () => {})
    return opened
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code ?? 'it cannot be opened'
    throw new DeepcutsError('NOT_WRITTEN', { path: file, problem }, { cause: error })
  }
}

/** A failure and what caused it, the outermost first: kind, code and frames. */
function chainOf(error: unknown, messages: boolean) {
  const chain: { error: string; code?: string; message?: string; where: string[] }[] = []
  for (let at = error; at instanceof Error && chain.length < 5; at = at.cause) {
    const { code } = at as { code?: unknown }
    chain.push({
      error: at.name,
      ...(typeof code === 'string' && { code }),
      ...(messages && { message: at.message }),
      where: (at.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .map((line) => line.trim())
        .slice(0, 8),
    })
  }
  return chain
}
