import { Type } from 'typebox'
import { millis, Next, pageOf, STRICT, Track, words } from './parts.ts'

export const Outcome = words(['finish', 'skip', 'unknown'])

export const HistoryPage = Type.Object(pageOf({ usual: 100, most: 1000 }), STRICT)
export const History = Type.Object({
  events: Type.Array(
    Type.Object({
      id: Type.Integer(),
      track: Type.Optional(Track),
      at: millis('When it ended'),
      msPlayed: Type.Number({ description: 'Time heard' }),
      outcome: Type.Unsafe<'finish' | 'skip' | 'unknown'>({
        ...Outcome,
        description:
          'How it ended, by what its source says and the length of the track; unknown where neither tells',
      }),
      device: Type.Optional(Type.String()),
      import: Type.Integer({ description: 'The import that told it' }),
      source: Type.String({ description: 'The format of that import' }),
    }),
  ),
  next: Next,
})
