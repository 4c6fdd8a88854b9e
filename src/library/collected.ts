import type { WriteTo } from '../store/store.ts'
import { type ClaimColumns, claimColumns } from './claim-columns.ts'
import { type HeardPlays, heardPlays } from './heard-plays.ts'
import { type LocalNames, localNames } from './identifiers.ts'
import { type ImportRecord, THEIR_OWN } from './import-record.ts'
import type { PlayName } from './plays.ts'

/** What one import has said so far. Listeners and tracks are numbers of its own: those that the store gives are asked for when it is committed. */
export interface Collected {
  readonly names: LocalNames
  readonly claims: ClaimColumns
  readonly plays: HeardPlays
  /** Whom its plays name, by their numbers; the first is the import's own listener. */
  readonly people: ReadonlyMap<string, number>
  /** @param file index of the file inside the import */
  add(record: ImportRecord, file: number): void
  /** What its plays call their tracks. */
  called(identifierOf: Int32Array): PlayName[]
  /** Rows of an import of a listener. */
  feedback(
    identifierOf: Int32Array,
    id: number,
    listener: number,
    firstId: number,
  ): Extract<WriteTo<'feedback'>, { insert: 'feedback' }>
  playlists(
    identifierOf: Int32Array,
    id: number,
    listener: number,
  ): Extract<WriteTo<'playlistItems'>, { insert: 'playlistItems' }>
}

/** `name` is the track's number among the names of the import, 0 for none. */
interface Said {
  readonly kind: string
  readonly name: number
  readonly artist: string
  readonly at: number
}

interface Item {
  readonly playlist: string
  readonly name: number
  readonly addedAt: number
}

/** Nothing yet. */
export function collect(): Collected {
  const names = localNames()
  const claims = claimColumns()
  const plays = heardPlays()
  const feedback: Said[] = []
  const items: Item[] = []
  const people = new Map<string, number>([[THEIR_OWN, 0]])
  const called = new Map<number, { readonly artist: string; readonly title: string }>()
  return {
    names,
    claims,
    plays,
    people,
    add(record, file) {
      if (record.kind === 'never') {
        feedback.push({ kind: 'never', name: 0, artist: record.artist, at: Number.NaN })
        return
      }
      const name = names.number(record.track)
      if (name === 0) return
      claims.add(name, record.track, record.kind === 'track' ? record.facts : undefined)
      if (record.kind === 'play') {
        const { listener: whose = THEIR_OWN } = record
        if (!people.has(whose)) people.set(whose, people.size)
        plays.add(people.get(whose)!, name, file, record.play)
        if (!called.has(name))
          called.set(name, { artist: record.track.artist ?? '', title: record.track.title ?? '' })
      } else if (record.kind === 'playlist-item')
        items.push({ playlist: record.playlist, name, addedAt: record.addedAt ?? Number.NaN })
      else if (record.kind !== 'track')
        feedback.push({ kind: record.kind, name, artist: '', at: record.at ?? Number.NaN })
    },
    called: (identifierOf) =>
      Array.from(called, ([name, told]) => ({ identifier: identifierOf[name]!, ...told })),
    feedback: (identifierOf, id, listener, firstId) => ({
      insert: 'feedback',
      columns: {
        id: Int32Array.from(feedback, (_, i) => firstId + i),
        import: constant(feedback.length, id),
        listener: constant(feedback.length, listener),
        kind: feedback.map(({ kind }) => kind),
        identifier: feedback.map(({ name }) => identifierOf[name]!),
        artist: feedback.map(({ artist }) => artist),
        at: feedback.map(({ at }) => at),
        until: feedback.map(() => Number.NaN),
        undone: feedback.map(() => 0),
      },
    }),
    playlists: (identifierOf, id, listener) => ({
      insert: 'playlistItems',
      columns: {
        import: constant(items.length, id),
        listener: constant(items.length, listener),
        playlist: items.map(({ playlist }) => playlist),
        identifier: items.map(({ name }) => identifierOf[name]!),
        addedAt: items.map(({ addedAt }) => addedAt),
      },
    }),
  }
}

const constant = (n: number, value: number) => new Int32Array(n).fill(value)
