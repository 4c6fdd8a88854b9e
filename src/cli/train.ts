import { type Command, Option } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { PresetName, TrainingReport } from '../index.ts'
import { modelWords, signed } from '../report/words.ts'
import { action, addVerb, type Context } from './context.ts'
import { promotionIn, servesIn } from './promotion.ts'
import { aligned, count, day, many, percent, printable } from './text.ts'
import { showEverybody, trainOnEverybody } from './train-everybody.ts'
import { refreshSentence, upToDate } from './train-refresh.ts'
import { trainThere } from './train-there.ts'
import { numberOption, oneOf } from './values.ts'

/** The option that says how large a model is trained. */
export const PRESET_OPTION = [
  '--preset <size>',
  'how large a model: nano, default or large',
  oneOf<PresetName>('--preset', ['nano', 'default', 'large']),
  'default',
] as const

const DEFAULT_SEED = 1
/** On fewer held-out plays an AUC is uncertain by more than what models differ by. */
const FEW = 100

/** Adds `train`: learns what the listener likes from all that is imported. */
export function addTrain(program: Command): void {
  addVerb(program, 'train', 'learn what you like from what is imported', [
    'train',
    'train --preset large',
    'train --refresh',
    'train --everybody',
    'train --refresh --everybody',
    'train --seed 7 --json',
  ])
    .option('--listener <id>', 'whose taste (default: the only one there is)')
    .option(
      '--seed <number>',
      'decides what is left to chance: the same seed and data give the same model',
      numberOption('--seed', { whole: true }),
      DEFAULT_SEED,
    )
    .option(...PRESET_OPTION)
    .addOption(
      new Option(
        '--refresh',
        'go on from the model that serves, with its preset and seed: quicker than learning anew',
      ).conflicts(['seed', 'preset']),
    )
    .option('--everybody', 'learn from all listeners a model for those who have none (DEEPCUTS_COMMUNITY=on)')
    .action(
      action<[], TrainOptions>(async (context, _, { seed, preset, refresh, everybody, listener }) => {
        if (everybody) {
          if (listener !== undefined) throw oneOrAll()
          const report = await trainOnEverybody(context, { seed, preset, ...(refresh && { refresh }) })
          context.out.document(report)
          return showEverybody(report, context)
        }
        const name = await context.listener()
        const known = refresh ? await upToDate(context, name) : undefined
        if (known !== undefined) {
          context.out.document({ unchanged: true, version: known })
          return context.out.tell(
            `Nothing has changed since the last training; model ${known} goes on serving.`,
          )
        }
        const report = await trainListener(context, name, { seed, preset, ...(refresh && { refresh }) })
        context.out.document(report)
        showTraining(report, context)
        context.out.aside('\nNext: "deepcuts mix".')
      }),
    )
}

interface TrainOptions extends TrainingChoice {
  readonly everybody?: boolean
  readonly listener?: string
}

function oneOrAll(): DeepcutsError {
  const problem = '--everybody learns from all listeners, and --listener names one'
  return new DeepcutsError('UNKNOWN_OPTION', { problem, command: 'deepcuts train' })
}

export interface TrainingChoice {
  readonly seed: number
  readonly preset: PresetName
  readonly refresh?: boolean
}

/**
 * Trains on everything that the listener played.
 * @throws DeepcutsError UNKNOWN_LISTENER, NO_PLAYS, TOO_FEW_PLAYS, STOPPED; TRAINING_STOPPED when it was stopped and the best so far kept
 */
export async function trainListener(
  context: Context,
  listener: string,
  choice: TrainingChoice = { seed: DEFAULT_SEED, preset: 'default' },
): Promise<TrainingReport> {
  const engine = await context.engine()
  const { jobs, progress, signal } = context
  if (jobs) return trainThere(jobs, await engine.listener(listener), choice, progress, signal)
  const { learnToContinue, train } = await import('../index.ts')
  const playlists = async (seed: number) =>
    learnToContinue(engine, await engine.listener(listener), seed, progress, signal)
  const report = await train(engine.library, { listener, playlists, ...choice }, progress, signal)
  if (report.cut === 'stopped') {
    const { version, promotion } = report
    throw new DeepcutsError('TRAINING_STOPPED', { version, serves: servesIn(promotion) })
  }
  return report
}

