import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Store, Write } from '../store/store.ts'

/** Somebody who may sign in. */
export interface Account {
  readonly id: number
  readonly name: string
  /** Whose music it is about. */
  readonly listener: number
  /** Whether it may see and do everything. */
  readonly admin: boolean
  /** Whether it has a password. */
  readonly joined: boolean
  readonly createdAt: number
}

/** The rows of accounts. An account that was removed leaves its number alone, so that no other gets it. */
export interface AccountRows {
  /** Those that were not removed, the oldest first. */
  list(): Promise<readonly Account[]>
  /** By name, however it is written. */
  find(name: string): Promise<Account | undefined>
  /** Names that are folded alike are the same name. */
  folded(name: string): string
  /** What is kept of the password; '' where there is none yet. */
  passwordOf(id: number): Promise<string>
  /** @throws ACCOUNT_EXISTS */
  create(
    given: Pick<Account, 'name' | 'listener' | 'admin'>,
    password: string,
    more?: readonly Write[],
  ): Promise<Account>
  setPassword(id: number, password: string, more: readonly Write[]): Promise<void>
  removing(id: number): Write[]
  write(writes: readonly Write[]): Promise<void>
}

interface Kept {
  readonly account: Account
  readonly password: string
}

const COLUMNS = ['id', 'name', 'listener', 'admin', 'password', 'createdAt', 'removedAt'] as const

/** The rows of a store, kept in memory. Whoever writes takes turns. */
export function accountRows(store: Store, now: Clock): AccountRows {
  let kept: Promise<readonly Kept[]> | undefined
  const read = async (): Promise<readonly Kept[]> => {
    const rows = await store.read('accounts', COLUMNS, { orderBy: ['id'] })
    const all = Array.from(rows.id, (id, i) => ({
      account: {
        id,
        name: rows.name[i]!,
        listener: rows.listener[i]!,
        admin: rows.admin[i] === 1,
        joined: rows.password[i] !== '',
        createdAt: rows.createdAt[i]!,
      },
      password: rows.password[i]!,
    }))
    return all.filter((_, i) => Number.isNaN(rows.removedAt[i]!))
  }
  const all = () => {
    kept ??= read().catch((error: unknown) => {
      kept = undefined
      throw error
    })
    return kept
  }
  const write = async (writes: readonly Write[]) => {
    try {
      await store.write(writes)
    } finally {
      kept = undefined
    }
  }
  const folded = (name: string) => name.normalize('NFKC').toLowerCase()
  const find = async (name: string) =>
    (await all()).find(({ account }) => folded(account.name) === folded(name))?.account
  return {
    folded,
    find,
    write,
    list: async () => (await all()).map(({ account }) => account),
    passwordOf: async (id) => (await all()).find(({ account }) => account.id === id)?.password ?? '',
    async create({ name, listener, admin }, password, more = []) {
      if (await find(name)) throw new DeepcutsError('ACCOUNT_EXISTS', { name })
      const id = (await store.max('accounts', 'id')) + 1
      const createdAt = now()
      const columns = {
        id: [id],
        name: [name],
        listener: [listener],
        admin: [Number(admin)],
        password: [password],
        createdAt: [createdAt],
        removedAt: [Number.NaN],
      }
      await write([{ insert: 'accounts', columns }, ...more])
      return { id, name, listener, admin, joined: password !== '', createdAt }
    },
    setPassword: (id, password, more) =>
      write([{ update: 'accounts', set: { password }, where: { id } }, ...more]),
    removing: (id) => [
      { update: 'accounts', set: { name: '', listener: 0, password: '', removedAt: now() }, where: { id } },
    ],
  }
}
