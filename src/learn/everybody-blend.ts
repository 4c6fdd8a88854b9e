import { breathe } from '../core/breathe.ts'
import { UNKNOWN } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import { type Random, random } from '../core/random.ts'
import { trackValues } from '../core/value.ts'
import { cutSittings } from '../features/sittings.ts'
import { LEAST_LISTENERS } from '../library/community.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { openEnsemble } from '../model/ensemble.ts'
import { closenessIn } from '../taste/closeness.ts'
import type { TasteCheckpoint } from '../taste/taste-checkpoint.ts'
import { openTaste } from '../taste/taste-model.ts'
import { type BlendChoice, type BlendPlays, chooseBlend } from './blend-choice.ts'
import type { Everybody } from './everybody-data.ts'
import type { ManyViews } from './everybody-views.ts'
import { type LinearTaste, learnLinear, openLinear } from './linear-taste.ts'
import type { ListenerData } from './listener-data.ts'
import { partsOf } from './taste-left-out.ts'
import type { TasteData } from './taste-lesson.ts'

/** How much what the taste model and the linear model say adds to the log-odds of tracks, new ones and others. Plain data. */
export interface EverybodyBlend {
  readonly new: BlendChoice
  readonly familiar: BlendChoice
}

/** The models of everybody that saw nothing of the listeners they are judged by. */
export interface HeldOutModels {
  readonly likability: Pick<Checkpoint, 'ensemble'>
  readonly taste: TasteCheckpoint
  readonly linear: LinearTaste | undefined
}

/** Moments a listener at most, and of all of them: each is a listener to be encoded. */
const MOMENTS = { least: 4, all: 4000 } as const

/** What the files of the linear model begin with. */
export const LINEAR_NAME = 'linear'

/** Trains the linear model on these sequences of everybody. */
export function linearOf(
  { sequences, names }: Pick<TasteData, 'sequences' | 'names'>,
  taught: readonly number[],
  seed: number,
  signal?: AbortSignal,
): Promise<LinearTaste | undefined> {
  return learnLinear(sequences, names.items, taught, LEAST_LISTENERS, random(`${seed}/linear`), signal)
}

/**
 * Finds the weights on listeners whom none of the models saw: what they finish among what they tried, each play foreseen from before its
 * sitting, as a mix must.
 * @param described their plays, in the order of `judged`, each listener's to the end of their log
 */
export async function blendOf(
  { people }: Everybody,
  tasteData: TasteData,
  judged: readonly ListenerData[],
  described: ManyViews,
  models: HeldOutModels,
  progress: Progress,
  signal?: AbortSignal,
): Promise<EverybodyBlend> {
  const place = new Map(people.map((person, at) => [person, at]))
  const moments = momentsOf(judged, described)
  const { sequences, content, names } = tasteData
  const parts = moments.map(({ person, before }) => {
    const sequence = place.get(judged[person]!)!
    const from = sequences.offsets[sequence]!
    return { sequence, from, to: from + before }
  })
  const shown = partsOf(sequences, parts)
  const rows = moments.flatMap(({ rows }) => rows)
  const taste = new Float64Array(rows.length)
  const linear = new Float64Array(rows.length)

  progress.stage('blending', moments.length, 'moments')
  const model = await openTaste(models.taste)
  const open = models.linear && openLinear(models.linear, names.items)
  const folded = open?.foldIn(sequences, parts)
  try {
    const tracks = await model.embedTracks(content, names)
    await breathe(signal)
    const listeners = await model.encode(shown, tracks)
    const closeness = closenessIn(tracks, model.width)
    const linearWidth = open && folded ? folded.length / Math.max(moments.length, 1) : 0
    let at = 0
    for (const [m, moment] of moments.entries()) {
      const close = closeness(listeners.subarray(m * model.width, (m + 1) * model.width))
      const near = open?.closeness(folded!.subarray(m * linearWidth, (m + 1) * linearWidth))
      for (const row of moment.rows) {
        taste[at] = close(described.track[row]!)
        linear[at] = near?.(described.track[row]!) ?? 0
        at++
      }
      if (m % 64 === 0) await breathe(signal)
      progress.at(m + 1)
    }
  } finally {
    await model.close()
  }
  progress.done()
  const likability = await valuesOf(models.likability, described)
  const { frozen } = described.views
  const of = (first: 0 | 1, next: Random): BlendChoice => {
    const wanted = [...rows.keys()].filter((at) => frozen.firstPlay[rows[at]!] === first)
    const column = (value: (at: number) => number) => Float64Array.from(wanted, value)
    const plays: BlendPlays = {
      person: wanted.map((at) => described.person[rows[at]!]!),
      label: wanted.map((at) => frozen.label[rows[at]!]!),
      likability: column((at) => likability[rows[at]!]!),
      more: { taste: column((at) => taste[at]!), ...(open && { linear: column((at) => linear[at]!) }) },
    }
    return chooseBlend(plays, next)
  }
  return { new: of(1, random('blend of new tracks')), familiar: of(0, random('blend of known tracks')) }
}

