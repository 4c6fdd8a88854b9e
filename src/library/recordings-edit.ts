import { DeepcutsError } from '../core/errors.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import type { Revision } from './revision.ts'

/** A name that a recording goes by, for a person who checks a merge. */
export interface RecordingName {
  readonly identifier: number
  readonly scheme: string
  readonly value: string
  readonly title: string
  readonly artist: string
  readonly album: string
}

/** What a person can say about which names are one recording. */
export interface Recordings {
  /** The names that were merged into the recording of a catalog row. */
  names(catalog: Catalog, row: number): Promise<RecordingName[]>
  /** Takes one name out of its recording: it is a recording of its own from now on, in later imports too. */
  split(identifier: number): Promise<void>
}

/** The recordings of a store; a split raises the revision of the catalog. */
export function recordingsOf(store: Store, revision: Revision, inTurn: InTurn): Recordings {
  return {
    async names(catalog, row) {
      const ids: number[] = []
      catalog.rowOfIdentifier.forEach((of, identifier) => {
        if (of === row) ids.push(identifier)
      })
      const known = await store.read('identifiers', ['id', 'scheme', 'value'], {
        where: { id: ids },
        orderBy: ['id'],
      })
      const claims = await store.read('claims', ['identifier', 'title', 'artist', 'album'], {
        where: { identifier: ids },
      })
      return Array.from(known.id, (identifier, i) => {
        const c = claims.identifier.indexOf(identifier)
        return {
          identifier,
          scheme: known.scheme[i]!,
          value: known.value[i]!,
          title: claims.title[c] ?? '',
          artist: claims.artist[c] ?? '',
          album: claims.album[c] ?? '',
        }
      })
    },
    split: (identifier) =>
      inTurn(async () => {
        if (!(await store.count('identifiers', { id: identifier })))
          throw new DeepcutsError('UNKNOWN_TRACK', { track: identifier })
        if (await store.count('splits', { identifier })) return
        await store.write([
          { insert: 'splits', columns: { identifier: [identifier] } },
          ...(await revision.bump()),
        ])
      }),
  }
}
