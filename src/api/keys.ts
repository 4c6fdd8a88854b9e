import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import type { ApiKey } from '../index.ts'
import { Key, Keys, MadeKey, NewKey, OfKey } from '../schemas/keys.ts'

/** The keys, for administrators. */
export const addKeyRoutes: AddRoutes = (app, { engine }) => {
  const { keys, listeners } = engine.library
  const config = (audit?: string) => ({ access: 'admin', ...(audit !== undefined && { audit }) }) as const
  const tags = ['keys']
  const shown = async ({ listener, ...key }: ApiKey) => {
    const name = listener === undefined ? undefined : (await listeners.names()).get(listener)
    return { ...key, ...(name !== undefined && { listener: name }) }
  }

  app.get(
    '/v1/keys',
    { config: config(), schema: { tags, summary: 'Every key that was made', response: answers(200, Keys) } },
    async () => ({ keys: await Promise.all((await keys.list()).map(shown)) }),
  )

  app.post(
    '/v1/keys',
    {
      config: config('key made'),
      schema: { tags, summary: 'Make a key', body: NewKey, response: answers(201, MadeKey) },
    },
    async ({ body: { name, scope, listener }, noted }, reply) => {
      const { key, token } = await keys.create(name, scope, await ownerOf(scope, listener))
      Object.assign(noted, {
        key: key.id,
        scope,
        ...(key.listener !== undefined && { listener: key.listener }),
      })
      return reply.code(201).send({ key: await shown(key), token })
    },
  )

  app.delete(
    '/v1/keys/:key',
    {
      config: config('key revoked'),
      schema: {
        tags,
        summary: 'Revoke a key: it is worthless at once',
        params: OfKey,
        response: answers(200, Key),
      },
    },
    async ({ params }) => shown(await keys.revoke(params.key)),
  )

  /** The listener of a key; only a key of that scope has one. */
  async function ownerOf(scope: ApiKey['scope'], listener: string | undefined): Promise<number | undefined> {
    if ((scope === 'listener') !== (listener !== undefined))
      throw new DeepcutsError('REQUEST_INVALID', {
        problem: 'a key of the scope listener names its listener, and no other key does',
      })
    return listener === undefined ? undefined : (await listeners.get(listener)).id
  }
}
