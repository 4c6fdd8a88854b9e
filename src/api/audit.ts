import { type AddRoutes, answers } from '../http/routes.ts'
import { Audit, AuditQuery } from '../schemas/audit.ts'

/** What administrators did. */
export const addAuditRoutes: AddRoutes = (app, { accounts }) => {
  app.get(
    '/v1/audit',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['audit'],
        summary: 'What administrators did, the newest first',
        querystring: AuditQuery,
        response: answers(200, Audit),
      },
    },
    async ({ query: { before, limit } }) => {
      const found = await accounts.audit.page(limit + 1, before)
      const entries = found.slice(0, limit).map(({ about, ...entry }) => ({ ...entry, about: { ...about } }))
      return { entries, ...(found.length > limit && { next: entries.at(-1)!.id }) }
    },
  )
}
