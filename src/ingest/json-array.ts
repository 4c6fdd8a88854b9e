import { DeepcutsError } from '../core/errors.ts'
import { decode } from './text.ts'

const BATCH = 1 << 18
/** One element larger than this is no row of anything. */
const MAX_ELEMENT = 1 << 26

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

interface Scan {
  depth: number
  inString: boolean
  escaped: boolean
  /** Commas between elements since the last cut, and the position of the last of them. */
  commas: number
  cut: number
  /** Where the array closes, −1 before. */
  end: number
}

/**
 * Splits a streamed JSON array into batches of parsed elements: bytes are scanned for the commas between elements,
 * and about 256 KB at a time are parsed, so that a file of any size needs little memory.
 * @throws DeepcutsError FILE_EMPTY, FILE_NOT_UTF8, JSON_SHAPE, JSON_BROKEN and JSON_CUT with the row's number
 */
export async function* jsonRows(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly unknown[]> {
  let buffer = Buffer.allocUnsafe(BATCH * 4)
  let filled = 0
  let rows = 0
  let started = false
  const scan: Scan = { depth: 0, inString: false, escaped: false, commas: 0, cut: -1, end: -1 }

  for await (const chunk of chunks) {
    let from = filled
    if (filled + chunk.length > buffer.length) {
      if (filled > MAX_ELEMENT)
        throw new DeepcutsError('JSON_BROKEN', { file, where: `row ${rows + 1}: it never ends` })
      const larger = Buffer.allocUnsafe(2 * (filled + chunk.length))
      buffer.copy(larger, 0, 0, filled)
      buffer = larger
    }
    buffer.set(chunk, filled)
    filled += chunk.length
    if (!started) {
      const begin = arrayStart(buffer, filled, file)
      if (begin < 0) continue
      buffer.copyWithin(0, begin, filled)
      filled -= begin
      from = 0
      started = true
    }
    if (scan.end >= 0) {
      checkTail(buffer, scan.end + 1, filled, file)
      continue
    }
    scanBytes(scan, buffer, from, filled)
    if (scan.end >= 0) {
      checkTail(buffer, scan.end + 1, filled, file)
      continue
    }
    if (scan.cut >= BATCH) {
      buffer[scan.cut] = CLOSE
      const batch = parseBatch(buffer.subarray(0, scan.cut + 1), file, rows)
      // the comma becomes the bracket that opens the next batch
      buffer[scan.cut] = OPEN
      buffer.copyWithin(0, scan.cut, filled)
      filled -= scan.cut
      scan.cut = -1
      scan.commas = 0
      rows += batch.length
      yield batch
    }
  }
  if (!started) throw new DeepcutsError('FILE_EMPTY', { file })
  if (scan.end < 0) {
    decode(buffer.subarray(0, Math.max(0, scan.cut)), file, `near row ${rows + 1}`)
    throw new DeepcutsError('JSON_CUT', { file, where: `row ${rows + scan.commas + 1}` })
  }
  yield parseBatch(buffer.subarray(0, scan.end + 1), file, rows)
}

function scanBytes(scan: Scan, bytes: Uint8Array, from: number, to: number): void {
  let { depth, inString, escaped, commas, cut } = scan
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (inString) {
      if (escaped) escaped = false
      else if (byte === QUOTE) inString = false
      else if (byte === BACKSLASH) escaped = true
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN || byte === OPEN_OBJECT) depth++
    else if (byte === CLOSE || byte === CLOSE_OBJECT) {
      if (--depth === 0) {
        scan.end = i
        break
      }
    } else if (byte === COMMA && depth === 1) {
      commas++
      cut = i
    }
  }
  Object.assign(scan, { depth, inString, escaped, commas, cut })
}

function parseBatch(bytes: Uint8Array, file: string, rowsBefore: number): readonly unknown[] {
  const text = decode(bytes, file, `near row ${rowsBefore + 1}`)
  try {
    return JSON.parse(text) as unknown[]
  } catch {
    throw new DeepcutsError('JSON_BROKEN', { file, where: `row ${rowsBefore + brokenElement(bytes)}` })
  }
}

/** The number of the first element that does not parse, from 1. */
function brokenElement(bytes: Uint8Array): number {
  const scan: Scan = { depth: 0, inString: false, escaped: false, commas: 0, cut: -1, end: -1 }
  let start = 1
  let element = 1
  for (let i = 0; i < bytes.length; i++) {
    scanBytes(scan, bytes, i, i + 1)
    if (scan.commas < element && scan.end < 0) continue
    try {
      JSON.parse(Buffer.from(bytes.subarray(start, i)).toString())
    } catch {
      return element
    }
    start = i + 1
    element++
  }
  return element
}

/** Where the array opens, −1 while only white space has come. */
function arrayStart(bytes: Uint8Array, length: number, file: string): number {
  let i = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (i < length && isSpace(bytes[i]!)) i++
  if (i >= length) return -1
  if (bytes[i] === OPEN) return i
  if (bytes[i]! >= 0x80) throw new DeepcutsError('FILE_NOT_UTF8', { file, where: 'at its start' })
  if (bytes[i] === OPEN_OBJECT)
    throw new DeepcutsError('JSON_SHAPE', { file, expected: 'a list of rows', found: 'one object' })
  throw new DeepcutsError('JSON_BROKEN', { file, where: 'its first character' })
}

function checkTail(bytes: Uint8Array, from: number, to: number, file: string): void {
  for (let i = from; i < to; i++)
    if (!isSpace(bytes[i]!))
      throw new DeepcutsError('JSON_BROKEN', { file, where: 'its end: something follows the list' })
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
