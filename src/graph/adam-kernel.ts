/** The numbers of one step of Adam, the bias corrections in rate and epsilon. */
export interface AdamNumbers {
  readonly rate: number
  readonly epsilon: number
  readonly beta1: number
  readonly beta2: number
}

/** Rows of values with their moments, and Adam on some of them. */
export interface AdamRows {
  /** rows × width values, row after row. */
  readonly values: Float32Array
  readonly first: Float32Array
  readonly second: Float32Array
  /** A step on distinct `rows`, whose gradients lie one after the other. */
  step(rows: Int32Array, gradients: Float32Array, numbers: AdamNumbers): void
}

/** What this file uses of WebAssembly, whose values the types of Node leave out. */
const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly
interface Wasm {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

const PAGE = 65_536
const LARGEST = 65_536 * PAGE
/** Rows whose gradients are copied in at a time: few enough to stay in the processor's cache. */
const CHUNK = 1024

/**
 * Rows of zeros in the memory of a WebAssembly module that takes four values at once: a third of the time of the loop in
 * JavaScript. That loop remains for widths that four does not divide, and for tables beyond the 4 GB of such a memory.
 */
export function adamRows(rows: number, width: number): AdamRows {
  const size = rows * width * 4
  const chunk = CHUNK * (1 + width) * 4
  return width % 4 === 0 && chunk + 3 * size <= LARGEST ? vectorRows(rows, width) : plainRows(rows, width)
}

/** The same in JavaScript. */
export function plainRows(count: number, width: number): AdamRows {
  const [values, first, second] = [0, 1, 2].map(() => new Float32Array(count * width)) as Three
  return {
    values,
    first,
    second,
    step(rows, gradients, { rate, epsilon, beta1, beta2 }) {
      const [rest1, rest2] = [1 - beta1, 1 - beta2]
      for (let i = 0; i < rows.length; i++) {
        const from = i * width
        const to = rows[i]! * width
        for (let j = 0; j < width; j++) {
          const g = gradients[from + j]!
          const m = beta1 * first[to + j]! + rest1 * g
          const v = beta2 * second[to + j]! + rest2 * g * g
          first[to + j] = m
          second[to + j] = v
          values[to + j]! -= (rate * m) / (Math.sqrt(v) + epsilon)
        }
      }
    },
  }
}

type Three = [Float32Array, Float32Array, Float32Array]
type Kernel = (
  ...pointersAndNumbers: [
    ...[rows: number, gradients: number, count: number, bytes: number],
    ...[values: number, first: number, second: number],
    ...[rate: number, epsilon: number, beta1: number, beta2: number, rest1: number, rest2: number],
  ]
) => void

function vectorRows(count: number, width: number): AdamRows {
  const bytes = width * 4
  const size = count * bytes
  const gradientsAt = CHUNK * 4
  const at = gradientsAt + CHUNK * bytes
  const memory = new wasm.Memory({ initial: Math.ceil((at + 3 * size) / PAGE) })
  const { exports } = new wasm.Instance(new wasm.Module(moduleBytes()), { m: { m: memory } })
  const kernel = exports.step as Kernel
  const view = (start: number) => new Float32Array(memory.buffer, start, count * width)
  const rowsIn = new Int32Array(memory.buffer, 0, CHUNK)
  const gradientsIn = new Float32Array(memory.buffer, gradientsAt, CHUNK * width)
  return {
    values: view(at),
    first: view(at + size),
    second: view(at + 2 * size),
    step(rows, gradients, { rate, epsilon, beta1, beta2 }) {
      for (let start = 0; start < rows.length; start += CHUNK) {
        const end = Math.min(start + CHUNK, rows.length)
        rowsIn.set(rows.subarray(start, end))
        gradientsIn.set(gradients.subarray(start * width, end * width))
        const numbers = [rate, epsilon, beta1, beta2, 1 - beta1, 1 - beta2] as const
        kernel(0, gradientsAt, end - start, bytes, at, at + size, at + 2 * size, ...numbers)
      }
    },
  }
}

/** The WebAssembly module: the inner loops of `plainRows` over f32x4, byte by byte. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [I32, F32, V128, NOTHING] = [0x7f, 0x7d, 0x7b, 0x40]
  // Parameters, then locals; the numbers of the step spread to four lanes each.
  const [rows, gradient, count, bytes, values, first, second] = [0, 1, 2, 3, 4, 5, 6]
  const [rate, epsilon, beta1, beta2, rest1, rest2] = [13, 14, 15, 16, 17, 18]
  const [g, m, v, offset, stop] = [19, 20, 21, 22, 23]
  const get = (local: number) => [0x20, local]
  const set = (local: number, value: number[]) => [...value, 0x21, local]
  const [ADD, SUB, MUL, LESS, LOAD, END] = [0x6a, 0x6b, 0x6c, 0x49, [0x28, 2, 0], 0x0b]
  const integer = (value: number) => [0x41, value]
  const lanes = (op: number) => (a: number[], b: number[]) => [...a, ...b, 0xfd, op, 1]
  const [add, sub, mul, div] = [0xe4, 0xe5, 0xe6, 0xe7].map(lanes) as [Lanes, Lanes, Lanes, Lanes]
  const sqrt = (a: number[]) => [...a, 0xfd, 0xe3, 1]
  const place = (base: number) => [...get(base), ...get(offset), ADD]
  const load = (address: number[]) => [...address, 0xfd, 0, 2, 0]
  const store = (base: number, value: number[]) => [...place(base), ...value, 0xfd, 0x0b, 2, 0]
  const again = (condition: number[]) => [...condition, 0x0d, 0, END]
  const advance = (local: number, by: number) => set(local, [...get(local), ...integer(by), ADD])

  const one = [
    ...set(g, load(get(gradient))),
    ...set(m, add(mul(get(beta1), load(place(first))), mul(get(rest1), get(g)))),
    ...set(v, add(mul(get(beta2), load(place(second))), mul(get(rest2), mul(get(g), get(g))))),
    ...store(first, get(m)),
    ...store(second, get(v)),
    ...store(values, sub(load(place(values)), div(mul(get(rate), get(m)), add(sqrt(get(v)), get(epsilon))))),
    ...advance(offset, 16),
    ...advance(gradient, 16),
  ]
  const row = [
    ...set(offset, [...get(rows), ...LOAD, ...get(bytes), MUL]),
    ...set(stop, [...get(gradient), ...get(bytes), ADD]),
    ...[0x03, NOTHING, ...one, ...again([...get(gradient), ...get(stop), LESS])],
    ...advance(rows, 4),
    ...set(count, [...get(count), ...integer(1), SUB]),
  ]
  const spread = [rate, epsilon, beta1, beta2, rest1, rest2].flatMap((local, i) =>
    set(local, [...get(7 + i), 0xfd, 0x13]),
  )
  const body = [...[2, 9, V128, 2, I32], ...[...spread, 0x03, NOTHING, ...row, ...again(get(count)), END]]
  const type = [1, 0x60, 13, ...new Array<number>(7).fill(I32), ...new Array<number>(6).fill(F32), 0]
  const name = [...new TextEncoder().encode('step')]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, type),
    // The memory, imported as m.m with at least 0 pages.
    ...section(2, [1, 1, 0x6d, 1, 0x6d, 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, name.length, ...name, 0, 0]),
    ...section(10, [1, ...length(body), ...body]),
  ])
}

type Lanes = (a: number[], b: number[]) => number[]

function section(id: number, content: readonly number[]): number[] {
  return [id, ...length(content), ...content]
}

/** A length below 2¹⁴ in two bytes of LEB128. */
function length(content: readonly number[]): number[] {
  return [(content.length & 0x7f) | 0x80, content.length >> 7]
}
