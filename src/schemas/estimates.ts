import { type Static, Type } from 'typebox'
import { STRICT, share, words } from './parts.ts'

const POLICIES = ['mixture', 'softmax', 'greedy', 'epsilon-greedy', 'uniform'] as const

export const EstimateQuery = Type.Object(
  {
    policy: Type.Unsafe<(typeof POLICIES)[number]>({ ...words(POLICIES), default: 'mixture' }),
    novelty: Type.Optional(share('Its share of new tracks; absent: as each list was drawn')),
    temperature: Type.Optional(
      Type.Number({
        minimum: 0.001,
        maximum: 1000,
        description: 'Of mixture and softmax; absent: as logged',
      }),
    ),
    floor: Type.Optional(share('Of mixture and softmax: lists of blind chance; absent: as logged')),
    epsilon: Type.Optional(share('Of epsilon-greedy: places of blind chance; absent: .1')),
    seed: Type.Integer({ default: 1, description: 'Fixes what is random' }),
  },
  STRICT,
)
export type EstimateQuery = Static<typeof EstimateQuery>

const Interval = Type.Union([Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), Type.Null()], {
  description: '95 %; null where there is too little for one',
})
export const Estimate = Type.Object({
  policy: Type.String({ description: 'What was asked about, in words' }),
  sittings: Type.Integer({ description: 'Lists of a day that were answered, and count' }),
  listeners: Type.Integer(),
  refused: Type.Optional(
    Type.String({ description: 'Why the log cannot say what the policy is worth, and what would be enough' }),
  ),
  logged: Type.Optional(
    Type.Object(
      { value: Type.Number(), ci95: Interval },
      { description: 'What the policies of the log really got, a sitting; absent where nothing counts' },
    ),
  ),
  estimates: Type.Array(Type.Object({ estimator: Type.String(), value: Type.Number(), ci95: Interval }), {
    description: 'What the policy would have got, by estimator; none where it is refused',
  }),
  effectiveSampleSize: Type.Number({ description: 'As many sittings of its own the log is worth' }),
  unsupportedShare: Type.Number({ description: 'Share of what it draws that the log never draws' }),
  notes: Type.Array(Type.String()),
  protocol: Type.String({ description: 'What a value is, and how it is estimated' }),
})
