import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store, Write } from '../store/store.ts'
import { claimColumns } from './claim-columns.ts'
import { type HeardPlays, heardPlays } from './heard-plays.ts'
import { localNames } from './identifiers.ts'
import {
  type ImportMeta,
  type ImportOutcome,
  type ImportRecord,
  type ImportSession,
  type Imports,
  NOBODY,
  THEIR_OWN,
} from './import-record.ts'
import type { Listeners } from './listeners.ts'
import { type PlayName, refreshHidden } from './plays.ts'
import { tellNothingNew } from './retold.ts'
import type { Revision } from './revision.ts'

/** An import as `deepcuts imports` lists it. */
export interface ImportEntry {
  readonly id: number
  readonly listener: string
  readonly name: string
  readonly format: string
  readonly at: number
  /** NaN while the import stands. */
  readonly undoneAt: number
  /** JSON. */
  readonly report: string
}

/** Everything that was imported, with a way back. */
export interface ImportLog extends Imports {
  list(): Promise<ImportEntry[]>
  /** Takes one import back: its plays, claims, likes and playlists go; plays that it had hidden show again. */
  undo(id: number): Promise<ImportEntry>
}

export interface ImportParts {
  readonly store: Store
  readonly listeners: Listeners
  readonly revision: Revision
  readonly now: Clock
  readonly inTurn: InTurn
  /** Says which of these identifiers' tracks have audio features, after the import. */
  readonly haveAudio: (identifiers: Int32Array) => Promise<Uint8Array>
}

/** The imports of a store. */
export function importLog(parts: ImportParts): ImportLog {
  const { store, listeners, revision, now, inTurn } = parts
  const list = async (): Promise<ImportEntry[]> => {
    const rows = await store.read(
      'imports',
      ['id', 'listener', 'name', 'format', 'at', 'undoneAt', 'report'],
      {
        orderBy: ['id'],
      },
    )
    const names = await listeners.names()
    return Array.from(rows.id, (id, i) => ({
      id,
      listener: names.get(rows.listener[i]!) ?? '',
      name: rows.name[i]!,
      format: rows.format[i]!,
      at: rows.at[i]!,
      undoneAt: rows.undoneAt[i]!,
      report: rows.report[i]!,
    }))
  }

  return {
    list,

    find: (listener, sha256) => standingImport(parts, listener, sha256),

    begin: () => beginImport(parts),

    undo: (id) =>
      inTurn(async () => {
        const entry = (await list()).find((e) => e.id === id)
        if (!entry) throw new DeepcutsError('UNKNOWN_IMPORT', { id })
        if (!Number.isNaN(entry.undoneAt)) throw new DeepcutsError('IMPORT_ALREADY_UNDONE', { id })
        const { listener } = await store.read('plays', ['listener'], { where: { import: id } })
        const { writes } = await refreshHidden(store, [...new Set(listener)], { without: id })
        const undoneAt = now()
        await store.write([
          { delete: 'plays', where: { import: id } },
          { delete: 'claims', where: { import: id } },
          { delete: 'feedback', where: { import: id } },
          { delete: 'playlistItems', where: { import: id } },
          { delete: 'requests', where: { import: id } },
          ...writes,
          { update: 'imports', set: { undoneAt }, where: { id } },
          ...(await revision.bump()),
        ])
        return { ...entry, undoneAt }
      }),
  }
}

