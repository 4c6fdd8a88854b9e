import type { Command } from 'commander'
import type { TrainingReport } from '../index.ts'
import { action, addVerb, type Context } from './context.ts'
import { aligned, count, day, many, printable } from './text.ts'
import { numberOption } from './values.ts'

const DEFAULT_SEED = 1

/** What the models of a training report are called in words. */
const NAMES: Readonly<Record<string, string>> = {
  'base-rate': 'always the average',
  'track-rate': "the track's own rate",
  'artist-rate': "the artist's own rate",
  deepcuts: 'deepcuts',
}

/** Adds `train`: learns what the listener likes from all that is imported. */
export function addTrain(program: Command): void {
  addVerb(program, 'train', 'learn what you like from what is imported', ['train', 'train --seed 7 --json'])
    .option('--listener <id>', 'whose taste (default: the only one there is)')
    .option(
      '--seed <number>',
      'kept with the model; fitting this model leaves nothing to chance',
      numberOption('--seed', { whole: true }),
      DEFAULT_SEED,
    )
    .action(
      action<[], { seed: number }>(async (context, _, { seed }) => {
        const report = await trainListener(context, await context.listener(), seed)
        context.out.document(report)
        showTraining(report, context)
        context.out.aside('\nNext: "deepcuts mix".')
      }),
    )
}

/** Trains on everything that the listener played. @throws DeepcutsError UNKNOWN_LISTENER, NO_PLAYS, TOO_FEW_PLAYS, STOPPED */
export async function trainListener(
  context: Context,
  listener: string,
  seed = DEFAULT_SEED,
): Promise<TrainingReport> {
  const { library } = await context.engine()
  const { train } = await import('../index.ts')
  return train(library, { listener, seed }, context.progress, context.signal)
}

/** What a training learned from and how well it foresees plays that it had not seen. */
export function showTraining(report: TrainingReport, { out }: Context): void {
  const { heldOut, finishes, skips, firstPlayAt, lastPlayAt } = report
  out.tell(
    `Learned from ${many(finishes + skips, 'play')} of ${printable(report.listener)}, ${day(firstPlayAt)} to ${day(lastPlayAt)}: ` +
      `${count(finishes)} finished, ${count(skips)} skipped. This is model ${report.version}.`,
  )
  if (heldOut.models.every(({ auc }) => Number.isNaN(auc))) return
  out.tell(
    `On the last ${many(heldOut.plays, 'play')}, before it learned from them, it told finishes from skips like this (AUC: 0.5 is a coin, 1 is perfect), from before each sitting, as a mix must, and play by play:`,
  )
  const rows = heldOut.models.map(({ name, auc, beforeSitting }) => [
    `  ${NAMES[name] ?? name}`,
    beforeSitting.auc.toFixed(3),
    auc.toFixed(3),
  ])
  for (const line of aligned([['', 'for a mix', 'play by play'], ...rows], [1, 2])) out.say(line)
}
