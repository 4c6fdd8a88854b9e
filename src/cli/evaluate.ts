import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { PresetName } from '../index.ts'
import { action, addVerb, type Context } from './context.ts'
import { addEvaluateCarousel } from './evaluate-carousel.ts'
import { addEvaluateMixes } from './evaluate-mixes.ts'
import { addEvaluatePolicy } from './evaluate-policy.ts'
import { addEvaluateWorld } from './evaluate-world.ts'
import { PRESET_OPTION } from './train.ts'
import { commaList, numberOption, oneOf } from './values.ts'

interface HistoryVerbOptions {
  readonly catalog?: readonly string[]
  readonly seed: number
  readonly preset: PresetName
}

interface LikabilityVerbOptions {
  readonly label: string
  readonly group?: readonly string[]
  readonly features?: readonly string[]
  readonly catalog?: readonly string[]
  readonly protocol: 'nested-cv' | 'paper'
  readonly seed: number
}

interface RankingVerbOptions {
  readonly train: string
  readonly test: string
  readonly validation?: string
  readonly k: readonly number[]
  readonly format: 'rows' | 'adjacency'
  readonly seed: number
}

interface PlaylistsVerbOptions {
  readonly until: string
  readonly seed: number
}

interface ColdVerbOptions {
  readonly train?: string
  readonly format?: 'rows' | 'adjacency' | 'playlists'
  readonly seed: number
}

