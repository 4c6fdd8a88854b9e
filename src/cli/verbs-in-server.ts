import type { VerbRequest, VerbSaid, Verbs } from '../server/local.ts'
import type { DrawnProgress } from './progress-bar.ts'
import type { RunLine, Served, Terminal } from './terminal.ts'

/** How often the terminal elsewhere hears how far a stage is. */
const PROGRESS_EVERY_MS = 100

/**
 * Verbs that run in this process, with its engine, for terminals elsewhere on this machine.
 * @param runLine runs a command line in a terminal
 * @param copy copies the data of this moment
 */
export function verbsInServer(
  token: string,
  served: Omit<Served, 'folder'>,
  runLine: RunLine,
  copy: () => Promise<string>,
): Verbs {
  return {
    token,
    copy,
    async run(request, say, signal) {
      let status = 0
      await runLine(
        request.args,
        remoteTerminal(request, say, signal, served, (ended) => {
          status = ended
        }),
      )
      return status
    },
  }
}

function remoteTerminal(
  request: VerbRequest,
  say: (said: VerbSaid) => void,
  signal: AbortSignal,
  served: Omit<Served, 'folder'>,
  exit: (status: number) => void,
): Terminal {
  const { folder, workingFolder, environment, timeZone, width, colours } = request
  const progress = sentProgress(say)
  return {
    folder: workingFolder,
    environment,
    timeZone,
    width,
    colours,
    write(stream, text) {
      progress.flush()
      say(stream === 'stdout' ? { stdout: text } : { stderr: text })
    },
    drawProgress: () => progress,
    stopper: () => ({ signal, release() {} }),
    exit,
    served: { ...served, folder },
  }
}

/** Progress that is drawn elsewhere; the last that was said of a stage always gets there. */
function sentProgress(say: (said: VerbSaid) => void): DrawnProgress & { flush(): void } {
  let unsent: VerbSaid | undefined
  let sentAt = 0
  const flush = () => {
    if (unsent) say(unsent)
    unsent = undefined
  }
  const end = (progress: 'done' | 'stop') => {
    flush()
    say({ progress })
  }
  return {
    flush,
    stage(name, total, unit = '') {
      flush()
      say({ stage: [name, total, unit] })
    },
    at(done, told) {
      unsent = { at: [done, told] }
      if (Date.now() - sentAt < PROGRESS_EVERY_MS) return
      sentAt = Date.now()
      flush()
    },
    done: () => end('done'),
    stop: () => end('stop'),
  }
}
