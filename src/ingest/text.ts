import { DeepcutsError } from '../core/errors.ts'

/** Files that are one JSON object are read whole; none known comes near this. */
const MAX_WHOLE = 2 ** 28

/**
 * Reads a whole file of at most 256 MB as UTF-8, without a byte order mark.
 * @throws DeepcutsError FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_UTF8
 */
async function wholeText(bytes: AsyncIterable<Uint8Array>, file: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > MAX_WHOLE) throw new DeepcutsError('FILE_TOO_LARGE', { file, limit: '256 MB' })
    chunks.push(chunk)
  }
  const text = decode(Buffer.concat(chunks), file, 'somewhere in it')
  if (!text.trim()) throw new DeepcutsError('FILE_EMPTY', { file })
  return text
}

/**
 * Reads a whole JSON file.
 * @throws DeepcutsError JSON_BROKEN, JSON_CUT, and what `wholeText` throws. Never quotes the content.
 */
export async function wholeJson(bytes: AsyncIterable<Uint8Array>, file: string): Promise<unknown> {
  const text = await wholeText(bytes, file)
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /at position (\d+)/.exec(message)?.[1]
    if (/end of JSON|unterminated string/i.test(message))
      throw new DeepcutsError('JSON_CUT', { file, where: 'its content' })
    throw new DeepcutsError('JSON_BROKEN', { file, where: position ? `character ${position}` : 'some place' })
  }
}

/**
 * Decodes UTF-8, leaving out a byte order mark.
 * @throws DeepcutsError FILE_NOT_UTF8
 */
export function decode(bytes: Uint8Array, file: string, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new DeepcutsError('FILE_NOT_UTF8', { file, where })
  }
}

/** The first character of a text that is no white space, '' where there is none, with all of its bytes. */
export async function opening(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly first: string; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let first = ''
  while (first === '') {
    const { value, done } = await iterator.next()
    if (done) break
    read.push(value)
    first = new TextDecoder().decode(value).trimStart().charAt(0)
  }
  async function* all() {
    try {
      yield* read
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
  }
  return { first, all: all() }
}

/** Decodes a stream of UTF-8 bytes piece by piece. */
export async function* textPieces(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let read = 0
  try {
    for await (const chunk of bytes) {
      yield decoder.decode(chunk, { stream: true })
      read += chunk.length
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new DeepcutsError('FILE_NOT_UTF8', { file, where: `after ${read} bytes` })
  }
}

/** The non-empty lines of a text stream, in batches. */
export async function* lines(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const piece of textPieces(bytes, file)) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop()!
    if (rest.length > MAX_WHOLE) throw new DeepcutsError('FILE_TOO_LARGE', { file, limit: '256 MB a line' })
    yield parts.filter((line) => line.trim())
  }
  if (rest.trim()) yield [rest]
}
