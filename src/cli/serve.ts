import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Engine } from '../engine.ts'
import { copyData } from '../index.ts'
import type { App, Log } from '../server/log.ts'
import { action, addVerb, type Context } from './context.ts'
import { runDemo } from './demo.ts'
import { addRunOptions, type RunOptions, runExports } from './run.ts'
import { localToken, writeServerFile } from './server-file.ts'
import type { RunLine } from './terminal.ts'
import { numberOption } from './values.ts'
import { verbsInServer } from './verbs-in-server.ts'

interface ServeOptions extends RunOptions {
  readonly host?: string
  readonly port?: number
  readonly allowHost?: readonly string[]
}

/** Where copies for verbs elsewhere lie while they are needed. */
const COPIES = 'copies'

/**
 * Adds `serve`: everything in one go, and then the engine as an HTTP server, until it is told to stop.
 * @param runLine runs a command line in a terminal: verbs that are typed elsewhere go on here
 */
export function addServe(program: Command, runLine: RunLine): void {
  const verb = addVerb(
    program,
    'serve [export...]',
    'import, learn, show today’s mixes, and answer programs over HTTP until Ctrl-C',
    [
      'serve',
      'serve my_spotify_data.zip --catalog tracks.csv',
      'serve --port 8080 --allow-host music.example',
    ],
  )
  addRunOptions(verb)
    .option('--host <address>', 'where to listen (default: DEEPCUTS_HOST, else 127.0.0.1)')
    .option(
      '--port <number>',
      'the port; 0: any that is free (default: DEEPCUTS_PORT, else 4577)',
      numberOption('--port', { min: 0, max: 65_535, whole: true }),
    )
    .option(
      '--allow-host <name...>',
      'names that the server goes by beside those of this machine, without port',
    )
    .action(
      action<[exports: string[]], ServeOptions>(
        async (context, [exports], options) => serve(context, exports, options, runLine),
        'refused',
      ),
    )
}

async function serve(
  context: Context,
  exports: readonly string[],
  options: ServeOptions,
  runLine: RunLine,
): Promise<void> {
  const { out, settings, signal } = context
  const host = options.host ?? settings.DEEPCUTS_HOST
  const port = options.port ?? settings.DEEPCUTS_PORT
  const first = await prepared(context, exports, options)
  const engine = await context.engineOrNew()
  rmSync(join(context.folder, COPIES), { recursive: true, force: true })

  const { openLog } = await import('../server/log.ts')
  const log = openLog({
    level: levelOf(settings.DEEPCUTS_LOG_LEVEL, settings.DEEPCUTS_LOG_FILE),
    file: settings.DEEPCUTS_LOG_FILE && context.place(settings.DEEPCUTS_LOG_FILE),
    messages: settings.DEEPCUTS_DEBUG !== '',
  })
  const { startJobs } = await import('../jobs/start.ts')
  const jobs = startJobs({ engine, settings, community: context.community, onFailure: log.failure })
  const token = localToken()
  const { createApp } = await import('../server/app.ts')
  const { app } = await createApp({
    engine,
    names: [host, ...settings.DEEPCUTS_ALLOWED_HOSTS, ...(options.allowHost ?? [])].map(hostName),
    requestsPerMinute: settings.DEEPCUTS_REQUESTS_PER_MINUTE,
    https: settings.DEEPCUTS_HTTPS === 'on',
    setupFromAnywhere: settings.DEEPCUTS_SETUP === 'anywhere',
    onFailure: log.failure,
    jobs,
    verbs: verbsInServer(token, { engine, jobs, community: context.community }, runLine, () =>
      copyOf(engine),
    ),
  })
  log.requestsOf(app)
  let takeBack = () => {}
  try {
    const address = await app
      .listen({ host, port })
      .catch((error: NodeJS.ErrnoException) => Promise.reject(listenError(error, host, port)))
    takeBack = writeServerFile(context.folder, { address: nearBy(app), pid: process.pid, token })
    const link = await engine.accounts.setupLink()
    log.info('started', { pid: process.pid, address, node: process.version })
    out.document({ ...first, address, pid: process.pid, ...(link && { setup: nearBy(app) + link.path }) })
    if (first) out.say('')
    out.tell(`Listening at ${address}`)
    if (link) {
      out.tell('Nobody has an account here yet. This link makes the first one, once, within the hour:')
      out.say(`  ${nearBy(app)}${link.path}`)
    }
    out.aside(`${address}/v1/docs says what it takes. Ctrl-C ends it once open requests are answered.`)
    await aborted(signal)
    log.info('stopping')
  } finally {
    takeBack()
    await closed(app, settings.DEEPCUTS_SHUTDOWN_SECONDS, log)
  }
  log.info('stopped')
}

/**
 * What is done before the server listens: `run` where there are exports, or the demo where there is nothing and no folder was chosen.
 * @returns what there is to tell of it; undefined where there was nothing to do
 */
async function prepared(
  context: Context,
  exports: readonly string[],
  options: ServeOptions,
): Promise<object | undefined> {
  if (exports.length > 0 || options.catalog) return runExports(context, exports, options, true)
  return context.ownFolder || existsSync(context.folder) ? undefined : runDemo(context)
}

/** Stops taking requests, answers those that are open as far as they end in time, and cuts the others off. */
async function closed(app: App, seconds: number, log: Log): Promise<void> {
  const late = setTimeout(() => {
    log.warn('open requests are cut off')
    app.server.closeAllConnections()
  }, seconds * 1000)
  // A connection stays open after its last answer, since the client may ask again: here it must not.
  const idle = setInterval(() => app.server.closeIdleConnections(), 100)
  try {
    await app.close()
  } finally {
    clearInterval(idle)
    clearTimeout(late)
  }
}

let copies = 0
async function copyOf({ library, folder }: Engine): Promise<string> {
  const to = join(folder, COPIES, String(++copies))
  await copyData(library.store, folder, to)
  return to
}

/** Where this machine itself reaches the server. */
function nearBy(app: App): string {
  const { address, port } = app.server.address() as { address: string; port: number }
  const near = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}`
}

function hostName(name: string): string {
  return (name.includes(':') ? `[${name}]` : name).toLowerCase()
}

function levelOf(said: Context['settings']['DEEPCUTS_LOG_LEVEL'], file: string) {
  if (said !== 'auto') return said
  return file === '' && process.stderr.isTTY ? 'warn' : 'info'
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
