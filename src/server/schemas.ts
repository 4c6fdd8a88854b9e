import { type Static, Type } from 'typebox'
import { POLICY_NAMES, POOL_LIMIT } from '../core/candidate.ts'
import { DIAL_BOUNDS } from '../core/dial.ts'

/** A shape that says nothing of other properties refuses them. */
const STRICT = { additionalProperties: false }
const millis = (description: string) => Type.Number({ description: `${description}, ms since the epoch` })
const words = <const Word extends string>(all: readonly Word[]) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...all] })
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Where the error is described' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'The name of the error: the same for the same cause' }),
    detail: Type.String({ description: 'What is wrong, and what to do' }),
  },
  { description: 'A problem as RFC 9457 has it' },
)

export const Health = Type.Object({ healthy: Type.Literal(true) })
export const Ready = Type.Object({ ready: Type.Literal(true) })

/** A name: no control characters, and no space at its ends. */
const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\s\\p{Cc}]([^\\p{Cc}]*[^\\s\\p{Cc}])?$',
})
const TimeZone = Type.String({ minLength: 1, maxLength: 64, description: 'IANA, such as Europe/Berlin' })

export const OfListener = Type.Object({ listener: Type.String({ minLength: 1, maxLength: 200 }) })
export const OfModel = Type.Object({ ...OfListener.properties, version: Type.Integer({ minimum: 1 }) })
export const OfKey = Type.Object({ key: Type.Integer({ minimum: 1 }) })

export const Listener = Type.Object({ name: Type.String(), timeZone: TimeZone })
export const NewListener = Type.Object({ name: Name, timeZone: Type.Optional(TimeZone) }, STRICT)
export const Page = Type.Object(
  {
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'The `next` of the page before' })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  },
  STRICT,
)
export const Listeners = Type.Object({
  listeners: Type.Array(Listener),
  next: Type.Optional(Type.Integer({ description: 'What `after` is for the next page; absent on the last' })),
})

const Novelty = Type.Union([share('Share of new tracks'), Type.Literal('auto')], {
  description:
    '0: only what the listener knows … 1: only what is new; "auto": as new tracks were received so far',
})
const Dial = Type.Object(
  {
    novelty: Type.Optional(Novelty),
    boldness: Type.Optional(
      Type.Number({
        minimum: DIAL_BOUNDS.boldness.min,
        maximum: DIAL_BOUNDS.boldness.max,
        description: 'What the recipes’ temperatures are multiplied by',
      }),
    ),
    floor: Type.Optional(
      Type.Number({
        minimum: DIAL_BOUNDS.floor.min,
        maximum: DIAL_BOUNDS.floor.max,
        description: 'Share of lists that blind chance draws',
      }),
    ),
  },
  { ...STRICT, description: 'How the listener wants to be surprised; what is absent is the recipe’s own' },
)
export const Settings = Type.Object({ timeZone: TimeZone, dial: Dial })
export const SettingsChange = Type.Object(
  { timeZone: Type.Optional(TimeZone), dial: Type.Optional(Dial) },
  { ...STRICT, minProperties: 1, description: 'What is absent stays; a dial replaces the dial' },
)

const Text = Type.String({ minLength: 1, maxLength: 500 })
const SaidTrack = Type.Object(
  {
    id: Type.Optional(Type.Integer({ minimum: 1, description: 'The id of this store' })),
    spotify: Type.Optional(Type.String({ maxLength: 200, description: 'A Spotify id, URI or link' })),
    isrc: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2}[0-9A-Za-z]{3}[0-9]{7}$' })),
    mbid: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
        description: 'Of the recording',
      }),
    ),
    title: Type.Optional(Text),
    artist: Type.Optional(Text),
    album: Type.Optional(Text),
  },
  {
    ...STRICT,
    minProperties: 1,
    description: 'Which track: one of id, spotify, isrc, mbid and title at least',
  },
)
export const ListenerEvent = Type.Object(
  {
    type: words(['listen', 'skip', 'like', 'dislike']),
    track: SaidTrack,
    at: Type.Optional(
      Type.Union([Type.Number(), Type.String({ maxLength: 40 })], {
        description: 'When the play ended, or it was said: ms since the epoch or ISO 8601; absent: now',
      }),
    ),
    msPlayed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        description:
          'Time heard; it tells a finish from a skip where `finished` does not and the track’s length is known',
      }),
    ),
    finished: Type.Optional(
      Type.Boolean({
        description: 'Of a listen: true where the track was played to its end; else `msPlayed` tells',
      }),
    ),
  },
  STRICT,
)
export type ListenerEvent = Static<typeof ListenerEvent>
export const EventHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Sent again with it, the same request is not done again',
    }),
  ),
})
export const EventTaken = Type.Object(
  {
    import: Type.Integer({
      description: 'The import that keeps it; "deepcuts imports undo" takes that back',
    }),
    duplicate: Type.Boolean({ description: 'Whether this play was known: it counts once' }),
    repeated: Type.Boolean({
      description: 'Whether this Idempotency-Key was answered before: nothing was written',
    }),
  },
  { description: 'Durable: it is there after a crash' },
)
export const EventLines = Type.String({ description: 'An event a line, as for a single one (NDJSON)' })
export const EventsTaken = Type.Object(
  {
    import: Type.Optional(
      Type.Integer({ description: 'The import that keeps them; absent where no line was right' }),
    ),
    taken: Type.Integer(),
    duplicates: Type.Integer({ description: 'Plays of those that were known: they count once' }),
    repeated: Type.Boolean(),
    refused: Type.Integer({ description: 'Lines that are no events' }),
    problems: Type.Array(Type.Object({ line: Type.Integer(), problem: Type.String() }), {
      description: 'The first 100 of them',
    }),
  },
  { description: 'Kept in one step, durable: all that were taken, or none' },
)

const Track = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  artist: Type.String(),
  album: Type.String(),
  durationMs: Type.Optional(Type.Number()),
  spotify: Type.Optional(Type.String()),
  isrc: Type.Optional(Type.String()),
  mbid: Type.Optional(Type.String()),
})
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
export const AllSaid = Type.Object({ feedback: Type.Array(Said) })

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
