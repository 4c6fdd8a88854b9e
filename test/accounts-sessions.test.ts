import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Accounts, accountsOf, type SignedIn } from '../src/accounts/accounts.ts'
import { scryptPasswords } from '../src/accounts/passwords.ts'
import type { Store } from '../src/store/store.ts'
import { temporaryStore } from './suites/temp-store.ts'

const DAY = 86_400_000
const WORD = 'a long enough word'
let store: Store
let close: () => Promise<void>
let clock: { at: number }
let accounts: Accounts
const opened = () =>
  accountsOf({ store, now: () => clock.at, passwords: scryptPasswords({ logN: 4, r: 8, p: 1 }) })
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code: string }) => error.code,
  )
const setUp = async (name = 'Ada'): Promise<SignedIn> =>
  accounts.setUp((await accounts.setupLink())!.token, { name, password: WORD }, async () => 7)

beforeEach(async () => {
  ;({ store, close } = await temporaryStore())
  clock = { at: Date.UTC(2026, 10, 22, 12) }
  accounts = opened()
})
afterEach(() => close())

describe('the set-up link', () => {
  it('makes the first account, an administrator’s, and signs it in', async () => {
    expect(await accounts.isSetUp()).toBe(false)
    const { account, session, token } = await setUp()
    expect(account).toMatchObject({ id: 1, name: 'Ada', listener: 7, admin: true, joined: true })
    expect(await accounts.isSetUp()).toBe(true)
    expect(await accounts.find(token)).toMatchObject({ account, session })
    expect(await opened().find(token)).toMatchObject({ account })
  })

  it('works once, also for two who come at the same time', async () => {
    const { token } = (await accounts.setupLink())!
    const both = await Promise.all(
      ['Ada', 'Bo'].map((name) => codeOf(accounts.setUp(token, { name, password: WORD }, async () => 1))),
    )
    expect(both.toSorted()).toEqual(['LINK_UNUSABLE', undefined])
    expect(await accounts.list()).toHaveLength(1)
    expect(await accounts.setupLink()).toBeUndefined()
  })

  it('ends after an hour, with a newer one, and is of no other purpose', async () => {
    const old = (await accounts.setupLink())!
    const link = (await accounts.setupLink())!
    const use = (token: string) =>
      codeOf(accounts.setUp(token, { name: 'Ada', password: WORD }, async () => 1))
    expect(await use(old.token)).toBe('LINK_UNUSABLE')
    expect(await codeOf(accounts.join(link.token, WORD))).toBe('LINK_UNUSABLE')
    clock.at = link.expiresAt
    expect(await use(link.token)).toBe('LINK_UNUSABLE')
    expect(link.expiresAt - Date.UTC(2026, 10, 22, 12)).toBe(3_600_000)
  })

  it('is not used up by a password that is refused, and makes no listener then', async () => {
    const { token } = (await accounts.setupLink())!
    let listeners = 0
    const use = (password: string) =>
      codeOf(accounts.setUp(token, { name: 'Ada', password }, async () => ++listeners))
    expect(await use('short')).toBe('BAD_VALUE')
    expect(listeners).toBe(0)
    expect(await use(WORD)).toBeUndefined()
  })

  it('is kept as a digest alone, and carries its token where no log sees it', async () => {
    const { token, path } = (await accounts.setupLink())!
    expect(path).toBe(`/setup#${token}`)
    const rows = await store.read('links', ['sha256', 'purpose'])
    expect(rows.sha256[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(rows)).not.toContain(token.slice(3))
  })
})

describe('an invitation', () => {
  it('lets its owner choose a password, once, and see nothing before', async () => {
    await setUp()
    const { account, link } = await accounts.invite('Bo', 8, false)
    expect(account).toMatchObject({ id: 2, joined: false, admin: false })
    expect(await codeOf(accounts.logIn('Bo', '', '10.0.0.1'))).toBe('LOGIN_FAILED')
    const joined = await accounts.join(link.token, WORD)
    expect(joined.account).toMatchObject({ id: 2, joined: true, listener: 8 })
    expect(await codeOf(accounts.join(link.token, WORD))).toBe('LINK_UNUSABLE')
    expect((await accounts.logIn('bo', WORD, '10.0.0.1')).account.id).toBe(2)
  })

  it('takes no name that somebody has, however it is written', async () => {
    await setUp('Zoë')
    for (const name of ['Zoë', 'ZOË', 'Zoe\u0308', 'ｚoë'])
      expect(await codeOf(accounts.invite(name, 8, false)), name).toBe('ACCOUNT_EXISTS')
  })

  it('of a link that an administrator makes again ends sessions and the password before', async () => {
    const first = await setUp()
    const link = await accounts.resetLink(1)
    expect(await accounts.find(first.token)).toBeDefined()
    await accounts.join(link.token, 'quite another word')
    expect(await accounts.find(first.token)).toBeUndefined()
    expect(await codeOf(accounts.logIn('Ada', WORD, '10.0.0.1'))).toBe('LOGIN_FAILED')
    expect(await codeOf(accounts.resetLink(99))).toBe('UNKNOWN_ACCOUNT')
  })
})

describe('signing in', () => {
  it('fails with one sentence for a wrong password and for nobody', async () => {
    await setUp()
    const failure = async (name: string) =>
      accounts.logIn(name, 'not the right word', '10.0.0.1').catch((error: Error) => error.message)
    expect(await failure('Ada')).toBe(await failure('Nobody'))
  })

  it('is limited for a name that is there and one that is not alike, and by a right password not sooner', async () => {
    await setUp()
    const waits = async (name: string, last: string) => {
      for (let i = 0; i < 5; i++) await codeOf(accounts.logIn(name, 'wrong wrong wrong', `10.0.${i}.1`))
      return codeOf(accounts.logIn(name, last, '10.0.9.1'))
    }
    expect(await waits('Ada', WORD)).toBe('TOO_MANY_LOGINS')
    expect(await waits('Nobody', WORD)).toBe('TOO_MANY_LOGINS')
    clock.at += 1000
    expect(await codeOf(accounts.logIn('Ada', WORD, '10.0.9.1'))).toBeUndefined()
  })

  it('keeps a digest of the session alone, and proves pages by what the token alone gives', async () => {
    const { token, session } = await setUp()
    const rows = await store.read('sessions', ['sha256', 'account'])
    expect(JSON.stringify(rows)).not.toContain(token.slice(3))
    expect(session.csrf).toMatch(/^[\w-]{43}$/)
    expect(token).not.toContain(session.csrf)
    const other = await accounts.logIn('Ada', WORD, '10.0.0.1')
    expect(other.session.csrf).not.toBe(session.csrf)
    expect((await opened().find(token))!.session.csrf).toBe(session.csrf)
  })
})

describe('a session', () => {
  it('ends two weeks after its last use, and ninety days after it began at the latest', async () => {
    const { token } = await setUp()
    const began = clock.at
    while (clock.at - began < 89 * DAY) {
      clock.at += 13 * DAY
      if (clock.at - began > 90 * DAY) break
      expect(await accounts.find(token), String((clock.at - began) / DAY)).toBeDefined()
      // The time of use is noted behind the request.
      await expect
        .poll(async () => (await store.read('sessions', ['seenAt'])).seenAt[0])
        .toBe(clock.at - (clock.at % 3_600_000))
    }
    clock.at = began + 90 * DAY + 1
    expect(await accounts.find(token)).toBeUndefined()
  })

  it('that nobody used for two weeks is over, and its row goes with the next one', async () => {
    const { token } = await setUp()
    clock.at += 14 * DAY + 1
    expect(await accounts.find(token)).toBeUndefined()
    await accounts.logIn('Ada', WORD, '10.0.0.1')
    expect(await store.count('sessions')).toBe(1)
  })

  it('can be ended alone or with all others of its account, and never by another account', async () => {
    const one = await setUp()
    const other = await accounts.logIn('Ada', WORD, '10.0.0.1')
    const bo = await accounts.join((await accounts.invite('Bo', 8, false)).link.token, WORD)
    await accounts.logOut(one.session)
    expect(await accounts.find(one.token)).toBeUndefined()
    expect(await accounts.find(other.token)).toBeDefined()
    await accounts.logOutEverywhere(1)
    expect(await accounts.find(other.token)).toBeUndefined()
    expect(await accounts.find(bo.token)).toBeDefined()
    expect(await opened().find(one.token)).toBeUndefined()
  })

  it('is the only one that stays when its password is changed', async () => {
    const one = await setUp()
    const other = await accounts.logIn('Ada', WORD, '10.0.0.1')
    const change = (current: string, next: string) =>
      codeOf(accounts.changePassword(one.session, '10.0.0.1', current, next))
    expect(await change('not the right word', 'quite another word')).toBe('LOGIN_FAILED')
    expect(await change(WORD, 'short')).toBe('BAD_VALUE')
    expect(await accounts.find(other.token)).toBeDefined()
    expect(await change(WORD, 'quite another word')).toBeUndefined()
    expect(await accounts.find(one.token)).toBeDefined()
    expect(await accounts.find(other.token)).toBeUndefined()
    expect(await codeOf(accounts.logIn('Ada', WORD, '10.0.0.1'))).toBe('LOGIN_FAILED')
  })

  it('is one of twenty of an account at most; the oldest goes', async () => {
    const { token } = await setUp()
    let last = token
    for (let i = 0; i < 20; i++) {
      clock.at += 1000
      last = (await accounts.logIn('Ada', WORD, '10.0.0.1')).token
    }
    expect(await accounts.find(token)).toBeUndefined()
    expect(await accounts.find(last)).toBeDefined()
    expect(await store.count('sessions')).toBe(20)
  })
})

describe('an account that is removed', () => {
  it('is gone with its sessions and links; its number goes to nobody else and nothing of it is kept', async () => {
    await setUp()
    const { account, link } = await accounts.invite('Bo', 8, false)
    const { token } = await accounts.join(link.token, WORD)
    const reset = await accounts.resetLink(account.id)
    await accounts.remove(account.id)
    expect(await accounts.find(token)).toBeUndefined()
    expect(await codeOf(accounts.join(reset.token, WORD))).toBe('LINK_UNUSABLE')
    expect(await codeOf(accounts.logIn('Bo', WORD, '10.0.0.1'))).toBe('LOGIN_FAILED')
    expect((await accounts.list()).map(({ name }) => name)).toEqual(['Ada'])
    const rows = await store.read('accounts', ['name', 'password'], { where: { id: account.id } })
    expect(rows).toMatchObject({ name: [''], password: [''] })
    expect((await accounts.invite('Bo', 8, false)).account.id).toBe(account.id + 1)
  })

  it('is never the last administrator’s', async () => {
    await setUp()
    const { account, link } = await accounts.invite('Bo', 8, true)
    expect(await codeOf(accounts.remove(1))).toBe('LAST_ADMIN')
    await accounts.join(link.token, WORD)
    expect(await codeOf(accounts.remove(1))).toBeUndefined()
    expect(await codeOf(accounts.remove(account.id))).toBe('LAST_ADMIN')
    expect(await codeOf(accounts.removeOf(8))).toBe('LAST_ADMIN')
    expect(await accounts.isSetUp()).toBe(true)
  })
})

describe('what administrators did', () => {
  it('is kept in order, in pages, the newest first, after a restart too', async () => {
    await Promise.all([1, 2, 3].map((key) => accounts.audit.append('account 1', 'key made', { key })))
    await opened().audit.append('key 3', 'model promoted', { listener: 2, version: 5 })
    const page = await accounts.audit.page(2)
    expect(page.map(({ id }) => id)).toEqual([4, 3])
    expect(page[0]).toEqual({
      id: 4,
      at: clock.at,
      who: 'key 3',
      action: 'model promoted',
      about: { listener: 2, version: 5 },
    })
    expect((await accounts.audit.page(9, 3)).map(({ about }) => about)).toEqual([{ key: 2 }, { key: 1 }])
    expect(await accounts.audit.page(9, 1)).toEqual([])
  })
})
