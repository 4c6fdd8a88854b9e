import { FINISH, UNKNOWN } from './core/labels.ts'
import { type Received, receivedOf, type ShownList } from './explore/dial.ts'
import { readShown } from './explore/exposure.ts'
import type { KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'

/** Lists older than this say nothing of today's ear. */
const LOOKS_BACK = 60 * 86_400_000

/**
 * What became of what mixes showed a listener in the sixty days before `at` (ms since the epoch).
 * @throws UNKNOWN_LISTENER
 */
export async function receivedBy(
  name: string,
  at: number,
  library: Pick<Library, 'exposures'>,
  kept: Pick<KeptLibrary, 'listener' | 'facts' | 'catalog'>,
): Promise<Received> {
  const { id } = await kept.listener(name)
  const [{ log }, { trackId }] = [await kept.facts(name), await kept.catalog()]
  const within = (moment: number) => moment < at && moment >= at - LOOKS_BACK
  const lists = (await library.exposures.list(id))
    .filter((exposure) => within(exposure.at))
    .map(({ at: shownAt, body }): ShownList => ({ at: shownAt, tracks: readShown(body) }))
  const plays = Array.from(log.endedAt.keys())
    .filter((i) => within(log.endedAt[i]!))
    .map((i) => ({
      trackId: trackId[log.row[i]!]!,
      endedAt: log.endedAt[i]!,
      ...(log.outcome[i] !== UNKNOWN && { finished: log.outcome[i] === FINISH }),
    }))
  return receivedOf(lists, plays)
}
