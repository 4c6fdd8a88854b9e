import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'

/** What a listener's players call the artists of MusicBrainz ids: catalogs know artists by name alone. */
export interface ArtistIds {
  /** Keeps names that are not known yet: of an id the first that was told. Durable when it resolves. */
  learn(listener: number, told: ReadonlyMap<string, string>): Promise<void>
  /** The name of an artist; undefined where no player of the listener told it. */
  nameOf(listener: number, mbid: string): Promise<string | undefined>
  /** Id → name, of all that the listener's players told. */
  all(listener: number): Promise<ReadonlyMap<string, string>>
}

/** The artists' ids of a store. */
export function artistIdsOf(store: Store, inTurn: InTurn): ArtistIds {
  const all = async (listener: number, mbid?: readonly string[]) => {
    const where = { listener, ...(mbid && { mbid }) }
    const rows = await store.read('artistIds', ['mbid', 'artist'], { where })
    return new Map(rows.mbid.map((id, i) => [id, rows.artist[i]!]))
  }
  return {
    all: (listener) => all(listener),
    nameOf: async (listener, mbid) => (await all(listener, [mbid])).get(mbid),
    async learn(listener, told) {
      if (told.size === 0) return
      await inTurn(async () => {
        const known = await all(listener, [...told.keys()])
        const fresh = [...told].filter(([mbid]) => !known.has(mbid))
        if (fresh.length === 0) return
        const columns = {
          listener: fresh.map(() => listener),
          mbid: fresh.map(([mbid]) => mbid),
          artist: fresh.map(([, artist]) => artist),
        }
        await store.write([{ insert: 'artistIds', columns }])
      })
    },
  }
}
