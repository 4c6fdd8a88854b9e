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
  /** Somebody said that it is one with others. */
  readonly merged?: true
}

/** What a person can say about which names are one recording. */
export interface Recordings {
  /** The names that were merged into the recording of a catalog row. */
  names(catalog: Catalog, row: number): Promise<RecordingName[]>
  /**
   * Takes one name out of its recording: it is a recording of its own from now on, in later imports too. A name that somebody said is one with
   * others is only not said to be any more: what belonged to it before does so again.
   */
  split(identifier: number): Promise<void>
  /** Says that the recordings of two names are one, until the names are split. @throws UNKNOWN_TRACK */
  merge(identifier: number, other: number): Promise<void>
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
      const merges = await store.read('merges', ['identifier', 'other'])
      const merged = new Set([...merges.identifier, ...merges.other])
      return Array.from(known.id, (identifier, i) => {
        const c = claims.identifier.indexOf(identifier)
        return {
          identifier,
          scheme: known.scheme[i]!,
          value: known.value[i]!,
          title: claims.title[c] ?? '',
          artist: claims.artist[c] ?? '',
          album: claims.album[c] ?? '',
          ...(merged.has(identifier) && { merged: true as const }),
        }
      })
    },
    split: (identifier) =>
      inTurn(async () => {
        if (!(await store.count('identifiers', { id: identifier })))
          throw new DeepcutsError('UNKNOWN_TRACK', { track: identifier })
        const said = {
          identifier: await store.count('merges', { identifier }),
          other: await store.count('merges', { other: identifier }),
        }
        if (said.identifier + said.other > 0) {
          await store.write([
            { delete: 'merges', where: { identifier } },
            { delete: 'merges', where: { other: identifier } },
            ...(await revision.bump()),
          ])
          return
        }
        if (await store.count('splits', { identifier })) return
        await store.write([
          { insert: 'splits', columns: { identifier: [identifier] } },
          ...(await revision.bump()),
        ])
      }),
    merge: (one, another) =>
      inTurn(async () => {
        const [identifier, other] = [Math.min(one, another), Math.max(one, another)]
        for (const track of [identifier, other])
          if (!(await store.count('identifiers', { id: track })))
            throw new DeepcutsError('UNKNOWN_TRACK', { track })
        if (identifier === other || (await store.count('merges', { identifier, other }))) return
        await store.write([
          { insert: 'merges', columns: { identifier: [identifier], other: [other] } },
          ...(await revision.bump()),
        ])
      }),
  }
}
