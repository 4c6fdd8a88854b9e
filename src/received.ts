import { FINISH, SKIP } from './core/labels.ts'
import type { Outcomes, Received } from './explore/dial.ts'
import { readShown } from './explore/exposure.ts'
import { rowOfTrack } from './library/catalog.ts'
import { attributeOutcomes } from './library/exposure-outcomes.ts'
import type { KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'

/** Lists older than this say nothing of today's ear. */
const LOOKS_BACK = 60 * 86_400_000

/**
 * What became of what mixes showed a listener in the sixty days before `at` (ms since the epoch): of each track the play that answers it, if
 * its end is known. What was not played says nothing.
 * @throws UNKNOWN_LISTENER
 */
export async function receivedBy(
  name: string,
  at: number,
  library: Pick<Library, 'exposures'>,
  kept: Pick<KeptLibrary, 'listener' | 'facts' | 'catalog'>,
): Promise<Received> {
  const { id } = await kept.listener(name)
  const [{ log }, catalog] = [await kept.facts(name), await kept.catalog()]
  const lists = (await library.exposures.list(id))
    .filter((exposure) => exposure.at < at && exposure.at >= at - LOOKS_BACK)
    .map(({ at: shownAt, body }) => ({ at: shownAt, tracks: readShown(body) }))
  const slates = lists.map(({ at: shownAt, tracks }) => ({
    at: shownAt,
    rows: tracks.map(({ trackId }) => rowOfTrack(catalog, trackId)),
  }))
  const answered = attributeOutcomes(slates, log, []).flatMap(({ slots }, i) =>
    slots.flatMap((slot, k) =>
      slot && slot.playedAt < at ? [{ outcome: slot.outcome, isNew: lists[i]!.tracks[k]!.new }] : [],
    ),
  )
  const count = (isNew: boolean): Outcomes => {
    const own = answered.filter((answer) => answer.isNew === isNew)
    const ended = (how: number) => own.filter(({ outcome }) => outcome === how).length
    return { finishes: ended(FINISH), skips: ended(SKIP) }
  }
  return { new: count(true), familiar: count(false) }
}