/** Adds `evaluate history`, `evaluate ranking` and `evaluate likability`: how good the predictions are, beside simple ones. */
export function addEvaluate(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .description('measure how good the predictions are, beside simple ones')
    .helpOption('-h, --help', 'this help')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  deepcuts evaluate history my_spotify_data.zip')

  addVerb(evaluate, 'history <path...>', 'on exports: learn from the first 80 %, foresee the last 20 %', [
    'evaluate history my_spotify_data.zip',
    'evaluate history my_spotify_data.zip --catalog tracks.csv --json',
  ])
    .option('--catalog <file...>', 'tables with audio features')
    .option('--time-zone <zone>', 'where the listener lives: hours are told in it (default: UTC)')
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .option(...PRESET_OPTION)
    .action(
      action<[paths: string[]], HistoryVerbOptions>(
        async (context, [paths], { catalog = [], seed, preset, timeZone: zone }) => {
          const { evaluateHistory } = await import('../evaluate/history.ts')
          const { renderHistory } = await import('../evaluate/history-report.ts')
          const { now, progress, signal } = context
          const timeZone = zone ? context.timeZone : 'UTC'
          const report = await evaluateHistory(
            { paths, catalog, seed, preset, timeZone, now: now() },
            progress,
            signal,
          )
          show(context, report, renderHistory(report))
        },
      ),
    )

  addVerb(
    evaluate,
    'likability <table>',
    'on a labelled table: nested cross-validation, or the protocol of the paper',
    [
      'evaluate likability songs.csv --label liked',
      'evaluate likability songs.csv --label liked --group artist --protocol paper',
    ],
  )
    .requiredOption('--label <column>', 'the column to predict; it has two values')
    .option('--group <columns>', 'rows alike in these never cross a split, with commas', commaList)
    .option('--features <columns>', 'other columns than the 13 audio features, with commas', commaList)
    .option('--catalog <file...>', 'tables to fill gaps from and to learn genres, playlists and artists from')
    .option(
      '--protocol <name>',
      'nested-cv or paper',
      oneOf('--protocol', ['nested-cv', 'paper']),
      'nested-cv',
    )
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .action(
      action<[table: string], LikabilityVerbOptions>(async (context, [table], options) => {
        const { label, group, features, catalog, protocol, seed } = options
        const { evaluateLikability } = await import('../evaluate/likability.ts')
        const { renderLikability } = await import('../evaluate/likability-report.ts')
        const report = await evaluateLikability(
          {
            table,
            label,
            protocol,
            seed,
            ...(group && { group }),
            ...(features && { features }),
            ...(catalog && { catalog }),
          },
          context.progress,
          context.signal,
        )
        show(context, report, renderLikability(report))
      }),
    )

  addVerb(evaluate, 'ranking', 'on rows of who has what: foresee the rows of a second file', [
    'evaluate ranking --train train.tsv --test test.tsv',
    'evaluate ranking --train train.txt --test test.txt --format adjacency --k 20 --json',
  ])
    .requiredOption('--train <file>', 'rows user, item, and perhaps weight and time, to learn from')
    .requiredOption('--test <file>', 'rows to foresee, read once')
    .option('--validation <file>', 'rows to choose settings on; else a fifth of the training rows')
    .option('--k <numbers>', 'cutoffs, with commas', cutoffs, [10, 20, 50, 100])
    .option(
      '--format <name>',
      'rows, or adjacency: a user and their items a line',
      oneOf('--format', ['rows', 'adjacency']),
      'rows',
    )
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .action(
      action<[], RankingVerbOptions>(async (context, _, { k: ks, ...options }) => {
        const { evaluateRanking } = await import('../evaluate/ranking.ts')
        const { renderRanking } = await import('../evaluate/ranking-report.ts')
        const report = await evaluateRanking({ ...options, ks }, context.progress, context.signal)
        show(context, report, renderRanking(report))
      }),
    )

  addVerb(evaluate, 'playlists <file>', 'on dated playlists: foresee what was added after a day', [
    'evaluate playlists playlists.csv --until 2020-07-01',
    'evaluate playlists playlists.csv --until 2020-07-01 --json',
  ])
    .requiredOption('--until <date>', 'what was added before it is known, like 2020-07-31')
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .action(
      action<[file: string], PlaylistsVerbOptions>(async (context, [file], { until, seed }) => {
        const { evaluatePlaylists } = await import('../evaluate/playlists.ts')
        const { renderPlaylists } = await import('../evaluate/playlists-report.ts')
        const report = await evaluatePlaylists({ file, until, seed }, context.progress, context.signal)
        show(context, report, renderPlaylists(report))
      }),
    )

  addEvaluateWorld(evaluate, show)
  addEvaluateCarousel(evaluate, show)
  addEvaluateMixes(evaluate, show)

  addVerb(evaluate, 'cold [file]', 'on rows of who has what, or dated playlists: new listeners, new tracks', [
    'evaluate cold --train train.tsv',
    'evaluate cold playlists.csv --json',
  ])
    .option('--train <file>', 'the file, as `evaluate ranking` calls it')
    .option(
      '--format <name>',
      'rows, adjacency or playlists (default: what the header says)',
      oneOf('--format', ['rows', 'adjacency', 'playlists']),
    )
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .action(
      action<[file: string | undefined], ColdVerbOptions>(
        async (context, [given], { train, format, seed }) => {
          const { evaluateCold } = await import('../evaluate/cold.ts')
          const { renderCold } = await import('../evaluate/cold-report.ts')
          const file = given ?? train
          if (file === undefined || (given !== undefined && train !== undefined))
            throw new DeepcutsError('BAD_VALUE', {
              option: 'The file',
              value: file === undefined ? 'missing' : 'given twice',
              expected: 'one, after "cold" or with --train',
            })
          const report = await evaluateCold(
            { file, seed, ...(format && { format }) },
            context.progress,
            context.signal,
          )
          show(context, report, renderCold(report))
        },
      ),
    )

  addEvaluatePolicy(evaluate, show)
}

/** Reads --k: whole numbers from 1 to 1000, ascending, each once. */
function cutoffs(value: string): readonly number[] {
  const read = numberOption('--k', { whole: true, min: 1, max: 1000 })
  return [...new Set(value.split(',').map(read))].sort((a, b) => a - b)
}

function show({ out }: Context, report: unknown, text: string): void {
  out.document(report)
  for (const line of text.split('\n'))
    if (isDrawn(line)) out.say(line)
    else if (line.startsWith('Note: ')) out.aside(line)
    else out.tell(line)
}

/** Lines of a drawn table are not wrapped. */
function isDrawn(line: string): boolean {
  return /^\s*[┌├└│]/.test(line)
}
