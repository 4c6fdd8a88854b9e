import { type Command, Option } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Engine } from '../engine.ts'
import type { EverybodyReport, ModelVersion, Promotion, TrainingReport } from '../index.ts'
import { blendWords } from './blend-words.ts'
import { action, addVerb, type Context } from './context.ts'
import type { Output } from './output.ts'
import { aligned, columns, count, day, many, padded, percent, printable } from './text.ts'
import { numberOption } from './values.ts'

const HEAD = ['', 'made', 'preset', 'plays', 'for a mix', 'play by play', ''] as const
const UNKNOWN = '–'

/** Adds `models`: the versions that trainings made, how good each is, and the way back to an earlier one. */
export function addModels(program: Command): void {
  addVerb(
    program,
    'models [verb] [version]',
    'what was learned when, and how good it is; "models use 3" and "models rollback" choose what serves',
    ['models', 'models use 3', 'models rollback', 'models --everybody'],
  )
    .option('--listener <id>', 'whose models (default: the only one there is)')
    .addOption(
      new Option('--everybody', 'those that learned from all listeners (DEEPCUTS_COMMUNITY=on)').conflicts(
        'listener',
      ),
    )
    .action(
      action<[verb?: string, version?: string], { everybody?: boolean }>(
        async (context, [verb, version], { everybody }) => {
          const { out } = context
          const task = taskOf(verb, version)
          const { library } = await context.engine()
          const { id, name } = await ownerOf(context, everybody)
          const more = everybody ? ' --everybody' : ''
          if (task.verb === 'list') {
            const models = await library.models.list(id)
            out.document({ listener: everybody ? '' : name, models })
            if (models.length > 0) showModels(models, out)
            else
              out.tell(
                `Nothing has been learned about ${printable(name)} yet. Begin with "deepcuts train${more}".`,
              )
            return
          }
          if (task.verb === 'use') {
            const before = await library.models.active(id)
            const { version } = await library.models.use(id, task.version)
            out.document({
              listener: everybody ? '' : name,
              version,
              ...(before && { from: before.version }),
            })
            if (before?.version === version)
              return out.tell(`Model ${version} serves ${printable(name)} already.`)
            out.tell(
              `Model ${version} serves ${printable(name)} now${before ? `, in place of ${before.version}` : ''}.`,
            )
            if (before) out.aside(`Next: "deepcuts mix", or "deepcuts models rollback${more}" to go back.`)
            return
          }
          const { manifest, from, passedOver } = await library.models.rollback(id)
          out.document({ listener: everybody ? '' : name, version: manifest.version, from, passedOver })
          out.tell(`Model ${manifest.version} serves ${printable(name)} again, in place of ${from}.`)
          if (passedOver.length > 0)
            out.tell(`Passed over, for they cannot serve any more: ${passedOver.join(', ')}.`, '• ')
          out.aside(
            `Next: "deepcuts mix". Model ${from} is kept: "deepcuts models use ${from}${more}" brings it back.`,
          )
        },
      ),
    )
}

/** Whose versions are meant. @throws DeepcutsError COMMUNITY_OFF, WHICH_LISTENER, UNKNOWN_LISTENER */
async function ownerOf(
  context: Context,
  everybody?: boolean,
): Promise<{ readonly id: number; readonly name: string }> {
  if (!everybody) return (await context.engine()).library.listeners.get(await context.listener())
  if (!context.community) throw new DeepcutsError('COMMUNITY_OFF')
  const { EVERYBODY } = await import('../index.ts')
  return { id: EVERYBODY, name: 'everybody' }
}

/** Why training again would learn more than the newest version did, serving or not; undefined when it would not. */
export async function whyTrain(
  { library }: Engine,
  listener: { readonly id: number; readonly name: string; readonly timeZone: string },
): Promise<string | undefined> {
  const { dataState } = await import('../index.ts')
  const [newest] = await library.models.list(listener.id)
  if (!newest) return 'nothing was learned yet'
  const { state, cut } = trainingOf(newest)
  if (state !== (await dataState(library, listener))) return 'the data has changed since'
  return cut === 'stopped' ? 'the last training was stopped early' : undefined
}

type Task = { readonly verb: 'list' | 'rollback' } | { readonly verb: 'use'; readonly version: number }

