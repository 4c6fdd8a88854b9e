import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Play } from '../core/event.ts'
import type { Store, Write } from '../store/store.ts'
import { claimColumns } from './claim-columns.ts'
import { loadIdentifiers } from './identifiers.ts'
import type { ImportMeta, ImportOutcome, ImportRecord, ImportSession, Imports } from './import-record.ts'
import type { Listeners } from './listeners.ts'
import { type PlayName, refreshHidden } from './plays.ts'
import type { Revision } from './revision.ts'
import type { InTurn } from './turns.ts'

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

    async find(listener, sha256) {
      const owner = await listeners.find(listener)
      if (!owner) return undefined
      const rows = await store.read('imports', ['id', 'undoneAt'], { where: { sha256, listener: owner.id } })
      const at = rows.undoneAt.findIndex(Number.isNaN)
      return at < 0 ? undefined : rows.id[at]
    },

    begin: () => beginImport(parts),

    undo: (id) =>
      inTurn(async () => {
        const entry = (await list()).find((e) => e.id === id)
        if (!entry) throw new DeepcutsError('UNKNOWN_IMPORT', { id })
        if (!Number.isNaN(entry.undoneAt)) throw new DeepcutsError('IMPORT_ALREADY_UNDONE', { id })
        const owner = (await listeners.find(entry.listener))!
        const { writes } = await refreshHidden(store, owner.id, { without: id })
        const undoneAt = now()
        await store.write([
          { delete: 'plays', where: { import: id } },
          { delete: 'claims', where: { import: id } },
          { delete: 'feedback', where: { import: id } },
          { delete: 'playlistItems', where: { import: id } },
          ...writes,
          { update: 'imports', set: { undoneAt }, where: { id } },
          ...(await revision.bump()),
        ])
        return { ...entry, undoneAt }
      }),
  }
}

async function beginImport(parts: ImportParts): Promise<ImportSession> {
  const { store, listeners, revision, inTurn, haveAudio } = parts
  const identifiers = await loadIdentifiers(store)
  const claims = claimColumns()
  const plays: { identifier: number; play: Play; file: number }[] = []
  const feedback: { kind: string; identifier: number; artist: string; at: number }[] = []
  const items: { playlist: string; identifier: number; addedAt: number }[] = []
  const names = new Map<number, PlayName>()

  return {
    add(record: ImportRecord, file: number) {
      if (record.kind === 'never') {
        feedback.push({ kind: 'never', identifier: 0, artist: record.artist, at: Number.NaN })
        return
      }
      const identifier = identifiers.intern(record.track)
      if (identifier === 0) return
      claims.add(identifier, record.track, record.kind === 'track' ? record.facts : undefined)
      if (record.kind === 'play') {
        plays.push({ identifier, play: record.play, file })
        if (!names.has(identifier))
          names.set(identifier, {
            identifier,
            artist: record.track.artist ?? '',
            title: record.track.title ?? '',
          })
      } else if (record.kind === 'playlist-item')
        items.push({ playlist: record.playlist, identifier, addedAt: record.addedAt ?? Number.NaN })
      else if (record.kind !== 'track')
        feedback.push({ kind: record.kind, identifier, artist: '', at: record.at ?? Number.NaN })
    },

    commit: (meta: ImportMeta, report: string): Promise<ImportOutcome> =>
      inTurn(async () => {
        const id = (await store.max('imports', 'id')) + 1
        const owner = await listeners.findOrCreate(meta.listener)
        const rows = playColumns(plays, id, (await store.max('plays', 'id')) + 1)
        const { hidden, writes } = plays.length
          ? await refreshHidden(store, owner.id, { added: rows, names: [...names.values()] })
          : { hidden: rows.hidden, writes: [] }
        const constant = (n: number, value: number) => new Int32Array(n).fill(value)
        const group: Write[] = [
          ...owner.writes,
          {
            insert: 'imports',
            columns: {
              id: [id],
              listener: [owner.id],
              name: [meta.name],
              sha256: [meta.sha256],
              format: [meta.format],
              at: [meta.at],
              undoneAt: [Number.NaN],
              report: [report],
            },
          },
          { insert: 'identifiers', columns: identifiers.added },
          claims.write(id),
          { insert: 'plays', columns: { ...rows, hidden, listener: constant(plays.length, owner.id) } },
          {
            insert: 'feedback',
            columns: {
              id: await nextFeedbackIds(store, feedback.length),
              import: constant(feedback.length, id),
              listener: constant(feedback.length, owner.id),
              kind: feedback.map((f) => f.kind),
              identifier: feedback.map((f) => f.identifier),
              artist: feedback.map((f) => f.artist),
              at: feedback.map((f) => f.at),
              until: feedback.map(() => Number.NaN),
              undone: feedback.map(() => 0),
            },
          },
          {
            insert: 'playlistItems',
            columns: {
              import: constant(items.length, id),
              listener: constant(items.length, meta.format === 'catalog' ? 0 : owner.id),
              playlist: items.map((item) => item.playlist),
              identifier: items.map((item) => item.identifier),
              addedAt: items.map((item) => item.addedAt),
            },
          },
          ...writes,
          ...(await revision.bump()),
        ]
        await store.write(group)

        const perFile: number[] = []
        plays.forEach(({ file }, i) => {
          perFile[file] = (perFile[file] ?? 0) + hidden[i]!
        })
        const visible = rows.identifier.filter((_, i) => hidden[i] === 0)
        const audio = visible.length ? await haveAudio(visible) : new Uint8Array()
        return {
          id,
          duplicates: Array.from(perFile, (count) => count ?? 0),
          newTracks: identifiers.added.id.length,
          plays: visible.length,
          playsWithAudio: audio.reduce((sum, has) => sum + has, 0),
        }
      }),
  }
}

function playColumns(
  plays: readonly { identifier: number; play: Play }[],
  importId: number,
  firstId: number,
) {
  const flag = (value: boolean | undefined) => (value === undefined ? -1 : Number(value))
  return {
    id: Int32Array.from(plays, (_, i) => firstId + i),
    import: new Int32Array(plays.length).fill(importId),
    identifier: Int32Array.from(plays, ({ identifier }) => identifier),
    endedAt: Float64Array.from(plays, ({ play }) => play.endedAt),
    msPlayed: Float64Array.from(plays, ({ play }) => play.msPlayed),
    reasonStart: plays.map(({ play }) => play.reasonStart),
    reasonEnd: plays.map(({ play }) => play.reasonEnd),
    skipped: Int8Array.from(plays, ({ play }) => flag(play.skipped)),
    shuffle: Int8Array.from(plays, ({ play }) => flag(play.shuffle)),
    offline: Int8Array.from(plays, ({ play }) => flag(play.offline)),
    device: plays.map(({ play }) => play.device),
    exact: Int8Array.from(plays, ({ play }) => Number(play.precision === 'second')),
    hidden: new Int8Array(plays.length),
  }
}

async function nextFeedbackIds(store: Store, n: number): Promise<Int32Array> {
  const first = (await store.max('feedback', 'id')) + 1
  return Int32Array.from({ length: n }, (_, i) => first + i)
}
