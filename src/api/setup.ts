import { Type } from 'typebox'
import { type AddRoutes, answers } from '../http/routes.ts'
import { Join, Setup, SetupState, SignedIn } from '../schemas/accounts.ts'
import { listenerToBe, shownBy } from './accounts.ts'
import { PAGE_POLICY, passwordPage } from './password-page.ts'
import { checkedZone } from './time-zone.ts'

/** What one-time links lead to: the first account, and the password of any other. */
export const addSetupRoutes: AddRoutes = (app, { engine, accounts, cookie }) => {
  const open = { access: 'open' } as const
  const tags = ['setup']

  app.get(
    '/v1/setup',
    {
      config: open,
      schema: { tags, summary: 'Whether the server is set up', response: answers(200, SetupState) },
    },
    async () => ({ complete: await accounts.isSetUp() }),
  )

  app.post(
    '/v1/setup',
    {
      config: { ...open, audit: 'server set up' },
      schema: {
        tags,
        summary: 'Make the first account, an administrator’s, and sign in',
        body: Setup,
        response: answers(201, SignedIn),
      },
    },
    async ({ body: { token, name, password, listener = name, timeZone }, noted }, reply) => {
      const zone = timeZone === undefined ? undefined : checkedZone(timeZone)
      const made = await accounts.setUp(token, { name, password }, () => listenerToBe(engine, listener, zone))
      noted.account = made.account.id
      cookie.set(reply, made.token)
      return reply.code(201).send({ account: await shownBy(engine)(made.account), csrf: made.session.csrf })
    },
  )

  app.post(
    '/v1/join',
    {
      config: { ...open, audit: 'password set by link' },
      schema: {
        tags,
        summary: 'Set the password of the account that a link is about, and sign in',
        body: Join,
        response: answers(200, SignedIn),
      },
    },
    async ({ body: { token, password }, noted }, reply) => {
      const joined = await accounts.join(token, password)
      noted.account = joined.account.id
      cookie.set(reply, joined.token)
      return { account: await shownBy(engine)(joined.account), csrf: joined.session.csrf }
    },
  )

  for (const [path, summary] of [
    ['/setup', 'The page of the link that makes the first account'],
    ['/join', 'The page of a link that sets a password'],
  ] as const)
    app.get(
      path,
      {
        config: open,
        schema: { tags, summary, produces: ['text/html'], response: answers(200, Type.String()) },
      },
      async (_, reply) =>
        reply
          .type('text/html; charset=utf-8')
          .header('content-security-policy', PAGE_POLICY)
          .send(passwordPage(path === '/setup')),
    )
}