/** The starts of sittings from before which plays are foreseen. */
interface Moment {
  /** Of those judged. */
  readonly person: number
  /** Plays of their log before it. */
  readonly before: number
  /** The described plays of the sitting. */
  readonly rows: readonly number[]
}

/** The latest sittings of everybody who is judged: the described plays are the last of the log with a known outcome. */
function momentsOf(judged: readonly ListenerData[], { person }: ManyViews): Moment[] {
  const most = Math.max(MOMENTS.least, Math.floor(MOMENTS.all / Math.max(judged.length, 1)))
  const own: number[][] = judged.map(() => [])
  for (const [row, p] of person.entries()) own[p]!.push(row)
  return own.flatMap((rows, p) => {
    const { log } = judged[p]!
    const known: number[] = []
    for (let i = log.size - 1; i >= 0 && known.length < rows.length; i--)
      if (log.outcome[i] !== UNKNOWN) known.push(i)
    known.reverse()
    const { bounds } = cutSittings(log)
    const found: { person: number; before: number; rows: number[] }[] = []
    let sitting = 0
    for (const [k, play] of known.entries()) {
      while (bounds[sitting + 1]! <= play) sitting++
      const before = bounds[sitting]!
      if (found.at(-1)?.before === before) found.at(-1)!.rows.push(rows[k]!)
      else found.push({ person: p, before, rows: [rows[k]!] })
    }
    return found.slice(-most)
  })
}

/** What the likability model ranks described plays by: the mean of its heads. */
async function valuesOf(
  { ensemble }: HeldOutModels['likability'],
  { views }: ManyViews,
): Promise<Float64Array> {
  const model = await openEnsemble(ensemble)
  try {
    const values = trackValues(await model.logits(views.frozen.raw))
    return Float64Array.from({ length: values.length / model.heads }, (_, row) => {
      let sum = 0
      for (let head = row * model.heads; head < (row + 1) * model.heads; head++) sum += values[head]!
      return sum / model.heads
    })
  } finally {
    await model.close()
  }
}

/** What is added to log-odds by each part, for new tracks and for others. */
export interface BlendWeights {
  readonly new: Readonly<Record<string, number>>
  readonly familiar: Readonly<Record<string, number>>
}

/** Raised whenever weights of an older version could be misread. */
const FORMAT = 1
const FILE = 'blend.json'

/** The file that keeps the weights with a version. */
export function blendFile(blend: EverybodyBlend): Readonly<Record<string, Uint8Array>> {
  const kept = { format: FORMAT, new: blend.new.weights, familiar: blend.familiar.weights }
  return { [FILE]: Buffer.from(JSON.stringify(kept)) }
}

/** The weights of a version; undefined where it has none, all of them are 0, or they are of another format. */
export function readBlend(files: Readonly<Record<string, Uint8Array>>): BlendWeights | undefined {
  const bytes = files[FILE]
  if (!bytes) return undefined
  const { format, ...weights } = JSON.parse(Buffer.from(bytes).toString()) as BlendWeights & {
    readonly format: number
  }
  const any = [weights.new, weights.familiar].some((of) => Object.values(of).some((weight) => weight > 0))
  return format === FORMAT && any ? weights : undefined
}
