import { FINISH, type OutcomeCode, SKIP } from './core/labels.ts'
import type { Outcomes, Received } from './explore/dial.ts'
import { readShown } from './explore/exposure.ts'
import { type Catalog, rowOfTrack } from './library/catalog.ts'
import { attributeOutcomes } from './library/exposure-outcomes.ts'
import type { Exposure } from './library/exposures.ts'
import type { KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'
import type { ListeningLog } from './library/listening-log.ts'
import type { WatchedStore } from './store/watched.ts'

/** Lists older than this say nothing of today's ear. */
const LOOKS_BACK = 60 * 86_400_000
/** For how many listeners it is kept what they were shown. */
const KEPT_LISTENERS = 32

/** A list that was shown. */
interface ShownList {
  readonly draw: string
  readonly at: number
  readonly tracks: ReturnType<typeof readShown>
}

/** A track of a list that a play answers. */
interface Answer {
  readonly shownAt: number
  readonly playedAt: number
  readonly outcome: OutcomeCode
  readonly isNew: boolean
}

/**
 * What became of what mixes showed a listener in the sixty days before `at` (ms since the epoch): of each track the play that answers it, if
 * its end is known. What was not played says nothing. Lists and answers are kept until others are logged or the listener's log changes.
 * The function throws UNKNOWN_LISTENER.
 */
export function receivedOf(
  store: WatchedStore,
  library: Pick<Library, 'exposures'>,
  kept: Pick<KeptLibrary, 'listener' | 'facts' | 'catalog'>,
): (name: string, at: number) => Promise<Received> {
  const shown = keptShown(store, library)
  const made = new WeakMap<
    readonly ShownList[],
    { readonly log: ListeningLog; readonly catalog: Catalog; readonly answers: readonly Answer[] }
  >()
  return async (name, at) => {
    const { id } = await kept.listener(name)
    const from = at - LOOKS_BACK
    const lists = await shown(id, from)
    const [{ log }, catalog] = [await kept.facts(name), await kept.catalog()]
    let known = made.get(lists)
    if (known?.log !== log || known.catalog !== catalog) {
      known = { log, catalog, answers: answersTo(lists, log, catalog) }
      made.set(lists, known)
    }
    const counted = known.answers.filter(
      ({ shownAt, playedAt }) => shownAt >= from && shownAt < at && playedAt < at,
    )
    const count = (isNew: boolean): Outcomes => {
      const ended = (how: OutcomeCode) =>
        counted.filter((answer) => answer.isNew === isNew && answer.outcome === how).length
      return { finishes: ended(FINISH), skips: ended(SKIP) }
    }
    return { new: count(true), familiar: count(false) }
  }
}

function answersTo(lists: readonly ShownList[], log: ListeningLog, catalog: Catalog): Answer[] {
  const slates = lists.map(({ at, tracks }) => ({
    at,
    rows: tracks.map(({ trackId }) => rowOfTrack(catalog, trackId)),
  }))
  return attributeOutcomes(slates, log, []).flatMap(({ slots }, i) =>
    slots.flatMap((slot, k) => {
      if (!slot) return []
      const { playedAt, outcome } = slot
      return [{ shownAt: lists[i]!.at, playedAt, outcome, isNew: lists[i]!.tracks[k]!.new }]
    }),
  )
}

/** Lists since a time, each read once; those that are shown later are taken over from the write. The same array while there are no others. */
function keptShown(store: WatchedStore, library: Pick<Library, 'exposures'>) {
  interface KeptLists {
    readonly version: number
    readonly from: number
    readonly lists: Promise<readonly ShownList[]>
  }
  const kept = new Map<number, KeptLists>()
  const read = async (listener: number, from: number) =>
    (await library.exposures.list(listener)).filter(({ at }) => at >= from).map(shownList)
  const grown = async (listener: number, before: KeptLists): Promise<readonly ShownList[] | undefined> => {
    const added = store.appended('exposures', before.version)
    const lists = added && (await before.lists)
    if (!lists) return undefined
    const known = new Set(lists.map(({ draw }) => draw))
    // What was read while a write was under way may hold it already.
    const more = added.flatMap(({ listener: whose, draw, at, body }) =>
      Array.from({ length: draw.length }, (_, i) => i)
        .filter((i) => whose[i] === listener && Number(at[i]) >= before.from)
        .map((i) => shownList({ draw: String(draw[i]), at: Number(at[i]), body: String(body[i]) })),
    )
    const others = more.filter(({ draw }) => !known.has(draw))
    return others.length > 0 ? [...lists, ...others] : lists
  }
  return (listener: number, from: number): Promise<readonly ShownList[]> => {
    const version = store.version(['exposures'])
    const before = kept.get(listener)
    const reaches = before !== undefined && before.from <= from
    if (reaches && before.version === version) return before.lists
    const mine: KeptLists = {
      version,
      from: reaches ? before.from : from,
      lists: (reaches ? grown(listener, before) : Promise.resolve(undefined)).then(
        (lists) => lists ?? read(listener, reaches ? before.from : from),
      ),
    }
    kept.delete(listener)
    kept.set(listener, mine)
    mine.lists.catch(() => {
      if (kept.get(listener) === mine) kept.delete(listener)
    })
    if (kept.size > KEPT_LISTENERS) kept.delete(kept.keys().next().value!)
    return mine.lists
  }
}

function shownList({ draw, at, body }: Pick<Exposure, 'draw' | 'at' | 'body'>): ShownList {
  return { draw, at, tracks: readShown(body) }
}
