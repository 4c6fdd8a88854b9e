import { breathe } from '../core/breathe.ts'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { InTurn } from '../core/turns.ts'
import type { Write } from '../store/store.ts'
import type { WatchedStore } from '../store/watched.ts'
import { type Collected, collect } from './collected.ts'
import { growingImports } from './growing-imports.ts'
import { type ImportEntry, type ImportPage, importEntries, importPage } from './import-entries.ts'
import { type ImportMemory, importMemory } from './import-memory.ts'
import { importRow, outcomeOf, repeatedOutcome } from './import-outcome.ts'
import { type ImportMeta, type ImportOutcome, type Imports, NOBODY, THEIR_OWN } from './import-record.ts'
import type { Listeners } from './listeners.ts'
import { refreshHidden } from './plays.ts'
import { answeredRequests, importOfRequest, requestRows } from './requests.ts'
import type { Revision } from './revision.ts'

export type { ImportEntry } from './import-entries.ts'

/** Everything that was imported, with a way back. */
export interface ImportLog extends Imports {
  list(): Promise<ImportEntry[]>
  /** An import of a listener; undefined where there is none of that number, or it is somebody else's. */
  get(id: number, listener: number): Promise<ImportEntry | undefined>
  /** Imports of one listener, the newest first. @param options `before`: only those whose number is smaller */
  page(listener: number, options: { readonly before?: number; readonly limit: number }): Promise<ImportPage>
  /** Takes one import back: its plays, claims, likes and playlists go; plays that it had hidden show again. */
  undo(id: number): Promise<ImportEntry>
}

export interface ImportParts {
  readonly store: WatchedStore
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
  const memory = importMemory(store)
  const grow = growingImports({ ...parts, memory })
  const list = () => importEntries(store, listeners)

  return {
    list,
    get: async (id, listener) => (await importEntries(store, listeners, { id, listener }))[0],
    page: (listener, options) => importPage(store, listeners, listener, options),

    find: (listener, sha256) => standingImport(parts, listener, sha256),

    begin() {
      const collected = collect()
      return {
        add: collected.add,
        commit: (meta, report) =>
          meta.grows ? grow({ collected, meta, report }) : commit(parts, memory, collected, meta, report),
      }
    },

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

/** Writes an import that does not grow: whole, or known already. */
function commit(
  parts: ImportParts,
  memory: ImportMemory,
  collected: Collected,
  meta: ImportMeta,
  report: (duplicates: readonly number[]) => string,
): Promise<ImportOutcome> {
  const { store, listeners, revision, now, inTurn, haveAudio } = parts
  const { names, claims, plays, people } = collected
  const written = async (): Promise<ImportOutcome> => {
    memory.refresh()
    const { request } = meta
    const requests = await answeredRequests(store).find(request ? [request.key] : [], now())
    const answered = request && importOfRequest(requests.answered, request)
    const before = answered ?? (await standingImport(parts, meta.listener, meta.sha256))
    if (before !== undefined)
      return {
        ...repeatedOutcome(before, collected),
        ...(answered !== undefined && { repeated: true as const }),
      }
    const id = (await store.max('imports', 'id')) + 1
    const named = [...people.keys()].slice(1)
    const own = meta.listener === THEIR_OWN ? named : [meta.listener, ...named]
    const { ids, writes: created } = await listeners.findOrCreateAll(own)
    const numbers = meta.listener === THEIR_OWN ? [NOBODY, ...ids] : ids
    const owner = numbers[0]!
    const { identifier, added } = await memory.identifiers.intern(names.all())
    const identifierOf = names.identifiers(identifier)
    const rows = plays.rows(numbers, identifierOf, id, (await store.max('plays', 'id')) + 1)
    await breathe()
    const { hidden, writes } = plays.size
      ? await refreshHidden(store, [...new Set(rows.listener)], {
          added: rows,
          names: collected.called(identifierOf),
        })
      : { hidden: rows.hidden, writes: [] }
    await breathe()
    const told = claims.write(id, identifierOf)
    const { changeCatalog } = await memory.claims.compare(told.columns, new Set([id]))
    await breathe()
    const outcome = outcomeOf(id, collected, hidden, added.id.length)
    const group: Write[] = [
      ...created,
      ...requests.writes,
      importRow(id, owner, meta, report(outcome.duplicates)),
      requestRows(request ? [{ ...request, import: id, at: meta.at }] : []),
      { insert: 'identifiers', columns: added },
      told,
      { insert: 'plays', columns: { ...rows, hidden } },
      collected.feedback(identifierOf, id, owner, (await store.max('feedback', 'id')) + 1),
      collected.playlists(identifierOf, id, meta.format === 'catalog' ? NOBODY : owner),
      ...writes,
      ...(changeCatalog ? await revision.bump() : []),
    ]
    await store.write(group)

    const visible = rows.identifier.filter((_, i) => hidden[i] === 0)
    const audio = visible.length ? await haveAudio(visible) : new Uint8Array()
    return { ...outcome, playsWithAudio: audio.reduce((sum, has) => sum + has, 0) }
  }
  return inTurn(() =>
    written().catch((error: unknown) => {
      memory.clear()
      throw error
    }),
  )
}
