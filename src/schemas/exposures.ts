import { Type } from 'typebox'
import { Outcome } from './history.ts'
import { millis, Next, OfListener, pageOf, STRICT, Track, words } from './parts.ts'

const head = {
  draw: Type.String({ description: 'Names the draw, as the mix did' }),
  recipe: Type.String(),
  occasion: words(['day', 'again', 'seeded', 'adjusted']),
  at: millis('When it was drawn'),
  modelVersion: Type.Integer({ description: '0 where nothing was learned yet' }),
}
export const ExposurePage = Type.Object(pageOf({ usual: 100, most: 1000 }), STRICT)
export const Exposures = Type.Object({ exposures: Type.Array(Type.Object(head)), next: Next })

export const OfDraw = Type.Object({
  ...OfListener.properties,
  draw: Type.String({ minLength: 1, maxLength: 200 }),
})
export const Exposure = Type.Object({
  ...head,
  policy: Type.Optional(Type.String({ description: 'What drew it' })),
  novelty: Type.Optional(Type.Number({ description: 'The share of new tracks that was asked for' })),
  seen: Type.Integer({
    description: 'Places up to and with the last one played within 48 hours; 0 where nobody answered',
  }),
  tracks: Type.Array(
    Type.Object({
      position: Type.Integer(),
      track: Type.Optional(Track),
      familiarity: words(['familiar', 'new']),
      propensity: Type.Optional(
        Type.Number({
          description: 'Of this track in this place, given those before it and the kinds of all places',
        }),
      ),
      playedAt: Type.Optional(millis('When the play that answers it began; absent: it was not played')),
      outcome: Type.Optional(Outcome),
      said: Type.Optional(words(['like', 'dislike'])),
    }),
  ),
})
