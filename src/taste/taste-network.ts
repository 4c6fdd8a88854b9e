import {
  dots,
  equal,
  graph,
  inferenceModel,
  type NamedValues,
  reshape,
  rowDots,
  sampledSoftmax,
  slice,
  type Tensor,
  weightedMean,
} from '../graph/index.ts'
import { type EncoderShape, listenerEncoder } from './listener-encoder.ts'
import { trackTower } from './track-tower.ts'

/** What a taste model is built of. Plain data. */
export interface TasteShape {
  /** Of every vector. */
  readonly width: number
  /** Events that the encoder reads. */
  readonly length: number
  /** Inputs of a track beside its artist, tags and own vector. */
  readonly features: number
  /** Whether tracks have a vector of their own. */
  readonly ids: boolean
  readonly encoder: EncoderShape
}

export interface TrainingShape extends TasteShape {
  /** Histories in a batch; fewer are padded. */
  readonly batch: number
  /** Tracks drawn for each batch to be told apart from the right ones. */
  readonly negatives: number
  readonly seed: number
}

const EVENT_NAMES = ['kind', 'gap', 'hour', 'present'] as const

/**
 * The loss of a batch: at each place of a history a track that follows against sampled ones, by a softmax that takes back how likely each
 * was to be drawn (log-Q). Its rows of tracks are batch × length of the histories, as many that are to be foreseen, then the negatives. Inputs: `features`, `artist`, `tags`, `id` of the rows; `kind`, `gap`, `hour`, `present` [batch, length]; `right` and `wrong`,
 * the numbers of the tracks foreseen and drawn, `rightLogQ` and `wrongLogQ`; `weight` [batch, length], 0 where nothing is to be foreseen.
 */
export function tasteLoss(shape: TrainingShape): Tensor {
  const { batch, length, width, negatives, features, ids, seed } = shape
  const g = graph({ seed })
  const own = batch * length
  const rows = 2 * own + negatives
  const marked = { gradient: true }
  const row = (name: string) => g.input(name, [rows, width], marked)
  const tracks = trackTower(
    {
      features: g.input('features', [rows, features]),
      artist: row('artist'),
      tags: row('tags'),
      ...(ids && { id: row('id') }),
    },
    shape.encoder.dropout,
  )
  const placed = (from: number) => reshape(slice(tracks, 0, from, from + own), [batch, length, width])
  const [kind, gap, hour, present] = EVENT_NAMES.map((name) => g.input(name, [batch, length])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const listener = listenerEncoder({ tracks: placed(0), kind, gap, hour, present }, shape.encoder)
  const right = g.input('right', [batch, length])
  const wrong = g.input('wrong', [negatives])
  const loss = sampledSoftmax(
    rowDots(listener, placed(own)),
    dots(listener, slice(tracks, 0, 2 * own, rows)),
    {
      except: equal(reshape(right, [batch, length, 1]), wrong),
      logQ: {
        positive: g.input('rightLogQ', [batch, length]),
        negatives: g.input('wrongLogQ', [negatives]),
      },
    },
  )
  return weightedMean(loss, g.input('weight', [batch, length]))
}

/** The two networks of a trained model as ONNX files: `tower`, rows of a track → `vector`; `encoder`, a history → `listener`. */
export function tasteNetworks(
  shape: TasteShape,
  parameters: NamedValues,
): { readonly tower: Uint8Array; readonly encoder: Uint8Array } {
  const { length, width, features, ids } = shape
  const g = graph()
  const row = (name: string) => g.input(name, ['rows', width])
  const vector = trackTower(
    {
      features: g.input('features', ['rows', features]),
      artist: row('artist'),
      tags: row('tags'),
      ...(ids && { id: row('id') }),
    },
    0,
  )
  const [kind, gap, hour, present] = EVENT_NAMES.map((name) => g.input(name, ['batch', length])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const tracks = g.input('tracks', ['batch', length, width])
  const all = listenerEncoder({ tracks, kind, gap, hour, present }, { ...shape.encoder, dropout: 0 })
  const listener = reshape(slice(all, 1, length - 1, length), ['batch', width])
  return {
    tower: inferenceModel({ vector }, parameters),
    encoder: inferenceModel({ listener }, parameters),
  }
}
