import { DeepcutsError } from '../core/errors.ts'

/**
 * The text of a playlist file: UTF-8 or UTF-16 by its byte order mark, else UTF-8, else what Windows programs wrote before
 * (code page 1252).
 * @throws DeepcutsError FILE_EMPTY, NOT_A_PLAYLIST for bytes that are no text
 */
export function playlistText(bytes: Uint8Array, file: string): string {
  const text = decode(bytes).replace(/^\uFEFF/, '')
  if (text.trim() === '') throw new DeepcutsError('FILE_EMPTY', { file })
  if (text.includes('\u0000'))
    throw new DeepcutsError('NOT_A_PLAYLIST_FILE', { file, problem: 'it is not a text' })
  return text
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
