import { Type } from 'typebox'
import { millis, OfListener, STRICT } from './parts.ts'

export const OfImport = Type.Object({
  ...OfListener.properties,
  import: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
})

export const UploadQuery = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'What the file is called: formats are told by it too, so keep the name of the export',
    }),
    as: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'The format; absent: it is recognised' }),
    ),
  },
  STRICT,
)
export const Upload = Type.Unknown({ description: 'The file itself: a zip, JSON or a table' })

export const Import = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  format: Type.String({ description: '"events": what was said over HTTP within a day (UTC)' }),
  at: millis('When it was imported'),
  undoneAt: Type.Optional(millis('When it was taken back')),
})
export const ImportWithReport = Type.Object({
  ...Import.properties,
  report: Type.Unknown({ description: 'What was read of which file, and what was left out why' }),
})
export const ImportsQuery = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 1, description: 'The `next` of the page before' })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  },
  STRICT,
)
export const Imports = Type.Object({
  imports: Type.Array(Import, { description: 'The newest first' }),
  next: Type.Optional(
    Type.Integer({ description: 'What `before` is for the next page; absent on the last' }),
  ),
})
