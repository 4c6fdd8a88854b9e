import { indexPlaylists } from './collaborative/playlist-index.ts'
import { playlistSignals } from './collaborative/playlist-signals.ts'
import { DeepcutsError } from './core/errors.ts'
import { GraphError } from './graph/index.ts'
import { meanScores, openStoredContinuation } from './learn/continuation.ts'
import { blendedCloseness } from './learn/continuation-choice.ts'
import { readContinuation } from './learn/continuation-files.ts'
import { libraryPlaylists, shownStays } from './learn/continuation-library.ts'
import type { Catalog } from './library/catalog.ts'
import { EVERYBODY, type KeptLibrary } from './library/kept-library.ts'
import type { Library } from './library/library.ts'
import type { Playlists } from './library/playlists.ts'

/** What was learned of how playlists go on, over the playlists that a listener can see. */
export interface Continuing {
  /**
   * Closeness of rows to a playlist of that title that holds these seeds, on the scale of kinship.
   * @param kinship of each row its closeness by kinship alone
   */
  closeness(
    title: string,
    seeds: readonly number[],
    rows: readonly number[],
    kinship: ArrayLike<number>,
  ): Promise<Float64Array>
}

/** A function that gives a listener's own ranker of playlists; undefined where their version has none that can be read. It is opened once while nothing changes. */
export function continuingOf(
  library: Pick<Library, 'models' | 'store'>,
  kept: Pick<KeptLibrary, 'active' | 'catalog' | 'listener' | 'playlists'>,
): { (name: string): Promise<Continuing | undefined>; close(): Promise<void> } {
  interface Opened {
    readonly id: number
    readonly version: number
    readonly playlists: Playlists
    readonly catalog: Catalog
    readonly ranker: Promise<{ continuing: Continuing; close(): Promise<void> } | undefined>
  }
  let open: Opened | undefined
  const read = async (id: number, version: number, catalog: Catalog) => {
    try {
      const { files } = await library.models.load(id, version)
      const stored = readContinuation(files, version)
      if (!stored) return undefined
      const ranker = await openStoredContinuation(stored.ranker)
      const history = await libraryPlaylists(library.store, catalog, [EVERYBODY, id])
      const index = await indexPlaylists(history)
      const underWay = new Set<Promise<unknown>>()
      const continuing: Continuing = {
        async closeness(title, seeds, rows, kinship) {
          const stays = shownStays(seeds, history.day)
          const self = history.rows.findIndex((list) => isSame(list, seeds))
          const query = { name: title, stays, ...(self >= 0 && { self }) }
          const signals = playlistSignals(index, query, Uint32Array.from(rows))
          const scores = meanScores(ranker, signals).finally(() => underWay.delete(scores))
          underWay.add(scores)
          return blendedCloseness(kinship, await scores, stored.share)
        },
      }
      const close = async () => {
        await Promise.allSettled(underWay)
        await ranker.close()
      }
      return { continuing, close }
    } catch (error) {
      if (error instanceof DeepcutsError || error instanceof GraphError) return undefined
      throw error
    }
  }
  const close = async (one: Opened | undefined) => (await one?.ranker.catch(() => undefined))?.close()
  const ask = async (name: string) => {
    const { id } = await kept.listener(name)
    const active = await kept.active(id)
    if (!active) return undefined
    const [catalog, playlists] = [await kept.catalog(), await kept.playlists(name)]
    const same =
      open?.id === id &&
      open.version === active.version &&
      open.catalog === catalog &&
      open.playlists === playlists
    if (!same) {
      void close(open)
      open = { id, version: active.version, catalog, playlists, ranker: read(id, active.version, catalog) }
    }
    return (await open!.ranker)?.continuing
  }
  return Object.assign(ask, { close: () => close(open) })
}

/** Whether a playlist of the library is the one that is continued. */
function isSame(list: readonly number[], seeds: readonly number[]): boolean {
  const own = new Set(list)
  const shared = seeds.filter((row) => own.has(row)).length
  return shared >= 0.8 * Math.max(own.size, seeds.length)
}
