import { DeepcutsError } from '../core/errors.ts'
import type { Engine } from '../engine.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { type DrawnProgress, drawProgress } from './progress-bar.ts'

/** Runs one command line in a terminal; never rejects. */
export type RunLine = (args: readonly string[], terminal: Terminal) => Promise<void>

/** What a verb works with that runs in a server. */
export interface Served {
  readonly engine: Engine
  readonly jobs: Jobs
  /** The data folder, as whoever typed calls it. */
  readonly folder: string
  readonly community: boolean
}

/** Where a command line was typed, and where what it says goes. */
export interface Terminal {
  /** The working folder: relative paths start there. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** IANA. */
  readonly timeZone: string
  /** Columns of its screen, 80 when there is none. */
  readonly width: number
  readonly colours: boolean
  /** Writes to one of the two streams; nobody waits for it. */
  write(stream: 'stdout' | 'stderr', text: string): void
  drawProgress(): DrawnProgress | Promise<DrawnProgress>
  /** A signal that Ctrl-C aborts after `say`; release it when there is nothing more to stop. */
  stopper(say: () => void): { readonly signal: AbortSignal; release(): void }
  /** Says how the command line ended. */
  exit(status: number): void
  /** There where the verb runs in a server for a terminal elsewhere. */
  readonly served?: Served
}

const MOST_COLUMNS = 120
const FEWEST_COLUMNS = 40

/** The terminal of this process. */
export function ownTerminal(): Terminal {
  const { stdout, stderr, env } = process
  return {
    folder: process.cwd(),
    environment: env,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    width: terminalWidth(stdout),
    colours: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    write: (stream, text) => void process[stream].write(text),
    drawProgress: () => drawProgress(stderr, Date.now),
    stopper: stopOnSignal,
    exit(status) {
      process.exitCode = status
    },
  }
}

/** Columns of the stream's terminal, else of COLUMNS, else 80; between 40 and 120, where reading is easy. */
function terminalWidth(stream: NodeJS.WriteStream): number {
  const told = stream.columns ?? Number(process.env.COLUMNS)
  const width = Number.isInteger(told) && told > 0 ? told : 80
  return Math.max(FEWEST_COLUMNS, Math.min(MOST_COLUMNS, width))
}

/** The first Ctrl-C says so and asks the work to stop at the next safe point; the second one leaves at once. */
function stopOnSignal(say: () => void): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    say()
    controller.abort(new DeepcutsError('STOPPED'))
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return {
    signal: controller.signal,
    release: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  }
}
