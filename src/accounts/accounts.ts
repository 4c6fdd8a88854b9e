import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { turns } from '../core/turns.ts'
import type { Store } from '../store/store.ts'
import { type Account, accountRows } from './account-rows.ts'
import { attemptLimits } from './attempts.ts'
import { type AuditLog, auditOf } from './audit.ts'
import { type Link, linksOf } from './links.ts'
import { checkPassword, type Passwords, scryptPasswords } from './passwords.ts'
import { type OpenSession, sessionsOf } from './sessions.ts'

export type { Account } from './account-rows.ts'
export type { AuditLog } from './audit.ts'
export type { Link } from './links.ts'
export type { OpenSession } from './sessions.ts'

/** Somebody who is signed in. `token` is what the cookie carries. */
export interface SignedIn {
  readonly account: Account
  readonly session: OpenSession
  readonly token: string
}

/** Who may sign in, with what, and who did. Everything is durable when it resolves. */
export interface Accounts {
  readonly audit: AuditLog
  /** Whether an administrator has an account with a password: from then on others may be let in. */
  isSetUp(): Promise<boolean>
  /** A new link that makes the first account, in place of an earlier one; undefined once there is one. */
  setupLink(): Promise<Link | undefined>
  /**
   * Makes the first account, an administrator's, and signs it in.
   * @param listener makes or finds whose music it is about; asked once everything else is in order
   * @throws LINK_UNUSABLE, BAD_VALUE
   */
  setUp(
    token: string,
    given: { readonly name: string; readonly password: string },
    listener: () => Promise<number>,
  ): Promise<SignedIn>
  /** Makes an account without a password, and the link with which its owner sets one. @throws ACCOUNT_EXISTS */
  invite(
    name: string,
    listener: number,
    admin: boolean,
  ): Promise<{ readonly account: Account; readonly link: Link }>
  /** A new link with which an account sets a password, in place of an earlier one. @throws UNKNOWN_ACCOUNT */
  resetLink(id: number): Promise<Link>
  /** Sets the password of the account that a link is about, ends its sessions and signs it in. @throws LINK_UNUSABLE, BAD_VALUE */
  join(token: string, password: string): Promise<SignedIn>
  /** @param address from where, for the limits of guesses @throws LOGIN_FAILED, TOO_MANY_LOGINS */
  logIn(name: string, password: string, address: string): Promise<SignedIn>
  /** Who a cookie's token stands for; undefined where nobody. */
  find(token: string): Promise<Omit<SignedIn, 'token'> | undefined>
  logOut(session: OpenSession): Promise<void>
  logOutEverywhere(account: number): Promise<void>
  /** Sets another password and ends the account's other sessions. @throws LOGIN_FAILED, TOO_MANY_LOGINS, BAD_VALUE */
  changePassword(session: OpenSession, address: string, current: string, next: string): Promise<void>
  list(): Promise<readonly Account[]>
  /** @throws UNKNOWN_ACCOUNT */
  get(id: number): Promise<Account>
  /** Removes an account with its sessions and links; its listener stays. @throws UNKNOWN_ACCOUNT, LAST_ADMIN */
  remove(id: number): Promise<void>
  /** Removes every account that is about a listener, for one who is forgotten. @throws LAST_ADMIN */
  removeOf(listener: number): Promise<void>
}

export interface AccountsOptions {
  readonly store: Store
  readonly now: Clock
  readonly passwords?: Passwords
}

/** The accounts of a store. One of them a store: it has one owner. */
export function accountsOf({ store, now, passwords = scryptPasswords() }: AccountsOptions): Accounts {
  const inTurn = turns()
  const rows = accountRows(store, now)
  const links = linksOf(store, now)
  const sessions = sessionsOf(store, now, turns())
  const attempts = attemptLimits(now)

  const isSetUp = async () => (await rows.list()).some(({ admin, joined }) => admin && joined)
  const get = async (id: number): Promise<Account> => {
    const found = (await rows.list()).find((account) => account.id === id)
    if (!found) throw new DeepcutsError('UNKNOWN_ACCOUNT', { id })
    return found
  }
  const signIn = async (account: Account): Promise<SignedIn> => ({
    account,
    ...(await sessions.start(account.id)),
  })
  const checkSetup = async (token: string) => {
    await links.check('setup', token)
    if (await isSetUp()) throw new DeepcutsError('LINK_UNUSABLE')
  }
  const remove = async (gone: readonly Account[]) => {
    const stay = (await rows.list()).filter(({ id }) => !gone.some((one) => one.id === id))
    if (
      gone.some(({ admin, joined }) => admin && joined) &&
      !stay.some(({ admin, joined }) => admin && joined)
    )
      throw new DeepcutsError('LAST_ADMIN')
    await rows.write(gone.flatMap(({ id }) => [...rows.removing(id), ...links.closing('join', id)]))
    for (const { id } of gone) await sessions.endAll(id)
  }
  const verified = async (name: string, password: string, address: string): Promise<Account> => {
    const succeeded = attempts.begin(rows.folded(name), address)
    const account = await rows.find(name)
    const kept = account && (await rows.passwordOf(account.id))
    const right = await passwords.matches(password, kept)
    // Asked again: it may have been removed, or got another password, meanwhile.
    if (!account || !right || (await rows.passwordOf(account.id)) !== kept)
      throw new DeepcutsError('LOGIN_FAILED')
    succeeded()
    return account
  }

  return {
    audit: auditOf(store, now, turns()),
    isSetUp,
    list: rows.list,
    get,
    setupLink: () => inTurn(async () => ((await isSetUp()) ? undefined : links.make('setup', 0))),
    async setUp(token, { name, password }, listener) {
      await checkSetup(token)
      checkPassword(password, name)
      const hash = await passwords.hash(password)
      const account = await inTurn(async () => {
        await checkSetup(token)
        return rows.create({ name, listener: await listener(), admin: true }, hash, links.closing('setup', 0))
      })
      return signIn(account)
    },
    invite: (name, listener, admin) =>
      inTurn(async () => {
        const account = await rows.create({ name, listener, admin }, '')
        return { account, link: await links.make('join', account.id) }
      }),
    resetLink: (id) => inTurn(async () => links.make('join', (await get(id)).id)),
    async join(token, password) {
      const { name } = await get(await links.check('join', token))
      checkPassword(password, name)
      const hash = await passwords.hash(password)
      const account = await inTurn(async () => {
        const id = await links.check('join', token)
        await rows.setPassword(id, hash, links.closing('join', id))
        await sessions.endAll(id)
        return get(id)
      })
      return signIn(account)
    },
    logIn: async (name, password, address) => signIn(await verified(name, password, address)),
    async find(token) {
      const session = await sessions.find(token)
      const account = session && (await rows.list()).find(({ id }) => id === session.account)
      return account && { account, session }
    },
    logOut: ({ sha256 }) => sessions.end(sha256),
    logOutEverywhere: (account) => sessions.endAll(account),
    async changePassword({ account: id, sha256 }, address, current, next) {
      const { name } = await get(id)
      await verified(name, current, address)
      checkPassword(next, name)
      const hash = await passwords.hash(next)
      await inTurn(async () => rows.setPassword((await get(id)).id, hash, []))
      await sessions.endAll(id, sha256)
    },
    remove: (id) => inTurn(async () => remove([await get(id)])),
    removeOf: (listener) =>
      inTurn(async () => remove((await rows.list()).filter((account) => account.listener === listener))),
  }
}
