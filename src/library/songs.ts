import { fold } from '../core/track.ts'
import type { Catalog } from './catalog.ts'

/** One key for all versions of a song: the artist and the title without what stands behind a dash or in brackets. */
export function songKey(catalog: Catalog, row: number): string {
  const title = fold(catalog.titles.at(row))
  const undashed = title.replace(/\s+-\s.*$/, '')
  return `${catalog.artist[row]}|${undashed.replace(/\s*[([].*$/, '') || undashed}`
}
