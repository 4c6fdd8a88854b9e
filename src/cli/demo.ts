import type { Engine } from '../engine.ts'
import type { Demo, MixJudgement } from '../evaluate/demo.ts'
import type { Context } from './context.ts'
import { drawToday, showToday, writeToday } from './today.ts'
import { showTraining, trainListener } from './train.ts'

const SEED = 1
/** Where the demo lives unless --data says otherwise: never among a person's own data. */
const FOLDER = './deepcuts-demo'

/** The demo: an invented listener, from their first play to judged mixes. @returns what there is to tell of it */
export async function runDemo(context: Context): Promise<object> {
  if (!context.ownFolder) context.moveTo(context.place(FOLDER))
  return showDemo(context, await context.engineOrNew())
}

/** Whether a whole model serves the listener. */
async function isServed(engine: Engine, listener: string): Promise<boolean> {
  const { DeepcutsError } = await import('../core/errors.ts')
  return engine.model(listener).then(
    () => true,
    (error: unknown) => {
      if (error instanceof DeepcutsError) return false
      throw error
    },
  )
}

async function showDemo(context: Context, engine: Engine): Promise<object> {
  const { judgeMix, prepareDemo, readDemo } = await import('../evaluate/demo.ts')
  const { out } = context
  const { library } = engine
  const shown =
    (await readDemo(library)) ?? (await prepareDemo(library, SEED, context.now(), context.progress))
  out.tell(introduction(shown))
  out.say('')
  const training = (await isServed(engine, shown.listener))
    ? undefined
    : await trainListener(context, shown.listener)
  if (training) showTraining(training, context)

  const mixes = await drawToday(context, shown.listener)
  const { folder, files } = await writeToday(mixes, context, shown.listener)
  const judgements = mixes.filter(({ tracks }) => tracks.length > 0).map((mix) => judgeMix(shown, mix))
  showToday(mixes, folder, context)
  out.say('')
  out.say(judged(shown.listener, judgements))
  out.say('')
  const at = `--data ${context.shown(context.folder)}`
  out.say('This was the demo. Look around in it:')
  out.say(`  deepcuts mix deep-cuts ${at}`)
  out.say(`  deepcuts explain ${mixes[0]?.tracks[0]?.track.id ?? 1} ${at}`)
  out.say('Your own mixes:')
  out.say('  deepcuts run my_spotify_data.zip --catalog tracks.csv')
  return {
    demo: { listener: shown.listener, tastes: shown.tastes },
    training: training ?? null,
    mixes,
    judgements,
    files,
  }
}

function introduction({ listener, tastes, world }: Demo): string {
  const plays = world.history(0).plays.length.toLocaleString('en-US')
  return (
    `${listener} does not exist. An invented listener of an invented world of ${world.tracks.length.toLocaleString('en-US')} songs, ` +
    `with ${plays} plays behind them; what ${listener} truly likes is ${tastes.join(', ')}.`
  )
}

function judged(listener: string, judgements: readonly MixJudgement[]): string {
  const percent = (value: number) => `${Math.round(100 * value)} %`.padStart(5)
  const width = Math.max(...judgements.map(({ recipe }) => recipe.length))
  return [
    `Because ${listener} is invented, the truth is known: the songs ${listener} would finish`,
    `${' '.repeat(width + 2)}of the mix   of the best   of a random one`,
    ...judgements.map(
      ({ recipe, mix, best, random, share }) =>
        `  ${recipe.padEnd(width)}${percent(mix).padStart(11)}${percent(best).padStart(14)}${percent(random).padStart(18)}` +
        `   ${percent(share).trim()} of the way`,
    ),
    '(The best and the random one have as many songs new to the listener as the mix.)',
  ].join('\n')
}
