/** Many short texts in two arrays: UTF-8 bytes and the offset of each. Decoded on demand. */
export interface Texts {
  readonly size: number
  readonly bytes: Uint8Array
  /** `size + 1` offsets into `bytes`. */
  readonly offsets: Uint32Array
  /** Text `i`, '' when out of range. */
  at(i: number): string
}

/** Packs texts. */
export function packTexts(texts: readonly string[]): Texts {
  const offsets = new Uint32Array(texts.length + 1)
  let total = 0
  texts.forEach((text, i) => {
    total += Buffer.byteLength(text)
    offsets[i + 1] = total
  })
  const bytes = Buffer.allocUnsafe(total)
  texts.forEach((text, i) => {
    bytes.write(text, offsets[i]!)
  })
  return wrapTexts(bytes, offsets)
}

/** Texts over arrays that already exist, such as a mapped file. */
export function wrapTexts(bytes: Uint8Array, offsets: Uint32Array): Texts {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: offsets.length - 1,
    bytes,
    offsets,
    at: (i) =>
      i >= 0 && i < offsets.length - 1 ? buffer.toString('utf8', offsets[i]!, offsets[i + 1]!) : '',
  }
}
