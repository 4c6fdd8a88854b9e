import { UNKNOWN } from '../core/labels.ts'
import type { Progress } from '../core/progress.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { FEATURE_COUNT } from '../features/feature-names.ts'
import { COUNTS, describeLog, type Examples, type View } from './dataset.ts'
import { audioScaleOf, historyMaker, type ListenerData } from './listener-data.ts'

/** Both views of the same plays: row i of one is row i of the other. */
export type Views = Readonly<Record<View, Examples>>

/** Plays `… to` as a model of their time sees them. */
export interface DescribedPlays {
  readonly audioScale: AudioScale
  readonly views: Views
}

const VIEWS = ['rolling', 'frozen'] as const satisfies readonly View[]

/** Describes the latest `most` plays with a known outcome before `to`, in both views, over a history of all plays before them. */
export function describeViews(
  data: ListenerData,
  to: number,
  most: number,
  progress: Progress,
  audioScale: AudioScale = audioScaleOf(data, to),
): DescribedPlays {
  const newHistory = historyMaker(data, audioScale)
  const from = latest(data.log.outcome, to, most)
  progress.stage('describing plays', VIEWS.length, 'views')
  const described = VIEWS.map((view, i) => {
    const examples = describeLog(data.log, newHistory(), view, { from, to })
    progress.at(i + 1)
    return examples
  })
  progress.done()
  return { audioScale, views: { rolling: described[0]!, frozen: described[1]! } }
}

/** The index from which on `most` plays before `to` have a known outcome. */
function latest(outcomes: Int8Array, to: number, most: number): number {
  let known = 0
  for (let i = to - 1; i >= 0; i--) if (outcomes[i] !== UNKNOWN && ++known >= most) return i
  return 0
}

/** The last part of the plays, on which settings are chosen and probabilities calibrated. */
const VALIDATION_SHARE = 0.2

/** All plays but the last fifth, in both views. */
export function earlierPart({ rolling, frozen }: Views): Views {
  const cut = cutOf(rolling)
  return { rolling: part(rolling, 0, cut), frozen: part(frozen, 0, cut) }
}

/** The last fifth of the plays, in both views. */
export function recentPart({ rolling, frozen }: Views): Views {
  const cut = cutOf(rolling)
  return { rolling: part(rolling, cut, rolling.size), frozen: part(frozen, cut, frozen.size) }
}

const cutOf = ({ size }: Examples) => Math.floor(size * (1 - VALIDATION_SHARE))

/** Both views, one after the other. */
export function both({ rolling, frozen }: Views): Pick<Examples, 'size' | 'raw' | 'label' | 'play'> {
  const raw = new Float32Array(2 * rolling.raw.length)
  raw.set(rolling.raw)
  raw.set(frozen.raw, rolling.raw.length)
  return {
    size: 2 * rolling.size,
    raw,
    label: Uint8Array.from([...rolling.label, ...frozen.label]),
    play: Int32Array.from([...rolling.play, ...frozen.play]),
  }
}

function part(examples: Examples, from: number, to: number): Examples {
  return {
    size: to - from,
    raw: examples.raw.subarray(from * FEATURE_COUNT, to * FEATURE_COUNT),
    label: examples.label.subarray(from, to),
    play: examples.play.subarray(from, to),
    sitting: examples.sitting.subarray(from, to),
    firstPlay: examples.firstPlay.subarray(from, to),
    counts: examples.counts.subarray(from * COUNTS.stride, to * COUNTS.stride),
  }
}
