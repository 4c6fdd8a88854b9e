import { DeepcutsError } from '../core/errors.ts'
import { jsonRows } from './json-array.ts'

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const LONGEST_KEY = 100

/**
 * The elements of a list that is a property of the one object in a streamed JSON file, in batches as `jsonRows` gives them; what stands beside it is
 * passed over.
 * @throws DeepcutsError JSON_SHAPE where there is no such list, and what `jsonRows` throws
 */
export async function* jsonListIn(
  bytes: AsyncIterable<Uint8Array>,
  key: string,
  file: string,
): AsyncGenerator<readonly unknown[]> {
  const state = { found: false }
  const list = listBytes(bytes, key, state)
  try {
    yield* jsonRows(list, file)
  } catch (error) {
    if (!state.found && error instanceof DeepcutsError && error.code === 'FILE_EMPTY')
      throw new DeepcutsError('JSON_SHAPE', {
        file,
        expected: `a list named "${key}"`,
        found: 'no such list',
      })
    throw error
  }
}

/** The bytes from the bracket that opens the list to the one that closes it. */
async function* listBytes(
  bytes: AsyncIterable<Uint8Array>,
  key: string,
  state: { found: boolean },
): AsyncGenerator<Uint8Array> {
  let [depth, inString, escaped, ended] = [0, false, false, false]
  /** The text that was read last at the depth of the object's own keys. */
  let text = ''
  for await (const chunk of bytes) {
    if (ended) continue
    let from = state.found ? 0 : -1
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
        if (inString && depth === 1 && !state.found && text.length <= LONGEST_KEY)
          text += String.fromCharCode(byte)
      } else if (byte === QUOTE) {
        inString = true
        if (depth === 1 && !state.found) text = ''
      } else if (byte === OPEN || byte === OPEN_OBJECT) {
        if (byte === OPEN && depth === 1 && text === key && !state.found) {
          state.found = true
          from = i
        }
        depth++
      } else if (byte === CLOSE || byte === CLOSE_OBJECT) {
        depth--
        if (state.found && depth === 1) {
          ended = true
          yield chunk.subarray(from, i + 1)
          break
        }
      }
    }
    if (from >= 0 && !ended) yield chunk.subarray(from)
  }
}
