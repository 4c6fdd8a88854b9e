import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { readSettings, SETTINGS, type Settings } from '../config.ts'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type Progress, silent } from '../core/progress.ts'
import type { Engine } from '../engine.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { makeOutput, type Output, shownPath } from './output.ts'
import { type RunningServer, runningServer } from './server-file.ts'
import type { Terminal } from './terminal.ts'
import { askForCopy, askServer } from './through-server.ts'

/** The options that every verb takes. */
export interface CommonOptions {
  readonly data?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly listener?: string
  /** Whether --listener may name somebody new. */
  readonly new?: boolean
  readonly timeZone?: string
}

/** What a verb works with. The engine is opened when it is first asked for, and closed whatever happens. */
export interface Context {
  readonly out: Output
  readonly progress: Progress
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly now: Clock
  /** IANA: of new listeners, and of what is read without a store. */
  readonly timeZone: string
  readonly settings: Settings
  /** Whether what several listeners did may count for all of them. */
  readonly community: boolean
  /** The data folder, as an absolute path. */
  readonly folder: string
  /** Whether --data or DEEPCUTS_DATA chose the folder. */
  readonly ownFolder: boolean
  /** Of the server, where the verb runs in one for a terminal elsewhere: what would hold up its requests is a job of it. */
  readonly jobs: Jobs | undefined
  /** The absolute path of one that was typed. */
  place(path: string): string
  /** An absolute path as short as it can be typed. */
  shown(path: string): string
  /** Goes on in another data folder; before the engine is asked for. */
  moveTo(folder: string): void
  /** Says with which status a verb ends that does not fail. */
  exit(status: number): void
  /**
   * The engine over a folder that has a store. While a server owns the folder, the verb as a whole goes on there, or on a copy of the data.
   * @throws DeepcutsError NO_DATA, SERVER_RUNS
   */
  engine(): Promise<Engine>
  /** The engine, over a new folder where there is none. */
  engineOrNew(): Promise<Engine>
  /** Makes sure that no server has the data. @throws DeepcutsError SERVER_RUNS */
  alone(): Promise<void>
  /** --listener; else the only person with plays, the only person at all, or "me". @throws DeepcutsError WHICH_LISTENER */
  listener(): Promise<string>
  /**
   * The same, for verbs with which somebody begins: the first listener of a folder is made, a further one only with --new, so that a
   * misspelt name makes nobody. @throws DeepcutsError WHICH_LISTENER, UNKNOWN_LISTENER
   */
  listenerToBegin(): Promise<string>
}

/** What becomes of a verb while a server owns the data: it runs there, it runs here on a copy since it reads much and changes nothing, or it is refused. */
type WhileServed = 'there' | 'copy' | 'refused'

type Work<Arguments, Options> = (
  context: Context,
  given: Arguments,
  options: Options & CommonOptions,
) => Promise<void>

const NOBODY_YET = 'me'

/** Adds a verb with the options that all of them take and its examples. `usage` is its name and arguments. */
export function addVerb(
  program: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
): Command {
  const shown = examples.map((example) => `  deepcuts ${example}`)
  return program
    .command(usage)
    .description(summary)
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'this help')
    .option('--data <dir>', `the data folder (default: DEEPCUTS_DATA, else ${SETTINGS.DEEPCUTS_DATA.absent})`)
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .option('--quiet', 'results alone: no progress, no notes, no hints')
    .addHelpText('after', `\n${shown.length > 1 ? 'Examples' : 'Example'}:\n${shown.join('\n')}`)
}

const typed = new WeakMap<Command, { readonly args: readonly string[]; readonly terminal: Terminal }>()

/** Makes a program's verbs run in a terminal. */
export function typedIn(program: Command, args: readonly string[], terminal: Terminal): void {
  typed.set(program, { args, terminal })
}

/** A verb's action: runs the work in a context of its own, and cleans up after it. */
export function action<Arguments extends readonly unknown[], Options = object>(
  work: Work<Arguments, Options>,
  whileServed: WhileServed = 'there',
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const options = given.at(-2) as Options & CommonOptions
    let program = given.at(-1) as Command
    while (program.parent) program = program.parent
    const { args, terminal } = typed.get(program)!
    const { context, close } = await openContext(options, terminal, whileServed)
    let server: RunningServer | undefined
    try {
      await work(context, given.slice(0, -2) as unknown as Arguments, options)
    } catch (error) {
      if (!(error instanceof HandedOver))
        throw context.signal.aborted && !(error instanceof DeepcutsError)
          ? new DeepcutsError('STOPPED', {}, { cause: error })
          : error
      server = error.server
    } finally {
      await close()
    }
    if (server) terminal.exit(await askServer(server, { args, folder: context.folder }, terminal))
  }
}

