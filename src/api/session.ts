import type { FastifyRequest } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, type Asker, answers } from '../http/routes.ts'
import { Changed, LogIn, PasswordChange, SignedIn, SignedOut } from '../schemas/accounts.ts'
import { shownBy } from './accounts.ts'

/** Signing in and out with a browser. */
export const addSessionRoutes: AddRoutes = (app, { engine, accounts, cookie }) => {
  const own = { access: 'account' } as const
  const tags = ['session']

  app.post(
    '/v1/session',
    {
      config: { access: 'open' },
      schema: { tags, summary: 'Sign in', body: LogIn, response: answers(201, SignedIn) },
    },
    async ({ body: { name, password }, ip }, reply) => {
      const { account, session, token } = await accounts.logIn(name, password, ip)
      cookie.set(reply, token)
      return reply.code(201).send({ account: await shownBy(engine)(account), csrf: session.csrf })
    },
  )

  app.get(
    '/v1/session',
    {
      config: own,
      schema: { tags, summary: 'Who is signed in', response: answers(200, SignedIn) },
    },
    async (request) => {
      const { account, session } = signedIn(request)
      return { account: await shownBy(engine)(account), csrf: session.csrf }
    },
  )

  app.delete(
    '/v1/session',
    { config: own, schema: { tags, summary: 'Sign out', response: answers(200, SignedOut) } },
    async (request, reply) => {
      await accounts.logOut(signedIn(request).session)
      cookie.clear(reply)
      return { signedIn: false as const }
    },
  )

  app.delete(
    '/v1/sessions',
    {
      config: own,
      schema: {
        tags,
        summary: 'Sign out wherever this account is signed in',
        response: answers(200, SignedOut),
      },
    },
    async (request, reply) => {
      await accounts.logOutEverywhere(signedIn(request).account.id)
      cookie.clear(reply)
      return { signedIn: false as const }
    },
  )

  app.post(
    '/v1/session/password',
    {
      config: { ...own, audit: 'password changed' },
      schema: {
        tags,
        summary: 'Change the password, and sign out everywhere else',
        body: PasswordChange,
        response: answers(200, Changed),
      },
    },
    async (request) => {
      const { account, session } = signedIn(request)
      const { current, next } = request.body
      await accounts.changePassword(session, request.ip, current, next)
      request.noted.account = account.id
      return { changed: true as const }
    },
  )
}

/** Who is signed in, on routes that ask for it. */
function signedIn({ asker }: Pick<FastifyRequest, 'asker'>): NonNullable<Asker['signedIn']> {
  if (!asker?.signedIn) throw new DeepcutsError('NO_KEY')
  return asker.signedIn
}
