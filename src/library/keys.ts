import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { InTurn } from '../core/turns.ts'
import { keptWhile, type WatchedStore } from '../store/watched.ts'

/** What a key may ask for: about one listener, about every listener, or everything. */
export type KeyScope = 'listener' | 'app' | 'admin'

/** What lets a program ask the server; the key itself is told once, and only a digest of it is kept. */
export interface ApiKey {
  readonly id: number
  /** What its owner calls it. */
  readonly name: string
  readonly scope: KeyScope
  /** The only listener that it is about; absent for `app` and `admin`. */
  readonly listener?: number
  readonly createdAt: number
  /** To the hour; absent where it was not used yet. */
  readonly usedAt?: number
  readonly revokedAt?: number
}

/** The keys of a store. */
export interface ApiKeys {
  /**
   * Makes a key of 256 random bits; `token` is what a program sends, and cannot be asked for again. Durable when it resolves.
   * @param listener whose it is; for the scope `listener` alone
   */
  create(
    name: string,
    scope: KeyScope,
    listener?: number,
  ): Promise<{ readonly key: ApiKey; readonly token: string }>
  /** Every key that was made, revoked ones too, the oldest first. */
  list(): Promise<readonly ApiKey[]>
  /** Makes a key worthless from now on. @throws UNKNOWN_KEY */
  revoke(id: number): Promise<ApiKey>
  /** The key that a token is, unless it is none or was revoked; compared in constant time. */
  find(token: string): Promise<ApiKey | undefined>
}

const COLUMNS = ['id', 'name', 'scope', 'listener', 'sha256', 'createdAt', 'usedAt', 'revokedAt'] as const
const TOKEN = /^dc(\d{1,9})_[\w-]{43}$/
const HOUR = 3_600_000

interface Kept {
  readonly key: ApiKey
  readonly digest: Buffer
}

/** The keys of a store, kept in memory: it has one owner. */
export function keysOf(store: WatchedStore, now: Clock, inTurn: InTurn): ApiKeys {
  const read = async (): Promise<ReadonlyMap<number, Kept>> => {
    const rows = await store.read('apiKeys', COLUMNS, { orderBy: ['id'] })
    const known = new Map<number, Kept>()
    rows.id.forEach((id, i) => {
      const key: ApiKey = {
        id,
        name: rows.name[i]!,
        scope: rows.scope[i] as KeyScope,
        ...(rows.listener[i] && { listener: rows.listener[i] }),
        createdAt: rows.createdAt[i]!,
        ...(Number.isNaN(rows.usedAt[i]!) ? {} : { usedAt: rows.usedAt[i]! }),
        ...(Number.isNaN(rows.revokedAt[i]!) ? {} : { revokedAt: rows.revokedAt[i]! }),
      }
      known.set(id, { key, digest: Buffer.from(rows.sha256[i]!, 'hex') })
    })
    return known
  }
  const kept = keptWhile(store, ['apiKeys'], (_: 0) => read())
  const all = () => kept(0)
  const noting = new Set<number>()
  const noteUse = async ({ id, usedAt }: ApiKey): Promise<void> => {
    const at = now() - (now() % HOUR)
    if (noting.has(id) || (usedAt !== undefined && usedAt >= at)) return
    noting.add(id)
    try {
      await inTurn(() => store.write([{ update: 'apiKeys', set: { usedAt: at }, where: { id } }]))
    } finally {
      noting.delete(id)
    }
  }
  return {
    create: (name, scope, listener) =>
      inTurn(async () => {
        const id = (await store.max('apiKeys', 'id')) + 1
        const token = `dc${id}_${randomBytes(32).toString('base64url')}`
        const createdAt = now()
        const columns = {
          id: [id],
          name: [name],
          scope: [scope],
          listener: [listener ?? 0],
          sha256: [digestOf(token).toString('hex')],
          createdAt: [createdAt],
          usedAt: [Number.NaN],
          revokedAt: [Number.NaN],
        }
        await store.write([{ insert: 'apiKeys', columns }])
        const key = { id, name, scope, ...(listener !== undefined && { listener }), createdAt }
        return { key, token }
      }),
    list: async () => Array.from((await all()).values(), ({ key }) => key),
    revoke: (id) =>
      inTurn(async () => {
        const found = (await all()).get(id)
        if (!found) throw new DeepcutsError('UNKNOWN_KEY', { id })
        const revokedAt = found.key.revokedAt ?? now()
        await store.write([{ update: 'apiKeys', set: { revokedAt }, where: { id } }])
        return { ...found.key, revokedAt }
      }),
    async find(token) {
      const id = TOKEN.exec(token)?.[1]
      const found = id === undefined ? undefined : (await all()).get(Number(id))
      if (!found || !timingSafeEqual(found.digest, digestOf(token))) return undefined
      if (found.key.revokedAt !== undefined) return undefined
      // Not waited for: whether the time of use can be kept says nothing about the request.
      void noteUse(found.key).catch(() => undefined)
      return found.key
    },
  }
}

/** SHA-256: of 256 random bits a plain digest is enough, nobody can guess them. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
