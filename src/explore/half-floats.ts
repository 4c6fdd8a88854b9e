/** The largest number that a half float holds; larger ones are cut to it. */
const LARGEST = 65504

const single = new Float32Array(1)
const bits = new Uint32Array(single.buffer)

/** The nearest number that a half float (IEEE 754 binary16) holds; what a log keeps of a score, and so what a draw goes by. */
export function toHalfPrecision(value: number): number {
  return fromHalf(toHalf(value))
}

/** Numbers as little-endian half floats in base64. */
export function encodeHalfFloats(values: ArrayLike<number>): string {
  const out = Buffer.allocUnsafe(2 * values.length)
  const singles = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) singles[i] = bounded(values[i]!)
  const words = new Uint32Array(singles.buffer)
  for (let i = 0; i < words.length; i++) {
    const half = halfOf(words[i]!)
    out[2 * i] = half & 0xff
    out[2 * i + 1] = half >>> 8
  }
  return out.toString('base64')
}

/** The numbers of `encodeHalfFloats`. */
export function decodeHalfFloats(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64')
  return Float64Array.from({ length: bytes.length >> 1 }, (_, i) => fromHalf(bytes.readUInt16LE(2 * i)))
}

const bounded = (value: number) => (value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value)

function toHalf(value: number): number {
  single[0] = bounded(value)
  return halfOf(bits[0]!)
}

/** @param word the bits of a single float */
function halfOf(word: number): number {
  const sign = (word >>> 16) & 0x8000
  const exponent = ((word >>> 23) & 0xff) - 112
  const mantissa = word & 0x7fffff
  if (exponent >= 31) return sign | 0x7e00
  if (exponent <= 0) {
    if (exponent < -10) return sign
    const shifted = (mantissa | 0x800000) >>> (1 - exponent)
    return sign | ((shifted + 0x1000) >>> 13)
  }
  return sign | (((exponent << 10) | (mantissa >>> 13)) + ((mantissa >>> 12) & 1))
}

/** 2 to the power of the exponent of a half float, per bit of its fraction. */
const UNIT = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(1, exponent) - 25))

function fromHalf(half: number): number {
  const exponent = (half >>> 10) & 31
  if (exponent === 31) return Number.NaN
  const fraction = half & 1023
  const size = (exponent === 0 ? fraction : 1024 + fraction) * UNIT[exponent]!
  return half & 0x8000 ? -size : size
}
