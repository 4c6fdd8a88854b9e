import { hasAudio } from '../library/catalog.ts'
import { anchorsOf, closestTo } from './sound.ts'
import { best, type Source, type SourceRequest } from './source.ts'

const MOST = 300
/** So many times more are drawn than are proposed. */
const DRAWN = 4

/**
 * New tracks drawn blindly from the whole catalog, of which the closest in sound come first: what nobody would have thought of. Those
 * without audio keep their share of them, in the order drawn.
 */
export const fresh: Source = {
  name: 'fresh',
  kind: 'new',
  most: MOST,
  propose(request) {
    const drawn = drawNew(request, DRAWN * MOST)
    const anchors = anchorsOf(request)
    if (anchors.length === 0) return drawn.slice(0, MOST)
    const closeness = closestTo(request.audio, anchors)
    const heard = drawn.filter((row) => hasAudio(request.catalog, row))
    const byContent = best(new Map(heard.map((row) => [row, -closeness(row)])), heard.length)
    const share = Math.min(1, MOST / drawn.length)
    const without = drawn.filter((row) => !hasAudio(request.catalog, row))
    return [
      ...byContent.slice(0, Math.ceil(share * heard.length)),
      ...without.slice(0, Math.ceil(share * without.length)),
    ].slice(0, MOST)
  },
}

/** Up to `most` new rows in random order, each once: all of them where the catalog is small. */
function drawNew({ catalog, listener, random }: SourceRequest, most: number): number[] {
  if (catalog.size <= 4 * most) {
    const all = Array.from({ length: catalog.size }, (_, row) => row).filter((row) => listener.isNew(row))
    return random.shuffle(all).slice(0, most)
  }
  const drawn = new Set<number>()
  for (let tries = 0; tries < 3 * most && drawn.size < most; tries++) {
    const row = random.int(catalog.size)
    if (listener.isNew(row)) drawn.add(row)
  }
  return [...drawn]
}