/** The verb goes on in a server: what it was about to do here is left. */
class HandedOver extends Error {
  readonly server: RunningServer
  constructor(server: RunningServer) {
    super('A server owns the data.')
    this.server = server
  }
}

async function openContext(
  options: CommonOptions,
  terminal: Terminal,
  whileServed: WhileServed,
): Promise<{ context: Context; close(): Promise<void> }> {
  const { served } = terminal
  const quiet = options.quiet === true
  const settings = readSettings(terminal.environment)
  const drawn = quiet ? undefined : await terminal.drawProgress()
  const stopper = terminal.stopper(() => {
    drawn?.stop()
    if (!quiet && options.json !== true) terminal.write('stderr', 'Stopping…\n')
  })
  const place = (path: string) => resolve(terminal.folder, path)
  if (options.data === '')
    throw new DeepcutsError('BAD_VALUE', {
      option: '--data',
      value: 'empty',
      expected: 'the path of a folder',
    })
  let folder = served?.folder ?? place(options.data ?? settings.DEEPCUTS_DATA)
  const timeZone = options.timeZone ? checkedZone(options.timeZone) : terminal.timeZone
  const community = served?.community ?? settings.DEEPCUTS_COMMUNITY === 'on'
  let copy: string | undefined
  const alone = async () => {
    const address = served ? 'this address' : (await runningServer(folder))?.address
    if (address !== undefined) throw new DeepcutsError('SERVER_RUNS', { path: folder, address })
  }
  const open = async () => {
    if (whileServed === 'refused') await alone()
    if (served) return served.engine
    const server = await runningServer(folder)
    if (server && whileServed === 'there') throw new HandedOver(server)
    if (server) copy = await askForCopy(server)
    const { openEngine } = await import('../engine.ts')
    const secret = settings.DEEPCUTS_SECRET
    return openEngine({ data: copy ?? folder, now: Date.now, timeZone, community, secret })
  }
  let opened: Promise<Engine> | undefined
  const engineOrNew = () => {
    opened ??= open()
    return opened
  }
  const engine = async () => {
    if (isWithoutStore(folder)) throw new DeepcutsError('NO_DATA', { path: folder })
    return engineOrNew()
  }
  const context: Context = {
    out: makeOutput(terminal, { json: options.json === true, quiet }),
    progress: drawn ?? silent,
    signal: stopper.signal,
    now: Date.now,
    timeZone,
    settings,
    community,
    get folder() {
      return folder
    },
    ownFolder: served !== undefined || folder !== place(SETTINGS.DEEPCUTS_DATA.absent),
    jobs: served?.jobs,
    place,
    shown: (path) => shownPath(path, terminal.folder),
    moveTo(other) {
      folder = other
    },
    exit: (status) => terminal.exit(status),
    alone,
    engine,
    engineOrNew,
    listener: async () => options.listener ?? (await usualListener(await engine())),
    async listenerToBegin() {
      const { library } = await engine()
      const name = await context.listener()
      const known = await library.listeners.list()
      if (known.length === 0 || options.new) {
        const { writes } = await library.listeners.findOrCreate(name)
        if (writes.length) await library.store.write(writes)
      }
      return name
    },
  }
  return {
    context,
    async close() {
      drawn?.stop()
      try {
        if (!served) await (await opened?.catch(() => undefined))?.close()
        if (copy) await rm(copy, { recursive: true, force: true })
      } finally {
        stopper.release()
      }
    },
  }
}

/** Whether there is no folder, or one that nothing was imported into; what is no folder is for the store to refuse. */
function isWithoutStore(folder: string): boolean {
  if (!existsSync(folder)) return true
  return statSync(folder).isDirectory() && !existsSync(join(folder, 'deepcuts.duckdb'))
}

/** In a store of more people than this nobody is the usual one. */
const HOUSEHOLD = 20

async function usualListener({ library: { listeners, store } }: Engine): Promise<string> {
  const known = await listeners.list()
  if (known.length === 0) return NOBODY_YET
  const { knownNames } = await import('../index.ts')
  if (known.length > HOUSEHOLD) throw new DeepcutsError('WHICH_LISTENER', { known: knownNames(known) })
  const plays = await Promise.all(known.map(({ id }) => store.count('plays', { listener: id })))
  const heard = known.filter((_, i) => plays[i]! > 0)
  const [only, ...others] = heard.length > 0 ? heard : known
  if (others.length > 0)
    throw new DeepcutsError('WHICH_LISTENER', {
      known: knownNames([only!, ...others]),
    })
  return only!.name
}

function checkedZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    throw new DeepcutsError('BAD_VALUE', {
      option: '--time-zone',
      value: timeZone,
      expected: 'a time zone such as Europe/Berlin',
    })
  }
}
