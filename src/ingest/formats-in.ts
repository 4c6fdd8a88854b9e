import { DeepcutsError } from '../core/errors.ts'
import { isOfTracks } from '../library/import-record.ts'
import { isFormat } from './format.ts'
import { openPath } from './open-path.ts'
import { recognise } from './recognise.ts'

/** Whether an import's format is of files that name their own listeners, with or without tables of tracks beside them. */
export function namesListeners(format: string): boolean {
  const formats = format.split('+')
  return formats.includes('listens') && formats.every((one) => one === 'listens' || isOfTracks(one))
}

/**
 * Whether paths name their own listeners, or hold tracks alone, so that nobody has to say whose they are. What cannot be read
 * holds nothing: importing it says why.
 */
export async function belongToNobody(paths: readonly string[], as?: string): Promise<boolean> {
  for (const path of paths) {
    const formats = await formatsIn(path, as)
    if (!formats.every(isOfTracks) && !namesListeners(formats.join('+'))) return false
  }
  return true
}

async function formatsIn(path: string, as: string | undefined): Promise<readonly string[]> {
  try {
    const opened = await openPath(path)
    try {
      const { files } = await recognise(opened, as !== undefined && isFormat(as) ? as : undefined)
      return files.map((file) => file.as.format)
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (error instanceof DeepcutsError) return []
    throw error
  }
}
