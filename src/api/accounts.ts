import type { Account } from '../accounts/accounts.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import type { Engine } from '../index.ts'
import {
  AccountList,
  Account as AccountShape,
  Invited,
  Link,
  NewAccount,
  OfAccount,
} from '../schemas/accounts.ts'
import { checkedZone } from './time-zone.ts'

/** The accounts, for administrators. */
export const addAccountRoutes: AddRoutes = (app, { engine, accounts }) => {
  const tags = ['accounts']
  const admin = (audit?: string) => ({ access: 'admin', ...(audit !== undefined && { audit }) }) as const

  app.get(
    '/v1/accounts',
    {
      config: admin(),
      schema: { tags, summary: 'Who may sign in', response: answers(200, AccountList) },
    },
    async () => ({ accounts: await Promise.all((await accounts.list()).map(shownBy(engine))) }),
  )

  app.post(
    '/v1/accounts',
    {
      config: admin('account made'),
      schema: {
        tags,
        summary: 'Let somebody sign in: they set their password with the link',
        body: NewAccount,
        response: answers(201, Invited),
      },
    },
    async ({ body: { name, listener = name, admin: all = false, timeZone }, noted }, reply) => {
      const zone = timeZone === undefined ? undefined : checkedZone(timeZone)
      const { account, link } = await accounts.invite(name, await listenerToBe(engine, listener, zone), all)
      Object.assign(noted, { account: account.id, listener: account.listener, admin: Number(all) })
      return reply.code(201).send({ account: await shownBy(engine)(account), link })
    },
  )

  app.post(
    '/v1/accounts/:account/link',
    {
      config: admin('password link made'),
      schema: {
        tags,
        summary: 'A link with which the account sets another password',
        params: OfAccount,
        response: answers(201, Link),
      },
    },
    async ({ params }, reply) => reply.code(201).send(await accounts.resetLink(params.account)),
  )

  app.delete(
    '/v1/accounts/:account',
    {
      config: admin('account removed'),
      schema: {
        tags,
        summary: 'Remove an account and end its sessions; its listener stays',
        params: OfAccount,
        response: answers(200, AccountShape),
      },
    },
    async ({ params }) => {
      const shown = await shownBy(engine)(await accounts.get(params.account))
      await accounts.remove(params.account)
      return shown
    },
  )
}

/** An account as answers show it: with the name of its listener. */
export function shownBy(engine: Engine) {
  return async ({ listener, ...account }: Account) => ({
    ...account,
    listener: (await engine.listenerNames()).get(listener) ?? '',
  })
}

/** The number of a listener, who is made where there is none. */
export async function listenerToBe(
  { library }: Engine,
  name: string,
  zone: string | undefined,
): Promise<number> {
  const { listeners } = library
  const wanted = name.normalize('NFC')
  return ((await listeners.find(wanted)) ?? (await listeners.create(wanted, zone))).id
}
