import { PLAYLIST_SIGNALS } from '../collaborative/playlist-signals.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { StoredContinuation } from './continuation.ts'

/** A ranker of playlists as a version keeps it, and how much of it counts. */
export interface KeptContinuation {
  readonly ranker: StoredContinuation
  /** See `ContinuationChoice`. */
  readonly share: number
}

type Files = Readonly<Record<string, Uint8Array>>

/** Raised whenever files of an older version could be misread. */
const FORMAT = 1
const [JSON_FILE, MODEL_FILE] = ['continuation.json', 'continuation.onnx']

/** The files of a ranker: `continuation.onnx`, which any ONNX runtime reads, and how signals are scaled for it. */
export function continuationFiles({ ranker, share }: KeptContinuation): Files {
  const { onnx, ...rest } = ranker
  const described = { format: FORMAT, signals: PLAYLIST_SIGNALS, share, ...rest }
  return { [JSON_FILE]: Buffer.from(JSON.stringify(described)), [MODEL_FILE]: onnx }
}

/** The ranker in the files of a version; undefined where it has none. @throws MODEL_OLD when it reads other signals */
export function readContinuation(files: Files, version: number): KeptContinuation | undefined {
  const [json, onnx] = [files[JSON_FILE], files[MODEL_FILE]]
  if (!json || !onnx) return undefined
  const { format, signals, share, heads, scale } = JSON.parse(Buffer.from(json).toString()) as Omit<
    StoredContinuation,
    'onnx'
  > & { readonly format: number; readonly signals: readonly string[]; readonly share: number }
  if (format !== FORMAT || signals.join() !== PLAYLIST_SIGNALS.join())
    throw new DeepcutsError('MODEL_OLD', { version })
  return { ranker: { onnx, heads, scale }, share }
}
