/** The few messages of onnx.proto (ONNX IR version 9) that a model of this folder is made of. */

export type OnnxType = 'float' | 'double' | 'int64' | 'bool'

export interface OnnxTensor {
  readonly name: string
  readonly type: OnnxType
  readonly dims: readonly number[]
  /** Little-endian values. */
  readonly raw: Uint8Array
}

export interface OnnxNode {
  readonly op: string
  /** '' leaves an optional input out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** An integer, a list of integers, or a real number given as { real }. */
export type Attribute = number | readonly number[] | { readonly real: number }

export interface OnnxValue {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

/** Opset 17 is the first with LayerNormalization; every runtime since 2022 reads it. */
const OPSET = 17
const IR_VERSION = 8
const DATA_TYPE: Readonly<Record<OnnxType, number>> = { float: 1, int64: 7, bool: 9, double: 11 }

/** An encoded message as pieces, so that large tensors are copied once. */
type Bytes = readonly Uint8Array[]

/** The bytes of an ONNX file (ModelProto) for a model. The same model gives the same bytes. */
export function onnxFile(model: OnnxModel): Uint8Array {
  const graph = [
    ...model.nodes.flatMap((node) => message(1, nodeProto(node))),
    ...text(2, 'graph'),
    ...model.constants.flatMap((tensor) => message(5, tensorProto(tensor))),
    ...model.inputs.flatMap((value) => message(11, valueProto(value))),
    ...model.outputs.flatMap((value) => message(12, valueProto(value))),
  ]
  return joined([
    ...int(1, IR_VERSION),
    ...text(2, 'deepcuts'),
    ...message(7, graph),
    ...message(8, [...text(1, ''), ...int(2, OPSET)]),
  ])
}

function nodeProto({ op, inputs, outputs, attributes }: OnnxNode): Bytes {
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(3, outputs[0]!),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) => message(5, attributeProto(name, value))),
  ]
}

function attributeProto(name: string, value: Attribute): Bytes {
  if (typeof value === 'number') return [...text(1, name), ...int(3, value), ...int(20, 2)]
  if ('real' in value) return [...text(1, name), ...float(2, value.real), ...int(20, 1)]
  return [...text(1, name), ...value.flatMap((item) => int(8, item)), ...int(20, 7)]
}

function tensorProto({ name, type, dims, raw }: OnnxTensor): Bytes {
  return [
    ...dims.flatMap((size) => int(1, size)),
    ...int(2, DATA_TYPE[type]),
    ...text(8, name),
    ...message(9, [raw]),
  ]
}

function valueProto({ name, type, shape }: OnnxValue): Bytes {
  const sizes = shape.flatMap((size) => message(1, typeof size === 'number' ? int(1, size) : text(2, size)))
  const tensor = [...int(1, DATA_TYPE[type]), ...message(2, sizes)]
  return [...text(1, name), ...message(2, message(1, tensor))]
}

// Protocol buffers, wire types 0 (varint), 2 (length-delimited) and 5 (32 bits).

function int(field: number, value: number): Bytes {
  return [Uint8Array.of(...varint(field << 3), ...varint(value))]
}

function float(field: number, value: number): Bytes {
  return [Uint8Array.of(...varint((field << 3) | 5)), new Uint8Array(Float32Array.of(value).buffer)]
}

function text(field: number, value: string): Bytes {
  return message(field, [new TextEncoder().encode(value)])
}

function message(field: number, content: Bytes): Bytes {
  const size = content.reduce((sum, piece) => sum + piece.length, 0)
  return [Uint8Array.of(...varint((field << 3) | 2), ...varint(size)), ...content]
}

function varint(value: number): number[] {
  let left = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return [...bytes, Number(left)]
}

function joined(pieces: Bytes): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
