import { runCommandLine } from '../../src/cli/command-line.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { silent } from '../../src/core/progress.ts'

/** A server in this process, started as the verb does it. */
export interface Serving {
  readonly address: string
  readonly stdout: () => string
  /** Tells it to stop as Ctrl-C does, and gives its exit status. */
  end(): Promise<number>
}

/** Serves a data folder until it is told to end; nothing is logged unless the environment says so. */
export async function serving(
  folder: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const stop = new AbortController()
  let [stdout, stderr, status] = ['', '', 0]
  let heard = () => {}
  const terminal: Terminal = {
    folder,
    environment: { DEEPCUTS_LOG_LEVEL: 'silent', ...environment },
    timeZone: 'UTC',
    width: 80,
    colours: false,
    write(stream, text) {
      if (stream === 'stdout') stdout += text
      else stderr += text
      heard()
    },
    drawProgress: () => ({ ...silent, stop() {} }),
    stopper: () => ({ signal: stop.signal, release() {} }),
    exit(ended) {
      status = ended
    },
  }
  const ended = runCommandLine(['serve', '--port', '0', ...args], terminal)
  const address = await new Promise<string>((resolve, reject) => {
    heard = () => {
      const found = /Listening at (http:\S+)/.exec(stdout)?.[1]
      if (found) resolve(found)
    }
    void ended.then(() => reject(new Error(`serve ended with ${status}: ${stdout}${stderr}`)))
  })
  return {
    address,
    stdout: () => stdout,
    async end() {
      stop.abort()
      await ended
      return status
    },
  }
}
