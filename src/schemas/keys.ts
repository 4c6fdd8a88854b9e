import { Type } from 'typebox'
import { millis, Name, STRICT, words } from './parts.ts'

export const OfKey = Type.Object({ key: Type.Integer({ minimum: 1 }) })

const Scope = words(['listener', 'app', 'admin'])
export const Key = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  scope: Scope,
  listener: Type.Optional(Type.String()),
  createdAt: millis('When it was made'),
  usedAt: Type.Optional(millis('When it was last used, to the hour')),
  revokedAt: Type.Optional(millis('When it was revoked')),
})
export const Keys = Type.Object({ keys: Type.Array(Key) })
export const NewKey = Type.Object(
  {
    name: Name,
    scope: Scope,
    listener: Type.Optional(Type.String({ description: 'Of the scope listener: whose' })),
  },
  STRICT,
)
export const MadeKey = Type.Object({
  key: Key,
  token: Type.String({ description: 'What to send; it is not told again' }),
})
