import { DeepcutsError } from '../core/errors.ts'
import type { Store, Write } from '../store/store.ts'

/** A request that named itself: digests of the name and of what it asked. */
export interface NamedRequest {
  readonly key: string
  readonly sha256: string
}

/** Requests that were answered, so that one sent again is not done again. */
export interface AnsweredRequests {
  /** Those of these requests that were answered at most REQUESTS_KEPT_MS ago, by key, and the writes that forget those that were answered before. */
  find(
    keys: readonly string[],
    now: number,
  ): Promise<{
    readonly answered: Map<string, AnsweredRequest>
    readonly writes: Write[]
  }>
  /** The writes that forget some of those that are too old, now and then; [] most times. */
  expire(now: number): Promise<Write[]>
}

/** Where a request was answered, and what it asked. */
export interface AnsweredRequest {
  readonly import: number
  readonly sha256: string
}

/** For so long a request that is sent again is known. */
export const REQUESTS_KEPT_MS = 30 * 86_400_000
/** Old ones are looked for this often, and so many are forgotten at once. */
const EVERY_MS = 3_600_000
const STEP = 500

/** The answered requests of a store. */
export function answeredRequests(store: Store): AnsweredRequests {
  let looked = Number.NEGATIVE_INFINITY
  return {
    async find(keys, now) {
      const answered = new Map<string, AnsweredRequest>()
      if (keys.length === 0) return { answered, writes: [] }
      const rows = await store.read('requests', ['key', 'sha256', 'import', 'at'], { where: { key: keys } })
      rows.key.forEach((key, i) => {
        if (rows.at[i]! >= now - REQUESTS_KEPT_MS)
          answered.set(key, { import: rows.import[i]!, sha256: rows.sha256[i]! })
      })
      const old = rows.key.filter((_, i) => rows.at[i]! < now - REQUESTS_KEPT_MS)
      return { answered, writes: old.length > 0 ? [{ delete: 'requests', where: { key: old } }] : [] }
    },
    async expire(now) {
      // A clock that was put back must not keep them for ever.
      if (Math.abs(now - looked) < EVERY_MS) return []
      const oldest = await store.read('requests', ['key', 'at'], { orderBy: ['at'], limit: STEP })
      const old = oldest.key.filter((_, i) => oldest.at[i]! < now - REQUESTS_KEPT_MS)
      if (old.length < STEP) looked = now
      return old.length > 0 ? [{ delete: 'requests', where: { key: old } }] : []
    },
  }
}

/** The import in which a request was answered, if it was. @throws REQUEST_CHANGED where the same name asks something else */
export function importOfRequest(
  answered: ReadonlyMap<string, AnsweredRequest>,
  { key, sha256 }: NamedRequest,
): number | undefined {
  const before = answered.get(key)
  if (before && before.sha256 !== sha256) throw new DeepcutsError('REQUEST_CHANGED')
  return before?.import
}

/** The write that remembers answered requests. */
export function requestRows(
  requests: readonly (NamedRequest & { readonly import: number; readonly at: number })[],
): Write {
  return {
    insert: 'requests',
    columns: {
      key: requests.map(({ key }) => key),
      sha256: requests.map(({ sha256 }) => sha256),
      import: requests.map((request) => request.import),
      at: requests.map(({ at }) => at),
    },
  }
}
