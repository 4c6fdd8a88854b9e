import { paint } from './painter.ts'
import { view } from './viewer.ts'
import { decoded, hitGrid, searchable, searched, wholeView, zoomed } from './viewer-parts.ts'

const PARTS = { decoded, hitGrid, searchable, searched, wholeView, zoomed, paint }

/** The program of the page as text: each of its functions as it is written, and the call that starts it (docs/decisions/map.md). */
export function viewerScript(): string {
  const parts = Object.entries(PARTS).map(([name, part]) => `${name}: ${part}`)
  // Text that would end the script element may not stand in it.
  return `(${view})({${parts.join(',\n')}})`.replaceAll('</', '<\\/')
}
