import { Type } from 'typebox'
import { STRICT } from './parts.ts'

export const ListenerExport = Type.String({
  description: 'NDJSON: a JSON object a line, each with its kind; the first says what it is',
})
export const Forgetting = Type.Object(
  {
    confirm: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The name of the listener once more: this cannot be undone',
    }),
  },
  STRICT,
)
export const ForgottenListener = Type.Object({
  listener: Type.String(),
  rows: Type.Record(Type.String(), Type.Integer(), { description: 'Rows that went, by table' }),
  names: Type.Integer({
    description: 'Names of tracks that went with them, because nothing else names those tracks',
  }),
  models: Type.Array(Type.Integer(), { description: 'Versions of the listener’s own model' }),
  everybodys: Type.Array(Type.Integer(), { description: 'Versions of everybody’s model that did not serve' }),
  files: Type.Array(Type.String(), { description: 'Files and folders of the data folder that went' }),
  remains: Type.Array(Type.Object({ what: Type.String(), until: Type.String() }), {
    description: 'What is left of the listener, and until when',
  }),
})
