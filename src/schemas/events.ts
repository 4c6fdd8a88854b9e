import { type Static, Type } from 'typebox'
import { STRICT, Text, words } from './parts.ts'

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
      description: 'Sent again with it within 30 days, the same request is not done again',
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
