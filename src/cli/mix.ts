import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Mix } from '../core/mix.ts'
import type { Track } from '../core/track.ts'
import { action, addVerb } from './context.ts'
import { showLegend, showMix, showNotes } from './mix-table.ts'
import { many, printable } from './text.ts'
import { numberOption } from './values.ts'

interface MixOptions {
  readonly n: number
  readonly novelty?: number
  readonly seed?: number
  readonly out?: readonly string[]
}

/** Adds `mix`: one list, on screen and as files. */
export function addMix(program: Command): void {
  addVerb(program, 'mix [recipe]', 'a list of tracks for you, with a reason on each', [
    'mix',
    'mix deep-cuts --n 20 --out deep-cuts.xspf deep-cuts.txt',
    'mix daily-2 --novelty 0.5 --json',
  ])
    .option('--listener <id>', 'for whom (default: the only one there is)')
    .option('-n, --n <tracks>', 'how many tracks', numberOption('--n', { min: 1, whole: true }), 30)
    .option(
      '--novelty <share>',
      "0: only what you know … 1: only what is new to you (default: the recipe's own)",
      numberOption('--novelty', { min: 0, max: 1 }),
    )
    .option('--seed <number>', "another draw (default: the day's)", numberOption('--seed', { whole: true }))
    .option('--out <file...>', 'write it as .xspf, .jspf, .csv, .txt (Spotify URIs) or .json, by the ending')
    .addHelpText('after', '\nRecipes:\n  daily-1 (the default) … daily-6, deep-cuts, rediscover, on-repeat')
    .action(
      action<[recipe?: string], MixOptions>(
        async (context, [recipe = 'daily-1'], { n, novelty, seed, out: files = [] }) => {
          const { out } = context
          const { playlistFormat, findRecipe } = await import('../index.ts')
          findRecipe(recipe)
          for (const file of files) playlistFormat(file)
          const engine = await context.engine()
          const listener = await context.listener()
          const { recommend } = await import('../recommend.ts')
          const { mix, removed, degraded } = await recommend(
            {
              listener,
              recipe,
              n,
              at: context.now(),
              ...(novelty === undefined ? {} : { novelty }),
              ...(seed === undefined ? {} : { seed }),
            },
            engine,
          )
          const written = await writeMix(mix, files)
          out.document({ ...mix, removed: countsBy(removed), degraded, files: written })
          showMix(mix, out)
          out.say('')
          if (mix.tracks.length > 0) showLegend(mix.tracks, out)
          showNotes(
            [
              {
                ...mix,
                notes: [...mix.notes, ...degraded.map(missing), ...written.flatMap(({ note }) => note ?? [])],
              },
            ],
            out,
          )
          for (const { path } of written) out.say(`Written: ${path}`)
        },
      ),
    )
}

/** How many candidates each filter took out. */
function countsBy(removed: readonly { readonly by: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { by } of removed) counts[by] = (counts[by] ?? 0) + 1
  return counts
}

function missing({ source, problem }: { source: string; problem: string }): string {
  return `The source "${source}" failed (${problem}); the mix is made of what the others found.`
}

interface WrittenFile {
  readonly path: string
  readonly tracks: number
  /** What the format could not hold. */
  readonly note?: string
}

/** Writes a mix as files, each in the format of its ending. @throws DeepcutsError UNKNOWN_PLAYLIST_ENDING, NOT_WRITTEN */
export async function writeMix(mix: Mix, paths: readonly string[]): Promise<readonly WrittenFile[]> {
  const { playlistFormat } = await import('../index.ts')
  const written: WrittenFile[] = []
  for (const path of paths) {
    const { text, leftOut } = playlistFormat(path).write(mix)
    await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
      throw new DeepcutsError('NOT_WRITTEN', { path, problem: problemOf(error) }, { cause: error })
    })
    const tracks = mix.tracks.length - leftOut.length
    written.push({ path, tracks, ...(leftOut.length > 0 && { note: leftOutNote(path, leftOut) }) })
  }
  return written
}

function leftOutNote(path: string, leftOut: readonly Track[]): string {
  const some = leftOut.slice(0, 3).map(({ title }) => printable(title))
  const more = leftOut.length > some.length ? ' …' : ''
  return `${path} leaves out ${many(leftOut.length, 'track')} without a Spotify id: ${some.join(', ')}${more}.`
}

/** Why a file could not be written, in words. */
export function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'its folder does not exist'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'no permission'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'ENOSPC') return 'no space is left'
  return code ?? message
}
