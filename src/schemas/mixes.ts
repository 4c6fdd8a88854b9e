import { type Static, Type } from 'typebox'
import { POLICY_NAMES, POOL_LIMIT } from '../core/candidate.ts'
import { millis, Novelty, STRICT, Text, Track, words } from './parts.ts'

const MixItem = Type.Object({
  position: Type.Integer(),
  track: Track,
  familiarity: words(['familiar', 'new']),
  likability: Type.Number({
    description: 'Calibrated probability that the listener finishes it if it is played now',
  }),
  reason: Type.Object({ kind: Type.String(), text: Type.String() }),
  explored: Type.Boolean({ description: 'Whether it is a deliberate exploration' }),
  propensity: Type.Number({ description: 'Probability of this track in this place given those before it' }),
  sources: Type.Array(Type.String(), { description: 'Who proposed it' }),
})
export const Mix = Type.Object({
  draw: Type.String({ description: 'Names the draw: the same state and settings give the same' }),
  recipe: Type.String(),
  title: Type.String(),
  description: Type.String(),
  listener: Type.String(),
  at: millis('When it was asked'),
  modelVersion: Type.Integer({ description: '0 where nothing was learned yet' }),
  novelty: Type.Number(),
  tracks: Type.Array(MixItem),
  notes: Type.Array(Type.String()),
  degraded: Type.Array(Type.String(), {
    description: 'Sources that failed: the list is made of what the others found',
  }),
  removed: Type.Optional(
    Type.Array(Type.Object({ track: Track, by: Type.String({ description: 'The filter' }) }), {
      description: 'With `explain`: what was proposed and taken out',
    }),
  ),
})
export const Mixes = Type.Object({ mixes: Type.Array(Mix) })
export const MixQuery = Type.Object(
  {
    recipe: Type.String({ maxLength: 64, default: 'daily-1' }),
    n: Type.Integer({ minimum: 1, maximum: POOL_LIMIT, default: 30, description: 'How many tracks' }),
    novelty: Type.Optional(Novelty),
    policy: Type.Optional(words(POLICY_NAMES)),
    seed: Type.Optional(Type.Integer({ description: 'Another draw; absent: that of the day' })),
    from: Type.Optional(
      Type.Array(Text, {
        maxItems: 50,
        description: 'Where a radio starts: artists or tracks, by name, id or link; once for each',
      }),
    ),
    explain: Type.Optional(Type.Union([Type.Boolean(), Type.Literal('')])),
  },
  STRICT,
)
export type MixQuery = Static<typeof MixQuery>

export const SimilarQuery = Type.Object(
  { track: Text, n: Type.Integer({ minimum: 1, maximum: 500, default: 20 }) },
  STRICT,
)
export const Similar = Type.Object({
  track: Track,
  similar: Type.Array(
    Type.Object({
      track: Track,
      affinity: Type.Number({ description: 'What they share, in log-odds' }),
      why: Type.Array(Type.String()),
    }),
  ),
  notes: Type.Array(Type.String()),
})
