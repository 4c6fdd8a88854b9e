import { type Static, Type } from 'typebox'
import { STRICT, words } from './parts.ts'

export const NewTraining = Type.Object(
  {
    preset: Type.Optional(words(['nano', 'default', 'large'])),
    refresh: Type.Optional(
      Type.Boolean({
        description:
          'Go on from the version that serves, with its preset, which is quicker; where that cannot be done it is trained in full',
      }),
    ),
  },
  {
    ...STRICT,
    description: 'How large a model (absent: default), or whether to go on from the one that serves',
  },
)
export type NewTraining = Static<typeof NewTraining>