/** What a training learned from and how well it foresees plays that it had not seen. */
export function showTraining(report: TrainingReport, { out }: Pick<Context, 'out'>): void {
  const { heldOut, finishes, skips, firstPlayAt, lastPlayAt } = report
  out.tell(
    `Learned from ${playsOf(report)} of ${printable(report.listener)}, ${day(firstPlayAt)} to ${day(lastPlayAt)}: ` +
      `${count(finishes)} finished, ${count(skips)} skipped. This is model ${report.version}.`,
  )
  if (report.refresh) out.tell(refreshSentence(report.refresh))
  if (report.cut === 'diverged')
    out.tell(
      'The loss became infinite on the way; the best model until then was kept. Another --seed may help, or a look for absurd values in the catalog: "deepcuts doctor".',
    )
  if (report.promotion) out.tell(promotionIn(report.promotion, report.version))
  if (report.continuation?.gain) out.tell(continuationSentence(report.continuation))
  if (heldOut.plays === 0) return
  if (heldOut.models.every(({ auc }) => Number.isNaN(auc))) {
    out.tell(
      `How well it foresees cannot be told: the ${many(heldOut.plays, 'play')} held out to judge it all ended alike.`,
    )
    return
  }
  out.tell(
    `On the last ${many(heldOut.plays, 'play')}, before it learned from them, it told finishes from skips like this (AUC: 0.5 is a coin, 1 is perfect), from before each sitting, as a mix must, and play by play:`,
  )
  const rows = heldOut.models.map(({ name, auc, beforeSitting }) => [
    `  ${modelWords(name)}`,
    beforeSitting.auc.toFixed(3),
    auc.toFixed(3),
  ])
  for (const line of aligned([['', 'for a mix', 'play by play'], ...rows], [1, 2])) out.say(line)
  if (heldOut.plays < FEW) out.tell('So few plays say little: much of this may be chance.')
  else out.tell(besideOthers(heldOut.models))
}

/** What "mix continue" goes by, and what shows that it should. */
function continuationSentence({
  share,
  playlists,
  ndcg,
  gain,
}: NonNullable<TrainingReport['continuation']>): string {
  const {
    mean,
    ci95: [low, high],
  } = gain!
  const shown = `NDCG@30 on withheld parts of ${many(playlists, 'playlist')}: kinship ${ndcg!.kinship.toFixed(3)}, what was learned ${ndcg!.trained.toFixed(3)}, both ${ndcg!.blend.toFixed(3)}; gain ${signed(mean)} [${signed(low)}, ${signed(high)}]`
  return share > 0
    ? `"mix continue" goes by what your playlists taught it, ${percent(share)}, beside kinship (${shown}).`
    : `"mix continue" goes by kinship: what your playlists taught it is not shown to be better (${shown}).`
}

/** A difference in AUC that is not worth a word. */
const LEVEL = 0.01

/** How ours stands beside the best of the others for a mix, where it is not ahead of it. */
function besideOthers(models: TrainingReport['heldOut']['models']): string {
  const ours = models.at(-1)!
  const best = models.slice(0, -1).reduce((a, b) => (b.beforeSitting.auc > a.beforeSitting.auc ? b : a))
  const ahead = ours.beforeSitting.auc - best.beforeSitting.auc
  const stands =
    ahead > LEVEL
      ? `For a mix it is ahead of ${modelWords(best.name)}`
      : ahead < -LEVEL
        ? `For a mix ${modelWords(best.name)} is ahead of it`
        : `For a mix it comes out level with ${modelWords(best.name)}`
  return `${stands}; "deepcuts report" has the intervals, and what its heads are unsure of.`
}

/** How many plays it learned from, and of how many: a preset takes the latest alone, and a training cut short no later ones. */
function playsOf({ plays, finishes, skips, cut }: TrainingReport): string {
  const known = finishes + skips
  if (plays === known) return many(known, 'play')
  return `${cut ? '' : 'the latest '}${count(plays)} of the ${many(known, 'play')}`
}
