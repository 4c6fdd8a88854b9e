import { type Static, Type } from 'typebox'
import { OfListener, STRICT, Text, Track } from './parts.ts'

const Kind = <const Word extends string>(word: Word, description: string) =>
  Type.Literal(word, { description })
const Hour = (description: string, maximum: number) => Type.Integer({ minimum: 0, maximum, description })
const Moment = (description: string) =>
  Type.Optional(
    Type.Union([Type.Number({ minimum: 0, maximum: 8.64e15 }), Type.String({ maxLength: 40 })], {
      description,
    }),
  )
const Number_ = (description: string) => Type.Integer({ minimum: 1, maximum: 2_147_483_647, description })

const Artist = { kind: Kind('artist', 'Every play of an artist, whose other tracks are not proposed either') }
const OfTrack = { kind: Kind('track', 'Every play of a track, which is not proposed either') }
const Hours = Type.Object(
  {
    kind: Kind('hours', 'Plays between two local hours of the day'),
    from: Hour('The first hour', 23),
    to: Hour('Up to and without this one; over midnight where it is not larger than `from`', 24),
  },
  STRICT,
)
const Device = Type.Object(
  {
    kind: Kind('device', 'Plays on devices whose description contains a text, letters’ case aside'),
    device: Text,
  },
  STRICT,
)
const Import = Type.Object(
  { kind: Kind('import', 'Plays that one import told'), import: Number_('Its number') },
  STRICT,
)
const Source = Type.Object(
  {
    kind: Kind('source', 'Plays that imports of one format told, and will tell'),
    source: Type.String({ minLength: 1, maxLength: 64, description: 'Such as spotify-account or events' }),
  },
  STRICT,
)

export const NewExclusion = Type.Union(
  [
    Type.Object({ ...Artist, artist: Text }, STRICT),
    Type.Object(
      { ...OfTrack, track: Type.String({ ...Text, description: 'By id, link or "title – artist"' }) },
      STRICT,
    ),
    Type.Object(
      {
        kind: Kind('time', 'Plays of a time'),
        from: Moment(
          'From this moment (ms since the epoch) or local date (2024-12-24) on; absent: from ever',
        ),
        to: Moment('Up to and without this moment, or with this whole local date; absent: for ever'),
      },
      { ...STRICT, minProperties: 2 },
    ),
    Hours,
    Device,
    Import,
    Source,
  ],
  { type: 'object', description: 'What does not count as taste' },
)
export type NewExclusion = Static<typeof NewExclusion>

const Rule = Type.Union([
  Type.Object({ ...Artist, artist: Type.String() }),
  Type.Object({
    ...OfTrack,
    track: Type.Integer({ description: 'Its id' }),
    is: Type.Optional(Track),
  }),
  Type.Object({
    kind: Kind('time', 'Plays of a time'),
    from: Type.Optional(
      Type.Number({ description: 'From this moment on, ms since the epoch; absent: from ever' }),
    ),
    to: Type.Optional(Type.Number({ description: 'Up to and without this moment; absent: for ever' })),
  }),
  Hours,
  Device,
  Import,
  Source,
])
const Plays = Type.Integer({ description: 'The plays so far that it takes out, whatever else is excluded' })
export const Exclusion = Type.Object({ id: Type.Integer(), rule: Rule, plays: Plays })
export const Exclusions = Type.Object({
  exclusions: Type.Array(Exclusion),
  plays: Type.Integer({ description: 'The plays that all of them together take out' }),
})
export const ExclusionPreview = Type.Object({ rule: Rule, plays: Plays })
export const OfExclusion = Type.Object({ ...OfListener.properties, exclusion: Number_('Its id') })
