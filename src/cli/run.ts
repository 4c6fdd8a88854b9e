import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb, type Context } from './context.ts'
import { runDemo } from './demo.ts'
import { parseRule } from './exclusion-rule.ts'
import { importAll, ownerOf } from './import.ts'
import { whyTrain } from './models.ts'
import { addExclusions } from './taken-out.ts'
import { drawToday, showToday, writeToday } from './today.ts'
import { showTraining, trainListener } from './train.ts'

export interface RunOptions {
  readonly catalog?: readonly string[]
  readonly listener?: string
  readonly exclude?: readonly string[]
  readonly outDir?: string
  readonly timeZone?: string
}

/** Adds `run`: everything in one go. */
export function addRun(program: Command): void {
  const verb = addVerb(
    program,
    'run [export...]',
    "import, learn, and show today's mixes; alone it is a demo",
    [
      'run',
      'run my_spotify_data.zip',
      'run my_spotify_data.zip --catalog tracks.csv --exclude "artist:Lullaby Singers" hours:18-20',
    ],
  )
  addRunOptions(verb).action(
    action<[exports: string[]], RunOptions>(async (context, [exports], options) => {
      const alone = exports.length === 0 && !options.catalog && (await isDemo(context))
      context.out.document(await (alone ? runDemo(context) : runExports(context, exports, options)))
    }),
  )
}

/** Adds the options of `run` to a verb that does the same. */
export function addRunOptions(verb: Command): Command {
  return verb
    .option('--catalog <file...>', 'tables of tracks with audio features, to discover from')
    .option(
      '--exclude <rule...>',
      'plays that are not your taste: artist:NAME, device:TEXT, source:FORMAT, hours:18-20, dates:2024-12-01..2024-12-26',
    )
    .option('--listener <id>', 'whose plays these are (default: the only one there is, else "me")')
    .option('--out-dir <dir>', 'where the mixes are written (default: mixes/ in the data folder)')
    .option('--time-zone <zone>', 'where a new listener lives (default: this machine’s)')
}

/**
 * Imports, learns, and shows today's mixes.
 * @param lenient whether too few plays to learn from are told and no error
 * @returns what there is to tell of it
 */
export async function runExports(
  context: Context,
  exports: readonly string[],
  options: RunOptions,
  lenient = false,
): Promise<object> {
  const rulesIn = (zone: string) => (options.exclude ?? []).map((rule) => parseRule(rule, zone))
  rulesIn(context.timeZone)
  const paths = [...(options.catalog ?? []), ...exports]
  const { library } = await context.engineOrNew()
  const listener = await ownerOf(context, options.listener, () => false)

  const imports = await importAll(context, paths, listener)
  if (options.timeZone) await library.listeners.setTimeZone(listener, context.timeZone)
  const { id, timeZone } = await library.listeners.get(listener)
  await addExclusions(context, { id, timeZone }, rulesIn(timeZone))
  const training = (await isTrained(context, listener))
    ? undefined
    : await trained(context, listener, lenient)
  if (training) showTraining(training, context)

  const mixes = await drawToday(context, listener)
  const { folder, files } = await writeToday(mixes, context, listener, options.outDir)
  showToday(mixes, folder, context)
  return { imports, training: training ?? null, mixes, files }
}

async function trained(context: Context, listener: string, lenient: boolean) {
  return trainListener(context, listener).catch((error: unknown) => {
    const tooLittle = error instanceof DeepcutsError && ['NO_PLAYS', 'TOO_FEW_PLAYS'].includes(error.code)
    // Of scrobbles nothing more can be learned: they are no mistake, and mixes go by them.
    const isScrobbles = tooLittle && error.details.unsaid !== undefined
    if (!tooLittle || !(lenient || isScrobbles)) throw error
    context.out.tell(error.message)
    return undefined
  })
}

/** Whether a model serves the listener, and the newest one knows all that there is to learn. */
async function isTrained(context: Context, listener: string): Promise<boolean> {
  const engine = await context.engine()
  const serves = await engine.model(listener).then(
    () => true,
    (error: unknown) => {
      if (error instanceof DeepcutsError) return false
      throw error
    },
  )
  return serves && (await whyTrain(engine, await engine.library.listeners.get(listener))) === undefined
}

/** Whether there is nothing but the demo to run: no plays of a person yet. */
async function isDemo(context: Context): Promise<boolean> {
  if (!existsSync(context.folder)) return true
  const { library } = await context.engine()
  const { isDemoImport, readDemo } = await import('../evaluate/demo.ts')
  return (await readDemo(library)) !== undefined || (await library.imports.list()).every(isDemoImport)
}
