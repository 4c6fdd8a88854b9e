import { DeepcutsError } from '../core/errors.ts'
import type { Encoder } from '../features/encoder.ts'
import type { NamedValues } from '../graph/index.ts'
import { type TasteShape, tasteNetworks } from './taste-network.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Learned vectors, rows × width each; row 0 is what is not known. */
export interface TasteTables {
  readonly artist: Float32Array
  readonly tags: Float32Array
  readonly id: Float32Array
}

/** All that serving a taste model needs, and going on with its training. */
export interface TasteCheckpoint {
  readonly shape: TasteShape
  /** How the numbers known of a track are encoded. */
  readonly features: Encoder
  readonly vocabulary: Vocabulary
  readonly tables: TasteTables
  readonly parameters: NamedValues
}

type Files = Readonly<Record<string, Uint8Array>>

/** Raised whenever files of an older version could be misread. */
const FORMAT = 1

/** What of a checkpoint is JSON. */
interface Described {
  readonly format: number
  readonly shape: TasteShape
  readonly features: Encoder
  readonly vocabulary: Vocabulary
  /** Name and number of values of each parameter, in the order of their file. */
  readonly parameters: readonly (readonly [name: string, size: number])[]
}

/**
 * The files of a checkpoint: `<name>.json`, `<name>.tower.onnx` and `<name>.encoder.onnx` for any ONNX runtime, and as 32-bit numbers the
 * tables and the parameters. The same checkpoint gives the same bytes.
 */
export function tasteFiles(name: string, checkpoint: TasteCheckpoint): Files {
  const { shape, features, vocabulary, tables, parameters } = checkpoint
  const described: Described = {
    format: FORMAT,
    shape,
    features,
    vocabulary,
    parameters: Object.entries(parameters).map(([key, values]) => [key, values.length]),
  }
  const { tower, encoder } = tasteNetworks(shape, parameters)
  return {
    [`${name}.json`]: Buffer.from(JSON.stringify(described)),
    [`${name}.tower.onnx`]: tower,
    [`${name}.encoder.onnx`]: encoder,
    [`${name}.tables.f32`]: bytesOf([tables.artist, tables.tags, tables.id]),
    [`${name}.parameters.f32`]: bytesOf(Object.values(parameters).map((values) => Float32Array.from(values))),
  }
}

/**
 * Reads a checkpoint from the files of a version.
 * @throws MODEL_OLD when it is of another format, or its tables are not of its vocabulary
 */
export function readTaste(files: Files, name: string, version: number): TasteCheckpoint {
  const [json, tables, values] = ['json', 'tables.f32', 'parameters.f32'].map(
    (end) => files[`${name}.${end}`],
  )
  const described = json && (JSON.parse(Buffer.from(json).toString()) as Partial<Described>)
  if (!tables || !values || described?.format !== FORMAT) throw new DeepcutsError('MODEL_OLD', { version })
  const { shape, features, vocabulary, parameters } = described as Described
  const sizes = rowsOfTables(vocabulary, shape.ids).map((rows) => rows * shape.width)
  const [parts, rest] = cut(tables, sizes)
  const [flat, more] = cut(
    values,
    parameters.map(([, size]) => size),
  )
  if (rest !== 0 || more !== 0) throw new DeepcutsError('MODEL_OLD', { version })
  const [artist, tags, id] = parts as [Float32Array, Float32Array, Float32Array]
  return {
    shape,
    features,
    vocabulary,
    tables: { artist, tags, id },
    parameters: Object.fromEntries(parameters.map(([key], at) => [key, flat[at]!])),
  }
}

/** Rows of the tables of artists, tags and tracks. */
export function rowsOfTables(
  { artists, tags, items }: Vocabulary,
  ids: boolean,
): [artist: number, tags: number, id: number] {
  return [artists.length + 1, tags.length + 1, (ids ? items.length : 0) + 1]
}

function bytesOf(lists: readonly Float32Array[]): Uint8Array {
  return Buffer.concat(
    lists.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
}

/** Lists of these sizes one after the other, and how many values are left; fewer than none where they do not suffice. */
function cut(bytes: Uint8Array, sizes: readonly number[]): [Float32Array[], number] {
  const all = new Float32Array(Uint8Array.from(bytes).buffer)
  let at = 0
  const parts = sizes.map((size) => {
    at += size
    return all.slice(at - size, at)
  })
  return [parts, all.length - at]
}
