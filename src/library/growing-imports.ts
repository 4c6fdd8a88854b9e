import type { Clock } from '../core/clock.ts'
import type { InTurn } from '../core/turns.ts'
import type { Write } from '../store/store.ts'
import type { WatchedStore } from '../store/watched.ts'
import type { Collected } from './collected.ts'
import { gathered, type Outcome } from './gathered.ts'
import type { ImportMemory } from './import-memory.ts'
import { importRow, outcomeOf, repeatedOutcome } from './import-outcome.ts'
import { type ImportMeta, type ImportOutcome, NOBODY, THEIR_OWN } from './import-record.ts'
import { joinedRows, takenRows } from './joined-rows.ts'
import type { Listeners } from './listeners.ts'
import { type AnsweredRequest, answeredRequests, importOfRequest, requestRows } from './requests.ts'
import type { Revision } from './revision.ts'

/** What one session wants to be committed to an import that grows. */
export interface GrowingCall {
  readonly collected: Collected
  readonly meta: ImportMeta
  readonly report: (duplicates: readonly number[]) => string
}

export interface GrowingParts {
  readonly store: WatchedStore
  readonly memory: ImportMemory
  readonly listeners: Listeners
  readonly revision: Revision
  readonly now: Clock
  readonly inTurn: InTurn
}

/** A call that is written, with its place among the rows of the group. */
interface Taken extends GrowingCall {
  readonly index: number
  readonly id: number
  /** Listeners by their numbers in the session. */
  readonly people: readonly number[]
  readonly isNew: boolean
}

/** No more calls than this share a commit. */
const MOST = 256

/**
 * Commits to imports that grow: those that wait at the same time are one durable step. What it takes to tell new names, claims and duplicates is
 * kept in memory as long as nobody else writes to their tables, so that an event reads next to nothing.
 */
