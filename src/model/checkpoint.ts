import { DeepcutsError } from '../core/errors.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { FEATURE_COUNT, FEATURE_NAMES } from '../features/feature-names.ts'
import type { Ensemble } from './ensemble.ts'

/** All that predicting and explaining need besides the catalog and the log. */
export interface Checkpoint {
  readonly ensemble: Ensemble
  readonly audioScale: AudioScale
  /** n × FEATURE_COUNT raw features of plays that explanations start from, with and without knowledge of the sitting. */
  readonly background: { readonly rolling: Float32Array; readonly frozen: Float32Array }
}

type Files = Readonly<Record<string, Uint8Array>>

/** Raised whenever files of an older version could be misread. */
const FORMAT = 1

/** What of a checkpoint is JSON. */
interface Tables {
  readonly format: number
  /** The features it reads, in order: a model of other features is refused. */
  readonly features: readonly string[]
  readonly ensemble: Omit<Ensemble, 'onnx'>
  readonly audioScale: AudioScale
}

/** The files of a checkpoint: `<name>.onnx`, `<name>.json` and `<name>.background.f32`. The same checkpoint gives the same bytes. */
export function checkpointFiles(name: string, { ensemble, audioScale, background }: Checkpoint): Files {
  const { onnx, ...rest } = ensemble
  const tables: Tables = { format: FORMAT, features: FEATURE_NAMES, ensemble: rest, audioScale }
  return {
    [`${name}.onnx`]: onnx,
    [`${name}.json`]: Buffer.from(JSON.stringify(tables)),
    [`${name}.background.f32`]: Buffer.concat(
      [background.rolling, background.frozen].map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer, byteOffset, byteLength),
      ),
    ),
  }
}

/**
 * Reads a checkpoint from the files of a version.
 * @throws MODEL_OLD when it is of another format or reads other features
 */
export function readCheckpoint(files: Files, name: string, version: number): Checkpoint {
  const [onnx, json, table] = ['onnx', 'json', 'background.f32'].map((end) => files[`${name}.${end}`])
  const tables = json && (JSON.parse(Buffer.from(json).toString()) as Partial<Tables>)
  if (!onnx || !table || tables?.format !== FORMAT || tables.features?.join() !== FEATURE_NAMES.join())
    throw new DeepcutsError('MODEL_OLD', { version })
  const { ensemble, audioScale } = tables as Tables
  const rows = new Float32Array(Uint8Array.from(table).buffer)
  const half = (rows.length / FEATURE_COUNT / 2) * FEATURE_COUNT
  return {
    ensemble: { ...ensemble, onnx },
    audioScale,
    background: { rolling: rows.slice(0, half), frozen: rows.slice(half) },
  }
}
