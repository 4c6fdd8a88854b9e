import { localTimeIn } from '../core/clock.ts'
import { type AudioScale, fitAudioScale, scaleAudio } from '../features/audio-scale.ts'
import { type History, startHistory } from '../features/history.ts'
import type { Catalog } from '../library/catalog.ts'
import type { Library } from '../library/library.ts'
import type { ListenerRow } from '../library/listeners.ts'
import type { ListeningLog } from '../library/listening-log.ts'
import { lastOpinions } from '../library/refusals.ts'
import type { Opinions } from './targets.ts'

/** All that is learned from: one listener's log over the catalog. */
export interface ListenerData {
  readonly listener: ListenerRow
  readonly catalog: Catalog
  readonly log: ListeningLog
  /** What the listener said of tracks: mostly undated, so it is something to learn to foresee, and never a feature. */
  readonly opinions: Opinions
}

/** Reads a listener's data. @throws UNKNOWN_LISTENER */
export async function readListenerData(library: Library, name: string): Promise<ListenerData> {
  const listener = await library.listeners.get(name)
  return {
    listener,
    catalog: await library.catalog(),
    log: await library.log(listener),
    opinions: await readOpinions(library, listener),
  }
}

/** What a listener likes: saved, on a playlist of their own, or liked by hand, unless the last word on the track is a no. What is dated counts from its date on. */
export async function readOpinions(library: Library, listener: ListenerRow): Promise<Opinions> {
  const [saved, catalog] = [await library.saved(listener), await library.catalog()]
  const feedback = await library.feedback.list(listener.id)
  const byMoment = new Map<number, ReturnType<typeof lastOpinions>>()
  const opinionsAt = (at: number) => {
    const known =
      byMoment.get(at) ??
      lastOpinions(
        feedback.filter((said) => said.at === undefined || said.at <= at),
        catalog,
        at,
      )
    byMoment.set(at, known)
    return known
  }
  return {
    liked(row, at) {
      const { liked, disliked } = opinionsAt(at)
      return liked.has(row) || (saved.has(row) && !disliked.has(row))
    },
  }
}

/**
 * A text that changes with what makes another training worth its time: imports and splits, exclusions, the time zone. A like or a dislike
 * alone does not: it counts in the next mix without a training.
 */
export async function dataState(library: Library, { id, timeZone }: ListenerRow): Promise<string> {
  const { revision } = await library.catalog()
  // Plays of known tracks leave the catalog as it is.
  const imports = await library.store.max('imports', 'id')
  const exclusions = (await library.exclusions.list(id)).map(({ rule }) => rule)
  return JSON.stringify({ revision, imports, timeZone, exclusions })
}

/** The audio scale of the tracks played before play `to`. */
export function audioScaleOf({ catalog, log }: ListenerData, to: number): AudioScale {
  return fitAudioScale(catalog, [...new Set(log.row.subarray(0, to))])
}

/** A maker of empty histories over a scale; the scaled audio is worked out once. */
export function historyMaker({ catalog, listener }: ListenerData, scale: AudioScale): () => History {
  const audio = scaleAudio(catalog, scale)
  const localTime = localTimeIn(listener.timeZone)
  return () => startHistory({ catalog, audio, localTime })
}
