import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb } from './context.ts'
import { numberOption } from './values.ts'

interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly allowHost?: readonly string[]
}

/** Adds `serve`: the engine as an HTTP server, until it is told to stop. */
export function addServe(program: Command): void {
  addVerb(program, 'serve', 'answer programs over HTTP, until Ctrl-C', ['serve', 'serve --port 8080'])
    .option(
      '--host <address>',
      'where to listen; everything but 127.0.0.1 lets other machines in',
      '127.0.0.1',
    )
    .option(
      '--port <number>',
      'the port; 0: any that is free',
      numberOption('--port', { min: 0, max: 65_535, whole: true }),
      4577,
    )
    .option(
      '--allow-host <name...>',
      'names that the server goes by beside those of this machine, without port',
    )
    .action(
      action<[], ServeOptions>(async (context, _, { host, port, allowHost = [] }) => {
        const { out, signal } = context
        const engine = await context.engine()
        if ((await engine.library.keys.list()).every(({ revokedAt }) => revokedAt !== undefined))
          throw new DeepcutsError('NO_KEYS')
        const { createApp } = await import('../server/app.ts')
        const { app } = await createApp({
          engine,
          names: [host, ...allowHost].map((name) => (name.includes(':') ? `[${name}]` : name).toLowerCase()),
          onFailure: (error) => void process.stderr.write(`${failureOf(error)}\n`),
        })
        try {
          const address = await app
            .listen({ host, port })
            .catch((error: NodeJS.ErrnoException) => Promise.reject(listenError(error, host, port)))
          out.document({ address, pid: process.pid })
          out.tell(`Listening at ${address}`)
          out.aside(`${address}/v1/docs says what it takes. Ctrl-C ends it once open requests are answered.`)
          await aborted(signal)
        } finally {
          await app.close()
        }
      }),
    )
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  if (error.code === 'EADDRINUSE') return new DeepcutsError('ADDRESS_TAKEN', { address }, { cause: error })
  const problem =
    error.code === 'EACCES'
      ? 'no permission'
      : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
        ? 'it is no address of this machine'
        : undefined
  return problem ? new DeepcutsError('ADDRESS_UNUSABLE', { address, problem }, { cause: error }) : error
}

/** What a log says of a failure: where it happened, and nothing of the request. */
function failureOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
