import { type Static, Type } from 'typebox'
import { POLICY_NAMES, POOL_LIMIT } from '../core/candidate.ts'
import { TODAY } from '../core/today.ts'
import { millis, Novelty, OfListener, STRICT, Text, Track, words } from './parts.ts'

const MixItem = Type.Object({
  position: Type.Integer({
    description: 'Its place as it was drawn; one that was refused since leaves a gap',
  }),
  track: Track,
  familiarity: words(['familiar', 'new']),
  likability: Type.Number({
    description: 'Calibrated probability that the listener finishes it if it is played now',
  }),
  uncertainty: Type.Number({
    description:
      'How far the heads of the model disagree: standard deviation of their probabilities of a finish',
  }),
  probabilities: Type.Object(
    {
      finish: Type.Number(),
      skip: Type.Optional(Type.Number()),
      like: Type.Optional(Type.Number()),
      repeat: Type.Optional(Type.Number({ description: 'That it is played again within 30 days' })),
    },
    { description: 'Of each label that the listener’s data could teach' },
  ),
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
    description: 'What failed: sources, whose tracks are not in the list then, or the trained model',
  }),
  removed: Type.Optional(
    Type.Array(Type.Object({ track: Track, by: Type.String({ description: 'The filter' }) }), {
      description: 'With `explain`: what was proposed and taken out',
    }),
  ),
})
export const Mixes = Type.Object({ mixes: Type.Array(Mix) })

const MIX_FORMATS = ['json', 'xspf', 'jspf', 'csv', 'm3u8', 'text'] as const
export type MixFormat = (typeof MIX_FORMATS)[number]
export const FormatQuery = Type.Object(
  {
    format: Type.Optional(
      Type.Unsafe<MixFormat>({
        type: 'string',
        enum: [...MIX_FORMATS],
        description: 'As a playlist file; absent: as the header Accept says, else JSON',
      }),
    ),
  },
  STRICT,
)
export const OfTodaysMix = Type.Object({ ...OfListener.properties, recipe: words(TODAY) })

export const MixLength = Type.Integer({
  minimum: 1,
  maximum: POOL_LIMIT,
  default: 30,
  description: 'How many tracks',
})
export const PolicyWord = Type.Optional(words(POLICY_NAMES))
export const Seed = Type.Optional(Type.Integer({ description: 'Another draw; absent: that of the day' }))
export const MixQuery = Type.Object(
  {
    recipe: Type.String({ maxLength: 64, default: 'daily-1' }),
    n: MixLength,
    novelty: Type.Optional(Novelty),
    policy: PolicyWord,
    seed: Seed,
    from: Type.Optional(
      Type.Array(Text, {
        maxItems: 50,
        description: 'Where a radio starts: artists or tracks, by name, id or link; once for each',
      }),
    ),
    explain: Type.Optional(Type.Union([Type.Boolean(), Type.Literal('')])),
    ...FormatQuery.properties,
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
