import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Mix } from '../core/mix.ts'
import type { ImportReport } from '../index.ts'
import { action, addVerb, type CommonOptions, type Context } from './context.ts'
import { demo } from './demo.ts'
import { parseRule } from './exclusion-rule.ts'
import { importAll } from './import.ts'
import { problemOf, writeMix } from './mix.ts'
import { showLegend, showMix, showNotes } from './mix-table.ts'
import { showTraining, trainListener } from './train.ts'

interface RunOptions {
  readonly catalog?: readonly string[]
  readonly exclude?: readonly string[]
  readonly outDir?: string
  readonly timeZone?: string
}

/** What a day brings; the first ones that have something to give are shown. */
const TODAY = ['daily-1', 'daily-2', 'daily-3', 'deep-cuts', 'rediscover', 'on-repeat']
const LENGTH = 30
const SHOWN = 5
const ENDINGS = ['xspf', 'csv', 'txt', 'json']

/** Adds `run`: everything in one go. */
export function addRun(program: Command): void {
  addVerb(program, 'run [export...]', "import, learn, and show today's mixes; alone it is a demo", [
    'run',
    'run my_spotify_data.zip',
    'run my_spotify_data.zip --catalog tracks.csv --exclude "artist:Lullaby Singers" hours:18-20',
  ])
    .option('--catalog <file...>', 'tables of tracks with audio features, to discover from')
    .option(
      '--exclude <rule...>',
      'plays that are not your taste: artist:NAME, device:TEXT, hours:18-20, dates:2024-12-01..2024-12-26',
    )
    .option('--listener <id>', 'whose plays these are (default: the only one there is, else "me")')
    .option('--out-dir <dir>', 'where the mixes are written (default: mixes/ in the data folder)')
    .option('--time-zone <zone>', 'where a new listener lives (default: this machine’s)')
    .action(action<[exports: string[]], RunOptions>(run))
}

/** Whether the person said where the data is. */
const hasOwnFolder = ({ data }: CommonOptions) => Boolean(data || process.env.DEEPCUTS_DATA)

async function run(
  context: Context,
  [exports]: [exports: string[]],
  options: RunOptions & CommonOptions,
): Promise<void> {
  const rules = (options.exclude ?? []).map((rule) => parseRule(rule, context.timeZone))
  const paths = [...(options.catalog ?? []), ...exports]
  if (paths.length === 0 && (await isDemo(context))) return demo(context, hasOwnFolder(options))
  const { library } = await context.engineOrNew()
  const listener = await context.listener()

  const imports = await importAll(context, paths, listener)
  const { id } = await library.listeners.get(listener)
  if (options.timeZone) await library.listeners.setTimeZone(listener, context.timeZone)
  for (const rule of rules) await library.exclusions.add(id, rule)
  const training = (await isTrained(context, listener, imports, rules.length))
    ? undefined
    : await trainListener(context, listener)
  if (training) showTraining(training, context)

  const mixes = await drawToday(context, listener)
  const { folder, files } = await writeToday(mixes, context, listener, options.outDir)
  context.out.document({ imports, training: training ?? null, mixes, files })
  showToday(mixes, folder, context)
}

/** Whether the model that serves knows this listener and everything that is imported. */
async function isTrained(
  context: Context,
  listener: string,
  imports: readonly ImportReport[],
  rules: number,
): Promise<boolean> {
  if (rules > 0 || imports.some(({ alreadyImported }) => !alreadyImported)) return false
  const { library } = await context.engine()
  const manifest = await library.models.active()
  if ((manifest?.training as { listener?: string } | undefined)?.listener !== listener) return false
  return (await library.imports.list()).every(
    ({ at, undoneAt }) => Math.max(at, undoneAt || 0) <= manifest!.at,
  )
}

/** Today's mixes, without those that have nothing to give. */
export async function drawToday(context: Context, listener: string): Promise<readonly Mix[]> {
  const { recommend } = await import('../recommend.ts')
  const engine = await context.engine()
  const mixes: Mix[] = []
  context.progress.stage('Drawing mixes', TODAY.length, 'mixes')
  for (const [i, recipe] of TODAY.entries()) {
    context.signal.throwIfAborted()
    const { mix } = await recommend({ listener, recipe, n: LENGTH, at: context.now() }, engine)
    if (mix.tracks.length > 0 || mix.notes.length > 0) mixes.push(mix)
    context.progress.at(i + 1)
  }
  context.progress.done()
  return mixes
}

/** Writes today's mixes to `outDir`, else below the data folder. */
export async function writeToday(
  mixes: readonly Mix[],
  context: Context,
  listener: string,
  outDir?: string,
): Promise<{ folder: string; files: readonly string[] }> {
  const folder = outDir ?? join(context.folder, 'mixes', fileName(listener))
  return { folder, files: await writeAll(mixes, folder) }
}

/** Whether there is nothing but the demo to run: no plays of a person yet. */
async function isDemo(context: Context): Promise<boolean> {
  if (!existsSync(context.folder)) return true
  const { library } = await context.engine()
  const { readDemo } = await import('../evaluate/demo.ts')
  return (await readDemo(library)) !== undefined || !(await library.store.count('plays'))
}

/** The top of each mix, what is to be said about them, and where they are. */
export function showToday(mixes: readonly Mix[], folder: string, { out }: Context): void {
  for (const mix of mixes.filter(({ tracks }) => tracks.length > 0)) {
    out.say('')
    showMix(mix, out, SHOWN)
  }
  out.say('')
  showLegend(out)
  showNotes(mixes, out)
  out.tell(`Whole mixes, as ${ENDINGS.map((ending) => `.${ending}`).join(', ')}: ${folder}`)
  out.tell('Paste a .txt into an empty playlist of the Spotify desktop app to hear it there.')
}

/** Writes each mix in every format; gives the paths. @throws DeepcutsError NOT_WRITTEN */
async function writeAll(mixes: readonly Mix[], folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new DeepcutsError('NOT_WRITTEN', { path: folder, problem: problemOf(error) }, { cause: error })
  })
  const files: string[] = []
  for (const mix of mixes) {
    const paths = ENDINGS.map((ending) => join(folder, `${mix.recipe}.${ending}`))
    files.push(...(await writeMix(mix, paths)).map(({ path }) => path))
  }
  return files
}

function fileName(listener: string): string {
  return listener.replace(/[^\p{L}\p{N}_-]+/gu, '_')
}
