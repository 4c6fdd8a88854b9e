import {
  add,
  addPositions,
  concat,
  dense,
  div,
  dropout,
  gather,
  gelu,
  layerNorm,
  matmul,
  mul,
  normal,
  reshape,
  type Tensor,
  transformerBlock,
} from '../graph/index.ts'
import { EVENT_KINDS, GAPS, HOURS, KINDS } from './event-inputs.ts'

/** What comes in of some histories: [batch, length], and the vectors of the tracks [batch, length, width]. */
export interface EncoderInputs {
  readonly tracks: Tensor
  readonly kind: Tensor
  readonly gap: Tensor
  readonly hour: Tensor
  readonly present: Tensor
}

export interface EncoderShape {
  /** A recency-weighted mean, or attention. */
  readonly kind: 'mean' | 'attention'
  readonly blocks: number
  readonly heads: number
  readonly dropout: number
}

/** How much of its track an event starts out with, by kind: what was skipped pushes away. */
const FIRST_GAIN: Readonly<Record<keyof typeof EVENT_KINDS, number>> = {
  skip: -0.5,
  finish: 1,
  unknown: 0.3,
  added: 1,
  start: 0,
}

/** Events after which a weight is half, of each of the means. */
const HALF_LIVES = [3, 20, Number.POSITIVE_INFINITY]

/**
 * The listener after each event, [batch, length, width]; a place reads itself and those before it alone. Its inner product with the
 * vector of a track is how much the track belongs next.
 */
export function listenerEncoder(inputs: EncoderInputs, shape: EncoderShape): Tensor {
  const { present } = inputs
  const [batch, length] = present.shape as [number | string, number]
  const heard = dropout(events(inputs), shape.dropout, 'events.dropout')
  const shown = mul(heard, reshape(present, [batch, length, 1]))
  return layerNorm(
    shape.kind === 'mean' ? means(shown, present) : attended(shown, present, shape),
    'listener',
  )
}

/** An event as a vector: its track, turned by what happened, and what happened, when, and how long after the one before. */
function events({ tracks, kind, gap, hour }: EncoderInputs): Tensor {
  const g = tracks.graph
  const width = tracks.shape.at(-1) as number
  const kinds = Object.entries(EVENT_KINDS).sort(([, a], [, b]) => a - b)
  const gains = kinds.flatMap(([name]) =>
    new Array<number>(width).fill(FIRST_GAIN[name as keyof typeof EVENT_KINDS]),
  )
  const gain = g.parameter('events.gain', [KINDS, width], () => gains, { decay: false })
  const table = (name: string, rows: number) =>
    g.parameter(`events.${name}`, [rows, width], normal(0.02), { decay: false })
  const about = add(gather(table('kind', KINDS), kind), gather(table('gap', GAPS), gap))
  return add(mul(tracks, gather(gain, kind)), add(about, gather(table('hour', HOURS), hour)))
}

/** Means of what is so far, by several half-lives, and what a small network makes of them. */
function means(shown: Tensor, present: Tensor): Tensor {
  const g = shown.graph
  const [batch, length, width] = shown.shape as [number | string, number, number]
  const parts = HALF_LIVES.map((halfLife) => {
    const weights = g.constant(recency(length, halfLife), [length, length])
    const total = matmul(weights, reshape(present, [batch, length, 1]))
    return div(matmul(weights, shown), add(total, 1e-6))
  })
  const mixed = dense(concat(parts, -1), width, 'means.mix', { initial: average })
  return add(mixed, dense(gelu(dense(mixed, 2 * width, 'means.up')), width, 'means.down'))
}

/** Parts side by side start out as their mean, so that a listener is from the first step near the tracks that they had. */
function average([rows, width]: readonly number[]): number[] {
  const share = width! / rows!
  return Array.from({ length: rows! * width! }, (_, at) =>
    Math.floor(at / width!) % width! === at % width! ? share : 0,
  )
}

/** [length, length]: how much the event of the column counts at the place of the row; nothing that comes later counts. */
function recency(length: number, halfLife: number): number[] {
  return Array.from({ length: length * length }, (_, at) => {
    const ago = Math.floor(at / length) - (at % length)
    return ago < 0 ? 0 : 2 ** (-ago / halfLife)
  })
}

function attended(shown: Tensor, present: Tensor, { blocks, heads, dropout }: EncoderShape): Tensor {
  let x = addPositions(shown, 'positions')
  for (let block = 0; block < blocks; block++)
    x = transformerBlock(x, `block${block}`, { heads, causal: true, present, dropout })
  return x
}