async function standingImport(
  { store, listeners }: ImportParts,
  listener: string,
  sha256: string,
): Promise<number | undefined> {
  const owner = listener === THEIR_OWN ? { id: NOBODY } : await listeners.find(listener)
  if (!owner) return undefined
  const rows = await store.read('imports', ['id', 'undoneAt'], { where: { sha256, listener: owner.id } })
  const at = rows.undoneAt.findIndex(Number.isNaN)
  return at < 0 ? undefined : rows.id[at]
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

function beginImport(parts: ImportParts): ImportSession {
  const { store, listeners, revision, inTurn, haveAudio } = parts
  const names = localNames()
  const claims = claimColumns()
  const plays = heardPlays()
  const feedback: Said[] = []
  const items: Item[] = []
  const people = new Map<string, number>([[THEIR_OWN, 0]])
  const called = new Map<number, { readonly artist: string; readonly title: string }>()

  return {
    add(record: ImportRecord, file: number) {
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

    commit: (meta: ImportMeta, report: (duplicates: readonly number[]) => string): Promise<ImportOutcome> =>
      inTurn(async () => {
        const known = await standingImport(parts, meta.listener, meta.sha256)
        const answered = meta.request && (await answeredRequest(store, meta.request))
        const before = answered ?? (meta.grows ? undefined : known)
        if (before !== undefined) {
          const all = new Int8Array(plays.size).fill(1)
          const nothing = { duplicates: plays.perFile(all), newTracks: 0, plays: 0, playsWithAudio: 0 }
          return { id: before, ...nothing, ...(answered !== undefined && { repeated: true }) }
        }
        const id = known ?? (await store.max('imports', 'id')) + 1
        const named = [...people.keys()].slice(1)
        const own = meta.listener === THEIR_OWN ? named : [meta.listener, ...named]
        const { ids, writes: created } = await listeners.findOrCreateAll(own)
        const numbers = meta.listener === THEIR_OWN ? [NOBODY, ...ids] : ids
        const owner = numbers[0]!
        const { identifier: identifierOf, added } = await names.intern(store)
        const rows = plays.rows(numbers, identifierOf, id, (await store.max('plays', 'id')) + 1)
        const playNames = Array.from(called, ([name, told]): PlayName => {
          return { identifier: identifierOf[name]!, ...told }
        })
        const { hidden, writes } = plays.size
          ? await refreshHidden(store, [...new Set(rows.listener)], { added: rows, names: playNames })
          : { hidden: rows.hidden, writes: [] }
        const duplicates = plays.perFile(hidden)
        const told = claims.write(id, identifierOf)
        const sameCatalog = added.id.length === 0 && (await tellNothingNew(store, told.columns))
        const group: Write[] = [
          ...created,
          ...(known === undefined ? [importRow(id, owner, meta, report(duplicates))] : []),
          ...(meta.request ? [requestRow(id, meta.request, meta.at)] : []),
          { insert: 'identifiers', columns: added },
          told,
          { insert: 'plays', columns: { ...rows, hidden } },
          feedbackRows(feedback, identifierOf, id, owner, (await store.max('feedback', 'id')) + 1),
          playlistRows(items, identifierOf, id, meta.format === 'catalog' ? NOBODY : owner),
          ...writes,
          ...(sameCatalog ? [] : await revision.bump()),
        ]
        await store.write(group)

        const visible = rows.identifier.filter((_, i) => hidden[i] === 0)
        const audio = visible.length && !meta.grows ? await haveAudio(visible) : new Uint8Array()
        return {
          id,
          duplicates,
          newTracks: added.id.length,
          plays: visible.length,
          playsWithAudio: audio.reduce((sum, has) => sum + has, 0),
          ...(named.length > 0 && { listeners: playsOfEach(plays, hidden, [...people.keys()]) }),
        }
      }),
  }
}

/** The import in which a request was answered; undefined where it was not. @throws REQUEST_CHANGED */
async function answeredRequest(
  store: Store,
  { key, sha256 }: NonNullable<ImportMeta['request']>,
): Promise<number | undefined> {
  const rows = await store.read('requests', ['sha256', 'import'], { where: { key } })
  if (rows.import.length > 0 && rows.sha256[0] !== sha256) throw new DeepcutsError('REQUEST_CHANGED')
  return rows.import[0]
}

function requestRow(id: number, { key, sha256 }: NonNullable<ImportMeta['request']>, at: number): Write {
  return { insert: 'requests', columns: { key: [key], sha256: [sha256], import: [id], at: [at] } }
}

function importRow(id: number, owner: number, meta: ImportMeta, report: string): Write {
  return {
    insert: 'imports',
    columns: {
      id: [id],
      listener: [owner],
      name: [meta.name],
      sha256: [meta.sha256],
      format: [meta.format],
      at: [meta.at],
      undoneAt: [Number.NaN],
      report: [report],
    },
  }
}

function feedbackRows(
  said: readonly Said[],
  identifierOf: Int32Array,
  id: number,
  listener: number,
  firstId: number,
): Write {
  return {
    insert: 'feedback',
    columns: {
      id: Int32Array.from(said, (_, i) => firstId + i),
      import: constant(said.length, id),
      listener: constant(said.length, listener),
      kind: said.map(({ kind }) => kind),
      identifier: said.map(({ name }) => identifierOf[name]!),
      artist: said.map(({ artist }) => artist),
      at: said.map(({ at }) => at),
      until: said.map(() => Number.NaN),
      undone: said.map(() => 0),
    },
  }
}

function playlistRows(items: readonly Item[], identifierOf: Int32Array, id: number, listener: number): Write {
  return {
    insert: 'playlistItems',
    columns: {
      import: constant(items.length, id),
      listener: constant(items.length, listener),
      playlist: items.map(({ playlist }) => playlist),
      identifier: items.map(({ name }) => identifierOf[name]!),
      addedAt: items.map(({ addedAt }) => addedAt),
    },
  }
}

/** Visible plays of each listener that the import names, the most first. */
function playsOfEach(plays: HeardPlays, hidden: Int8Array, names: readonly string[]) {
  const counts = plays.perListener(hidden, names.length)
  return names
    .map((name, i) => ({ name, plays: counts[i]! }))
    .slice(1)
    .sort((a, b) => b.plays - a.plays || (a.name < b.name ? -1 : 1))
}

const constant = (n: number, value: number) => new Int32Array(n).fill(value)
