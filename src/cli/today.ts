import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'
import type { Mix } from '../core/mix.ts'
import type { Context } from './context.ts'
import { problemOf, writeMix } from './mix.ts'
import { showLegend, showMix, showNotes } from './mix-table.ts'

const LENGTH = 30
const SHOWN = 5
const ENDINGS = ['xspf', 'csv', 'txt', 'json']

/** Today's mixes of a listener; those with nothing in them say why in their notes. */
export async function drawToday(context: Context, listener: string): Promise<readonly Mix[]> {
  const { recommend, TODAY } = await import('../index.ts')
  const engine = await context.engine()
  const mixes: Mix[] = []
  context.progress.stage('Drawing mixes', TODAY.length, 'mixes')
  for (const [i, recipe] of TODAY.entries()) {
    context.signal.throwIfAborted()
    mixes.push((await recommend({ listener, recipe, n: LENGTH, at: context.now() }, engine)).mix)
    context.progress.at(i + 1)
  }
  context.progress.done()
  return mixes
}

/** Writes each mix in every format to `outDir`, else below the data folder; gives the paths. @throws DeepcutsError NOT_WRITTEN */
export async function writeToday(
  mixes: readonly Mix[],
  context: Context,
  listener: string,
  outDir?: string,
): Promise<{ folder: string; files: readonly string[] }> {
  const { mixFolder } = await import('../index.ts')
  const folder = outDir ?? join(context.folder, mixFolder(listener))
  await mkdir(context.place(folder), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new DeepcutsError('NOT_WRITTEN', { path: folder, problem: problemOf(error) }, { cause: error })
  })
  const files: string[] = []
  for (const mix of mixes.filter(({ tracks }) => tracks.length > 0)) {
    const paths = ENDINGS.map((ending) => join(folder, `${mix.recipe}.${ending}`))
    files.push(...(await writeMix(mix, paths, context.place)).map(({ path }) => path))
  }
  return { folder, files }
}

/** The top of each mix, what is to be said about them, and where they are. */
export function showToday(mixes: readonly Mix[], folder: string, { out, shown, place }: Context): void {
  for (const mix of mixes.filter(({ tracks }) => tracks.length > 0)) {
    out.say('')
    showMix(mix, out, SHOWN)
  }
  out.say('')
  showLegend(
    mixes.flatMap(({ tracks }) => tracks.slice(0, SHOWN)),
    out,
  )
  showNotes(mixes, out)
  out.say('')
  out.tell(
    `The whole mixes, as ${ENDINGS.map((ending) => `.${ending}`).join(', ')}, are in ${shown(place(folder))}.`,
  )
  out.aside('Paste a .txt into an empty playlist of the Spotify desktop app to hear it there.')
}
