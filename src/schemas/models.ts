import { Type } from 'typebox'
import { millis, OfListener } from './parts.ts'

export const OfModel = Type.Object({ ...OfListener.properties, version: Type.Integer({ minimum: 1 }) })

export const Models = Type.Object({
  models: Type.Array(
    Type.Object({
      version: Type.Integer(),
      at: millis('When it was made'),
      parent: Type.Optional(Type.Integer()),
      active: Type.Boolean({ description: 'Whether it serves' }),
      readable: Type.Boolean(),
      damage: Type.Optional(Type.String()),
      training: Type.Unknown({ description: 'The report of its training' }),
    }),
  ),
})
export const Promoted = Type.Object({ version: Type.Integer({ description: 'The version that serves now' }) })
export const RolledBack = Type.Object({
  version: Type.Integer({ description: 'The version that serves now' }),
  from: Type.Integer({ description: 'The version that served until now' }),
  passedOver: Type.Array(Type.Integer(), {
    description: 'Versions between the two that cannot serve any more',
  }),
})