export function growingImports(parts: GrowingParts): (call: GrowingCall) => Promise<ImportOutcome> {
  const { store, memory, listeners, revision, now, inTurn } = parts
  const { identifiers, claims, heard, standing } = memory
  const requests = answeredRequests(store)

  /** Says which calls are to be written, and to which import; the others have their outcome. */
  async function sort(calls: readonly GrowingCall[], outcomes: Outcome<ImportOutcome>[]) {
    const named = (call: GrowingCall) => [...call.collected.people.keys()].slice(1)
    const own = ({ meta }: GrowingCall) => (meta.listener === THEIR_OWN ? [] : [meta.listener])
    const everybody = [...new Set(calls.flatMap((call) => [...own(call), ...named(call)]))]
    const { ids, writes: created } = await listeners.findOrCreateAll(everybody)
    const idOf = new Map(everybody.map((name, i) => [name, ids[i]!]))
    const owner = (call: GrowingCall) => idOf.get(call.meta.listener) ?? NOBODY
    const ownerOf = calls.map((call) => ({ owner: owner(call), sha256: call.meta.sha256 }))
    const keys = calls.flatMap(({ meta }) => (meta.request ? [meta.request.key] : []))
    const { answered, writes: forgotten } = await requests.find(keys, now())
    const known = new Set(await standing.find(ownerOf))
    const taken: Taken[] = []
    for (const [index, call] of calls.entries()) {
      const { request } = call.meta
      try {
        const before = request && importOfRequest(answered, request)
        if (before !== undefined) {
          outcomes[index] = { done: { ...repeatedOutcome(before, call.collected), repeated: true } }
          continue
        }
      } catch (error) {
        outcomes[index] = { error }
        continue
      }
      const id = await standing.idOf(ownerOf[index]!)
      const isNew = !known.has(id)
      known.add(id)
      if (request) answered.set(request.key, { import: id, sha256: request.sha256 } satisfies AnsweredRequest)
      const people = [owner(call), ...named(call).map((name) => idOf.get(name)!)]
      taken.push({ ...call, index, id, people, isNew })
    }
    return { taken, writes: [...created, ...forgotten] }
  }

  async function write(calls: readonly GrowingCall[]): Promise<Outcome<ImportOutcome>[]> {
    memory.refresh()
    const outcomes: Outcome<ImportOutcome>[] = new Array(calls.length)
    const { taken, writes: before } = await sort(calls, outcomes)
    if (taken.length === 0) return outcomes
    const { identifier, added } = await identifiers.intern(
      new Set(taken.flatMap(({ collected }) => [...collected.names.all()])),
    )
    const identifierOf = taken.map(({ collected }) => collected.names.identifiers(identifier))
    const size = taken.reduce((sum, { collected }) => sum + collected.plays.size, 0)
    let firstPlay = size > 0 ? await memory.firstId('plays', size) : 0
    const rows = joinedRows(
      taken.map(({ collected, people, id }, t) => {
        firstPlay += collected.plays.size
        return collected.plays.rows(people, identifierOf[t]!, id, firstPlay - collected.plays.size)
      }),
    )
    const told = taken.map(({ collected, id }, t) => collected.claims.write(id, identifierOf[t]!).columns)
    const claimRows = joinedRows(told)
    const fresh = new Set(taken.flatMap(({ id, isNew }) => (isNew ? [id] : [])))
    const news = await claims.compare(claimRows, fresh)
    const whose = told.flatMap(({ identifier: of }, t) =>
      Array.from({ length: of.length }, () => taken[t]!.people[0]!),
    )
    const names = news.rows.map((row) => ({
      identifier: Number(claimRows.identifier[row]),
      import: Number(claimRows.import[row]),
      listener: whose[row]!,
      artist: String(claimRows.artist[row]),
      title: String(claimRows.title[row]),
    }))
    const { hidden, writes: shown } = await heard.join(rows, names)
    const said = joinedRows(
      taken.map(
        ({ collected, people, id }, t) => collected.feedback(identifierOf[t]!, id, people[0]!, 0).columns,
      ),
    )
    const firstSaid = said.kind.length > 0 ? await memory.firstId('feedback', said.kind.length) : 0
    const unseen = new Set(added.id)
    let at = 0
    const done = taken.map((call, t): ImportOutcome => {
      const { plays } = call.collected
      const flags = hidden.subarray(at, at + plays.size)
      at += plays.size
      const newTracks = identifierOf[t]!.filter((of) => unseen.delete(of)).length
      return outcomeOf(call.id, call.collected, flags, newTracks)
    })
    const group: Write[] = [
      ...before,
      ...taken.flatMap(({ isNew, id, people, meta, report }, t) =>
        isNew ? [importRow(id, people[0]!, meta, report(done[t]!.duplicates))] : [],
      ),
      requestRows(
        taken.flatMap(({ meta: { request, at: moment }, id }) =>
          request ? [{ ...request, import: id, at: moment }] : [],
        ),
      ),
      { insert: 'identifiers', columns: added },
      { insert: 'claims', columns: takenRows(claimRows, news.rows) },
      { insert: 'plays', columns: { ...rows, hidden } },
      {
        insert: 'feedback',
        columns: { ...said, id: Array.from({ length: said.kind.length }, (_, i) => firstSaid + i) },
      },
      {
        insert: 'playlistItems',
        columns: joinedRows(
          taken.map(
            ({ collected, people, id }, t) => collected.playlists(identifierOf[t]!, id, people[0]!).columns,
          ),
        ),
      },
      ...shown,
      ...(news.changeCatalog ? await revision.bump() : []),
      ...(await requests.expire(now())),
    ]
    await memory.write(group)
    taken.forEach(({ index }, t) => {
      outcomes[index] = { done: done[t]! }
    })
    return outcomes
  }

  async function writeOrForget(calls: readonly GrowingCall[]): Promise<Outcome<ImportOutcome>[]> {
    try {
      return await write(calls)
    } catch (error) {
      memory.clear()
      // A value that no column takes was refused before anything was kept: the others need not suffer.
      if (!(error instanceof TypeError) || calls.length === 1) throw error
      const outcomes: Outcome<ImportOutcome>[] = []
      for (const call of calls)
        outcomes.push(...(await writeOrForget([call]).catch((cause: unknown) => [{ error: cause }] as const)))
      return outcomes
    }
  }

  return gathered(MOST, (calls) => inTurn(() => writeOrForget(calls)))
}
