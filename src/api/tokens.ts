import { type AddRoutes, answers } from '../http/routes.ts'
import type { ProtocolToken } from '../index.ts'
import { OfListener } from '../schemas/parts.ts'
import { MadePlayerToken, NewPlayerToken, OfToken, PlayerToken, PlayerTokens } from '../schemas/tokens.ts'

/** What lets players tell and ask for a listener, by protocols that they speak already. */
export const addTokenRoutes: AddRoutes = (app, { engine }) => {
  const config = { access: 'listener' } as const
  const tags = ['players']

  app.get(
    '/v1/listeners/:listener/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'Every player token that was made',
        params: OfListener,
        response: answers(200, PlayerTokens),
      },
    },
    async ({ params: { listener } }) => {
      const { id } = await engine.listener(listener)
      return { tokens: (await engine.tokens.list(id)).map(shown) }
    },
  )

  app.post(
    '/v1/listeners/:listener/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'Make a token for a player: random, never a password of somebody',
        params: OfListener,
        body: NewPlayerToken,
        response: answers(201, MadePlayerToken),
      },
    },
    async ({ params: { listener }, body: { name, protocol } }, reply) => {
      const { id } = await engine.listener(listener)
      const { token, secret } = await engine.tokens.create(id, name, protocol)
      return reply.code(201).send({ token: shown(token), secret })
    },
  )

  app.delete(
    '/v1/listeners/:listener/tokens/:token',
    {
      config,
      schema: {
        tags,
        summary: 'Revoke a player token: it is worthless at once',
        params: OfToken,
        response: answers(200, PlayerToken),
      },
    },
    async ({ params: { listener, token } }) => {
      const { id } = await engine.listener(listener)
      return shown(await engine.tokens.revoke(id, token))
    },
  )
}

/** A token without the number of its listener, whose name is in the address. */
function shown({ listener: _, ...token }: ProtocolToken) {
  return token
}
