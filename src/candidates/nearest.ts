import { anchorsOf, closestTo } from './sound.ts'
import { best, type Source } from './source.ts'

const MOST = 600

/** New tracks closest in sound to the tracks they love, or to where the mix comes from. */
export const nearest: Source = {
  name: 'nearest',
  kind: 'new',
  most: MOST,
  propose(request) {
    const { audio, index, listener } = request
    const anchors = anchorsOf(request)
    if (anchors.length === 0) return []
    const closeness = closestTo(audio, anchors)
    const scores = new Map<number, number>()
    for (const anchor of anchors)
      for (const row of index.soundsLike(anchor))
        if (!scores.has(row) && listener.isNew(row)) scores.set(row, -closeness(row))
    return best(scores, MOST)
  },
}
