import { stat, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { POLICY_NAMES, type PolicyName } from '../core/candidate.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Mix } from '../core/mix.ts'
import type { Track } from '../core/track.ts'
import type { Engine } from '../engine.ts'
import type { FoundSeeds } from '../seeds.ts'
import { action, addVerb, type Context } from './context.ts'
import { showLegend, showMix, showNotes } from './mix-table.ts'
import { count, many, printable } from './text.ts'
import { noveltyOption, numberOption, oneOf } from './values.ts'

interface MixOptions {
  readonly n: number
  readonly novelty?: number | 'auto'
  readonly policy?: PolicyName
  readonly seed?: number
  readonly out?: readonly string[]
}

/** Adds `mix`: one list, on screen and as files. */
export function addMix(program: Command): void {
  addVerb(program, 'mix [recipe] [from...]', 'a list of tracks for you, with a reason on each', [
    'mix',
    'mix deep-cuts --n 20 --out deep-cuts.xspf deep-cuts.txt',
    'mix daily-2 --novelty 0.5 --json',
    'mix radio "Title – Artist"',
    'mix radio road-trip.m3u8 --n 50',
    'mix continue road-trip.xspf --out more.xspf',
  ])
    .option('--listener <id>', 'for whom (default: the only one there is)')
    .option('--new', 'the listener is new here: songs to begin with')
    .option('-n, --n <tracks>', 'how many tracks', numberOption('--n', { min: 1, whole: true }), 30)
    .option(
      '--novelty <share>',
      '0: only what you know … 1: only what is new to you; "auto": as you have received new songs so far (default: your dial, else the recipe’s own)',
      noveltyOption,
    )
    .option(
      '--policy <name>',
      `how it is drawn: ${POLICY_NAMES.join(', ')} (default: ${POLICY_NAMES[0]})`,
      oneOf('--policy', POLICY_NAMES),
    )
    .option('--seed <number>', "another draw (default: the day's)", numberOption('--seed', { whole: true }))
    .option('--out <file...>', 'write it as .xspf, .jspf, .csv, .txt (Spotify URIs) or .json, by the ending')
    .addHelpText(
      'after',
      '\nRecipes:\n  daily-1 (the default) … daily-6, deep-cuts, rediscover, on-repeat\n' +
        '  first            popular and diverse: what a listener gets of whom nothing is known\n' +
        '  radio FROM       around a track, an artist, or a playlist file (XSPF, JSPF, M3U, CSV, text)\n' +
        '  continue FILE    what could come next on a playlist; --out writes the new tracks alone',
    )
    .action(
      action<[recipe: string | undefined, words: string[]], MixOptions>(
        async (context, [recipe = 'daily-1', words], { n, novelty, policy, seed, out: files = [] }) => {
          const { out } = context
          const { playlistFormat, findRecipe } = await import('../index.ts')
          const { startsFrom } = findRecipe(recipe)
          for (const file of files) playlistFormat(file)
          if (!startsFrom && words.length > 0)
            throw new DeepcutsError('NEEDS_NO_SEEDS', { recipe, from: words.join(' ') })
          const engine = await context.engine()
          const listener = await context.listenerToBegin()
          const start =
            words.length > 0
              ? await startOf(engine, listener, await placed(words, context), context.now())
              : undefined
          const { recommend } = await import('../recommend.ts')
          const { mix, removed, degraded } = await recommend(
            {
              listener,
              recipe,
              n,
              at: context.now(),
              ...(novelty === undefined ? {} : { novelty }),
              ...(policy && { policy }),
              ...(seed === undefined ? {} : { seed }),
              ...(start && { from: start.seeds }),
            },
            engine,
          )
          const written = await writeMix(mix, files, context.place)
          const lacking = start ? [...start.notes, ...(await unknownNote(start))] : []
          out.document({
            ...{
              ...mix,
              notes: [...mix.notes, ...lacking],
              removed: countsBy(removed),
              degraded,
              files: written,
            },
            ...(start && { from: { ...start.seeds, told: start.told }, unknown: start.unknown }),
          })
          showMix(mix, out)
          out.say('')
          showLegend(mix.tracks, out)
          showNotes(
            [
              {
                ...mix,
                notes: [
                  ...[...mix.notes, ...degraded.map(missing), ...lacking],
                  ...written.flatMap(({ note }) => note ?? []),
                ],
              },
            ],
            out,
          )
          for (const { path } of written) out.say(`Written: ${path}`)
        },
      ),
    )
}

/** The words, those that name files as absolute paths. */
function placed(words: readonly string[], { place }: Context): Promise<readonly string[]> {
  const isFile = (path: string) =>
    stat(path).then(
      (info) => info.isFile(),
      () => false,
    )
  return Promise.all(words.map(async (word) => ((await isFile(place(word))) ? place(word) : word)))
}

/** Where a mix starts: what the words mean to a listener. */
async function startOf(
  engine: Engine,
  listener: string,
  words: readonly string[],
  now: number,
): Promise<FoundSeeds> {
  const { findSeeds } = await import('../index.ts')
  const { trackHistory } = await engine.describe(listener, now)
  return findSeeds(engine, words, (row) => trackHistory(row).plays)
}

/** Which tracks of the files are not in the catalog: how many, and the first few. */
async function unknownNote({ told, unknown }: FoundSeeds): Promise<string[]> {
  if (unknown.length === 0) return []
  const { entryName } = await import('../index.ts')
  const some = unknown.slice(0, 3).map((entry) => printable(entryName(entry)))
  const more = unknown.length > some.length ? ' …' : ''
  return [
    `${count(unknown.length)} of ${many(told, 'track')} ${unknown.length === 1 ? 'is' : 'are'} not in your catalog: ${some.join(', ')}${more}.`,
  ]
}

/** How many candidates each filter took out. */
function countsBy(removed: readonly { readonly by: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { by } of removed) counts[by] = (counts[by] ?? 0) + 1
  return counts
}

function missing({ source, problem }: { source: string; problem: string }): string {
  return source === 'model'
    ? `The model failed in part: it has ${problem}. The mix is made of what is left.`
    : `The source "${source}" failed (${problem}); the mix is made of what the others found.`
}

interface WrittenFile {
  readonly path: string
  readonly tracks: number
  /** What the format could not hold. */
  readonly note?: string
}

/**
 * Writes a mix as files, each in the format of its ending.
 * @param place where a path as it was typed lies
 * @throws DeepcutsError UNKNOWN_PLAYLIST_ENDING, NOT_WRITTEN
 */
export async function writeMix(
  mix: Mix,
  paths: readonly string[],
  place: (path: string) => string,
): Promise<readonly WrittenFile[]> {
  const { playlistFormat } = await import('../index.ts')
  const written: WrittenFile[] = []
  for (const path of paths) {
    const { text, leftOut } = playlistFormat(path).write(mix)
    await writeFile(place(path), text).catch((error: NodeJS.ErrnoException) => {
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
