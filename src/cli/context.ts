import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { readSettings, SETTINGS } from '../config.ts'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type Progress, silent } from '../core/progress.ts'
import type { Engine } from '../engine.ts'
import { makeOutput, type Output } from './output.ts'

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
  /** The data folder, as an absolute path. */
  readonly folder: string
  /** Whether --data or DEEPCUTS_DATA chose the folder. */
  readonly ownFolder: boolean
  /** The engine over a folder that has a store. @throws DeepcutsError NO_DATA */
  engine(): Promise<Engine>
  /** The engine, over a new folder where there is none. */
  engineOrNew(): Promise<Engine>
  /** --listener; else the only person with plays, the only person at all, or "me". @throws DeepcutsError WHICH_LISTENER */
  listener(): Promise<string>
  /**
   * The same, for verbs with which somebody begins: the first listener of a folder is made, a further one only with --new, so that a
   * misspelt name makes nobody. @throws DeepcutsError WHICH_LISTENER, UNKNOWN_LISTENER
   */
  listenerToBegin(): Promise<string>
}

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

/** A verb's action: runs the work in a context of its own, and cleans up after it. */
export function action<Arguments extends readonly unknown[], Options = object>(
  work: Work<Arguments, Options>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const options = given.at(-2) as Options & CommonOptions
    const { context, close } = await openContext(options)
    try {
      await work(context, given.slice(0, -2) as unknown as Arguments, options)
    } catch (error) {
      throw context.signal.aborted && !(error instanceof DeepcutsError)
        ? new DeepcutsError('STOPPED', {}, { cause: error })
        : error
    } finally {
      await close()
    }
  }
}

async function openContext(options: CommonOptions): Promise<{ context: Context; close(): Promise<void> }> {
  const quiet = options.quiet === true
  const drawn = quiet
    ? undefined
    : await (await import('./progress-bar.ts')).drawProgress(process.stderr, Date.now)
  const stopper = stopOnSignal(() => {
    drawn?.stop()
    if (!quiet && options.json !== true) process.stderr.write('Stopping…\n')
  })
  const settings = readSettings(process.env)
  if (options.data === '')
    throw new DeepcutsError('BAD_VALUE', {
      option: '--data',
      value: 'empty',
      expected: 'the path of a folder',
    })
  const folder = resolve(options.data ?? settings.DEEPCUTS_DATA)
  const timeZone = options.timeZone
    ? checkedZone(options.timeZone)
    : Intl.DateTimeFormat().resolvedOptions().timeZone
  let opened: Promise<Engine> | undefined
  const engineOrNew = () => {
    opened ??= import('../engine.ts').then(({ openEngine }) =>
      openEngine({
        ...{ data: folder, now: Date.now, timeZone, secret: settings.DEEPCUTS_SECRET },
        community: settings.DEEPCUTS_COMMUNITY === 'on',
      }),
    )
    return opened
  }
  const engine = async () => {
    if (isWithoutStore(folder)) throw new DeepcutsError('NO_DATA', { path: folder })
    return engineOrNew()
  }
  const context: Context = {
    out: makeOutput({ json: options.json === true, quiet }),
    progress: drawn ?? silent,
    signal: stopper.signal,
    now: Date.now,
    timeZone,
    folder,
    ownFolder: folder !== resolve(SETTINGS.DEEPCUTS_DATA.absent),
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
        await (await opened?.catch(() => undefined))?.close()
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
