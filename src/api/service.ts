import { Type } from 'typebox'
import { type AddRoutes, answers } from '../http/routes.ts'
import { Health, Ready } from '../schemas/service.ts'
import { docsPage, STYLE_HASH } from './docs-page.ts'

/** What everybody may ask: whether the server lives and serves, and what it takes. */
export const addServiceRoutes: AddRoutes = (app, { engine }) => {
  const open = { access: 'open' } as const

  app.get(
    '/v1/health',
    {
      config: open,
      schema: { tags: ['service'], summary: 'Whether the server lives', response: answers(200, Health) },
    },
    async () => ({ healthy: true as const }),
  )

  app.get(
    '/v1/ready',
    {
      config: open,
      schema: { tags: ['service'], summary: 'Whether the store answers', response: answers(200, Ready) },
    },
    async () => {
      await engine.library.store.count('meta', { key: 'schemaVersion' })
      return { ready: true as const }
    },
  )

  app.get(
    '/v1/openapi.json',
    {
      config: open,
      schema: {
        tags: ['service'],
        summary: 'This API as OpenAPI 3.1',
        response: answers(200, Type.Unknown()),
      },
    },
    async () => app.swagger(),
  )

  let page: string | undefined
  app.get(
    '/v1/docs',
    {
      config: open,
      schema: {
        tags: ['service'],
        summary: 'This API as a page to read',
        produces: ['text/html'],
        response: answers(200, Type.String()),
      },
    },
    async (_, reply) => {
      page ??= docsPage(app.swagger())
      return reply
        .type('text/html; charset=utf-8')
        .header(
          'content-security-policy',
          `default-src 'none'; style-src '${STYLE_HASH}'; frame-ancestors 'none'`,
        )
        .send(page)
    },
  )
}
