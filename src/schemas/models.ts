import { Type } from 'typebox'
import { millis, OfListener, share } from './parts.ts'

export const OfModel = Type.Object({ ...OfListener.properties, version: Type.Integer({ minimum: 1 }) })

const Model = Type.Object({
  version: Type.Integer(),
  at: millis('When it was made'),
  parent: Type.Optional(Type.Integer()),
  active: Type.Boolean({ description: 'Whether it serves' }),
  readable: Type.Boolean(),
  damage: Type.Optional(Type.String()),
  training: Type.Unknown({ description: 'The report of its training' }),
})
export const Models = Type.Object({ models: Type.Array(Model) })

const Bins = Type.Array(
  Type.Object({
    from: share('Least probability'),
    to: share('Largest probability'),
    n: Type.Integer({ description: 'How many plays' }),
    foreseen: share('Their mean probability of a finish'),
    finished: Type.Object({ mean: Type.Number(), ci95: Type.Array(Type.Number()) }),
  }),
)
export const ModelWithReliability = Type.Object({
  ...Model.properties,
  reliability: Type.Optional(
    Type.Object(
      { forMix: Bins, playByPlay: Bins },
      {
        description:
          'Of the plays that were held out: what was foreseen, and what was finished; absent where none were, or the files cannot be read',
      },
    ),
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
