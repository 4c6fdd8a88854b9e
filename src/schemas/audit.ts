import { Type } from 'typebox'
import { millis, STRICT } from './parts.ts'

export const AuditQuery = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 1, description: 'The `next` of the page before' })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  },
  STRICT,
)
const Entry = Type.Object({
  id: Type.Integer(),
  at: millis('When it was done'),
  who: Type.String({ description: 'The key or account that did it, "command line", or "link"' }),
  action: Type.String(),
  about: Type.Record(Type.String(), Type.Union([Type.Integer(), Type.String()]), {
    description: 'What it was done to: kind → number, or a word',
  }),
})
export const Audit = Type.Object({
  entries: Type.Array(Entry, { description: 'The newest first' }),
  next: Type.Optional(
    Type.Integer({ description: 'What `before` is for the next page; absent on the last' }),
  ),
})
