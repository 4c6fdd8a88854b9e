import { Type } from 'typebox'
import { millis, Next, pageOf, STRICT, Track, words } from './parts.ts'

export const Saying = Type.Object(
  {
    kind: words(['like', 'dislike', 'snooze', 'never']),
    track: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        description: 'By id, link or "title – artist"; of all kinds but never',
      }),
    ),
    artist: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Of never' })),
    days: Type.Optional(Type.Number({ minimum: 1, maximum: 36_500, description: 'Of a snooze; absent: 30' })),
  },
  STRICT,
)
export const Said = Type.Object({
  id: Type.Integer(),
  kind: words(['like', 'dislike', 'snooze', 'never']),
  byHand: Type.Boolean({ description: 'Whether it was said by hand, and not by an imported library' }),
  at: Type.Optional(millis('When it was said')),
  until: Type.Optional(millis('End of a snooze')),
  track: Type.Optional(Track),
  artist: Type.Optional(Type.String()),
})
export const FeedbackPage = Type.Object(pageOf({ usual: 1000, most: 1000 }), STRICT)
export const AllSaid = Type.Object({ feedback: Type.Array(Said), next: Next })
