import { GraphError } from './errors.ts'
import type { NamedValues } from './trainer.ts'

/** Numbers of fields of onnx.proto. */
const MODEL_GRAPH = 7
const GRAPH_INITIALIZER = 5
const TENSOR = { type: 2, name: 8, raw: 9 } as const
const FLOAT32 = 1

/**
 * The parameters in a file that `inferenceModel` wrote, by name: what `trainer.load` goes on from. Constants of the graph are left out.
 * @throws GraphError when the bytes are no such file
 */
export function readParameters(onnx: Uint8Array): NamedValues {
  const found: NamedValues = {}
  for (const graph of contentsOf(onnx, MODEL_GRAPH))
    for (const tensor of contentsOf(graph, GRAPH_INITIALIZER)) {
      let [name, type, raw] = ['', 0, new Uint8Array()]
      for (const { field, number, content } of fieldsOf(tensor)) {
        if (field === TENSOR.name) name = Buffer.from(content).toString()
        if (field === TENSOR.type) type = number
        if (field === TENSOR.raw) raw = content
      }
      // Names that begin with ~ are the compiler's own.
      if (type !== FLOAT32 || name.startsWith('~')) continue
      found[name] = new Float32Array(Uint8Array.from(raw).buffer)
    }
  return found
}

interface Field {
  readonly field: number
  /** Of a varint. */
  readonly number: number
  /** Of a length-delimited field. */
  readonly content: Uint8Array<ArrayBuffer>
}

function contentsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  return [...fieldsOf(message)].filter(({ field }) => field === wanted).map(({ content }) => content)
}

/** The fields of a protocol buffer, in order. */
function* fieldsOf(message: Uint8Array): Iterable<Field> {
  let at = 0
  const varint = () => {
    let [value, factor] = [0, 1]
    for (;;) {
      const byte = message[at++]
      if (byte === undefined) throw new GraphError('The bytes are no ONNX file: they end too early.')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }
  const take = (length: number) => {
    if (at + length > message.length) throw new GraphError('The bytes are no ONNX file: they end too early.')
    at += length
    return message.slice(at - length, at) as Uint8Array<ArrayBuffer>
  }
  const none = new Uint8Array()
  while (at < message.length) {
    const tag = varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    if (wire === 0) yield { field, number: varint(), content: none }
    else if (wire === 2) yield { field, number: 0, content: take(varint()) }
    else if (wire === 5) yield { field, number: 0, content: take(4) }
    else throw new GraphError(`The bytes are no ONNX file: they hold a field of kind ${wire}.`)
  }
}
