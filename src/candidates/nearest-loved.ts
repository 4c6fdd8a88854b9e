import { hasAudio } from '../library/catalog.ts'
import { anchorsOf, soundDistance } from './sound.ts'
import type { SourceRequest } from './source.ts'

/** Further apart than this (mean squared standard deviations) nothing is called close. */
const CLOSE = 0.75

/** A function that gives the loved track closest in sound to a row, when one is close. */
export function nearestLoved(
  request: Pick<SourceRequest, 'listener' | 'catalog' | 'audio' | 'cluster' | 'from'>,
): (row: number) => number | undefined {
  const anchors = anchorsOf(request)
  return (row) => {
    if (!hasAudio(request.catalog, row)) return undefined
    let nearest: number | undefined
    let least = CLOSE
    for (const anchor of anchors) {
      const distance = soundDistance(request.audio, row, anchor)
      if (distance >= least) continue
      least = distance
      nearest = anchor
    }
    return nearest
  }
}