function taskOf(verb: string | undefined, version: string | undefined): Task {
  if (verb === undefined) return { verb: 'list' }
  if (verb === 'rollback' && version === undefined) return { verb }
  if (verb === 'use' && version !== undefined)
    return { verb, version: numberOption('The version', { min: 1, whole: true })(version) }
  const problem =
    verb === 'use'
      ? 'Which version to use is missing'
      : verb === 'rollback'
        ? '"rollback" takes no version: it goes back to the one that served before'
        : `"${verb}" is not something models can do`
  throw new DeepcutsError('UNKNOWN_OPTION', { problem, command: 'deepcuts models' })
}

/** What its training told; an older deepcuts told less. */
const trainingOf = ({ training }: ModelVersion) =>
  (training ?? {}) as Partial<TrainingReport> & Partial<Pick<EverybodyReport, 'everybody'>>

function showModels(models: readonly ModelVersion[], out: Output): void {
  const rows = models.map(cellsOf)
  const [head, ...lines] = aligned([[...HEAD], ...rows], [0, 3, 4, 5])
  const asTable = [head!, ...lines].every((line) => columns(line) <= out.width)
  const wide = Math.max(...rows.map(([version]) => columns(version!)))
  const indent = ' '.repeat(wide + 2)
  if (asTable) out.say(out.style.dim(head!))
  for (const [i, model] of models.entries()) {
    if (asTable) out.say(model.active ? out.style.bold(lines[i]!) : lines[i]!)
    else {
      const [version, made, preset, plays, forMix, playByPlay, state] = rows[i]!
      const facts = [made, preset, `${plays} plays`, state].filter((fact) => fact !== '')
      out.tell(facts.join(', '), `${padded(version!, wide, 'right')}  `)
      out.tell(`${forMix} for a mix, ${playByPlay} play by play`, indent)
    }
    for (const note of notesOf(model, models.length === 1)) out.tell(note, indent)
  }
  if (models.some(({ readable }) => !readable))
    out.tell(
      'What cannot be read was made by another version of deepcuts. "deepcuts train" makes a new one.',
      '• ',
    )
  out.aside(
    '\nThe numbers are AUC (0.5 is a coin, 1 is perfect) and log-loss (0 is perfect) on the last plays, before it learned from them: from before each sitting, as a mix must, and play by play.',
  )
}

function cellsOf(model: ModelVersion): string[] {
  const { preset, seed, plays, finishes = 0, skips = 0, heldOut } = trainingOf(model)
  const ours = heldOut?.models.find(({ name }) => name === 'deepcuts')
  return [
    String(model.version),
    day(model.at),
    preset ? `${preset} ${seed}` : '',
    count(plays ?? finishes + skips),
    scores(ours?.beforeSitting),
    scores(ours),
    stateOf(model),
  ]
}

function stateOf(model: ModelVersion): string {
  if (!model.readable) return 'cannot be read'
  if (model.damage) return 'damaged'
  if (model.active) return 'serves'
  return trainingOf(model).promotion?.promoted === false ? 'not promoted' : ''
}

/** AUC and log-loss; a manifest keeps what is no number as null. */
function scores(of: { readonly auc: number | null; readonly logLoss: number | null } | undefined): string {
  const score = (value: number | null | undefined) =>
    Number.isFinite(value) ? value!.toFixed(3) : UNKNOWN.padStart(5)
  return of ? `${score(of.auc)} ${score(of.logLoss)}` : UNKNOWN
}

/** What there is to say about a version beside its numbers. */
function notesOf(model: ModelVersion, alone: boolean): string[] {
  const { promotion, cut, everybody, continuation } = trainingOf(model)
  return [
    ...(everybody?.blend ? [blendWords(everybody.blend)] : []),
    ...(continuation && continuation.share > 0
      ? [`"mix continue" goes by what playlists taught it, ${percent(continuation.share)}`]
      : []),
    ...(model.damage
      ? [
          `it should serve, but ${model.damage}: "deepcuts train" makes a new one${alone ? '' : ', and "deepcuts models use" takes another'}`,
        ]
      : []),
    ...(cut === 'stopped' ? ['its training was stopped early'] : []),
    ...(cut === 'diverged' ? ['its loss became infinite; this is the best until then'] : []),
    ...(promotion?.promoted === false && !model.active ? [refusalOf(promotion)] : []),
  ]
}

function refusalOf({ against, plays, difference, reason }: Promotion): string {
  if (!difference) return `not promoted: ${reason}`
  const [low, high] = difference.ci95.map((bound) => bound.toFixed(3))
  return `not promoted: on ${many(plays, 'play')} that neither had seen it was worse than ${against} (log-loss for a mix +${difference.mean.toFixed(3)}, 95 % ${low} to ${high})`
}
