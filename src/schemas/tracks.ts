import { type Static, type TProperties, Type } from 'typebox'
import { AUDIO_FEATURES, type AudioFeature, FEATURE_RANGES, WHOLE_FEATURES } from '../core/track.ts'
import { Next, OfListener, pageOf, STRICT, Text, Track } from './parts.ts'

const ISRC = '^[A-Za-z]{2}[0-9A-Za-z]{3}[0-9]{7}$'
const MBID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
const Whole = (description: string) => Type.Integer({ minimum: 1, maximum: 2_147_483_647, description })

const Feature = (name: AudioFeature) => {
  const [minimum, maximum] = FEATURE_RANGES[name]
  return WHOLE_FEATURES.has(name) ? Type.Integer({ minimum, maximum }) : Type.Number({ minimum, maximum })
}
const [lowest, longest] = FEATURE_RANGES.duration_ms
type FeatureShapes = Record<Exclude<AudioFeature, 'duration_ms'>, ReturnType<typeof Type.Number>>
const Features = Type.Partial(
  Type.Object(
    Object.fromEntries(
      AUDIO_FEATURES.filter((name) => name !== 'duration_ms').map((name) => [name, Feature(name)]),
    ) as unknown as FeatureShapes & TProperties,
    {
      ...STRICT,
      description:
        'On the scale of Spotify: loudness in dB, tempo in beats a minute, key −1…11; the others 0…1',
    },
  ),
)
const facts = {
  features: Type.Optional(Features),
  year: Type.Optional(Type.Integer({ minimum: 1860, maximum: 2200 })),
  popularity: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  genres: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 64 })),
}

export const StatedTrack = Type.Object(
  {
    spotify: Type.Optional(Type.String({ maxLength: 200, description: 'A Spotify id, URI or link' })),
    isrc: Type.Optional(Type.String({ pattern: ISRC })),
    mbid: Type.Optional(Type.String({ pattern: MBID, description: 'Of the recording' })),
    title: Type.Optional(Text),
    artist: Type.Optional(Text),
    album: Type.Optional(Text),
    durationMs: Type.Optional(Type.Number({ minimum: lowest, maximum: longest })),
    ...facts,
  },
  {
    ...STRICT,
    description:
      'A track and what is known of it; one of spotify, isrc, mbid and title names it, the first that is there',
  },
)
export type StatedTrack = Static<typeof StatedTrack>

export const TrackLines = Type.String({
  description:
    'As application/x-ndjson a track a line, a JSON object of spotify, isrc, mbid, title, artist, album, durationMs, year, popularity, genres and features; as text/csv a table whose columns have their usual names',
})
export const TracksStated = Type.Object(
  {
    import: Type.Optional(
      Type.Integer({
        description: 'The import that keeps what is new; absent where nothing was ever stated',
      }),
    ),
    added: Type.Integer({ description: 'Names that were not known before' }),
    changed: Type.Integer({ description: 'Names of which something else was stated, or nothing' }),
    unchanged: Type.Integer({ description: 'Names of which the same was stated: nothing is written' }),
    repeated: Type.Boolean({
      description: 'Whether this Idempotency-Key was answered before: nothing was written',
    }),
    refused: Type.Integer({ description: 'Lines that state nothing' }),
    problems: Type.Array(Type.Object({ line: Type.Integer(), problem: Type.String() }), {
      description: 'The first 100 of them; of a table, the row, whose header is 1',
    }),
  },
  { description: 'Kept in one step, durable: all that is right, or nothing' },
)

export const TrackPage = Type.Object(
  {
    q: Type.Optional(
      Type.String({ maxLength: 200, description: 'Words that title, artist and album hold together' }),
    ),
    ...pageOf({ usual: 50, most: 500 }),
  },
  STRICT,
)
export const Tracks = Type.Object({ tracks: Type.Array(Track), next: Next })

export const OfTrack = Type.Object({ track: Whole('The id of the track') })
export const OfListenersTrack = Type.Object({ ...OfListener.properties, ...OfTrack.properties })
const known = {
  track: Track,
  ...facts,
  source: Type.Optional(Type.String({ description: 'Whose scale the features are on' })),
}
export const KnownTrack = Type.Object(known)
const TrackName = Type.Object({
  identifier: Type.Integer({ description: 'What a split takes out' }),
  scheme: Type.String({ description: 'spotify, isrc, mbid; name: artist and title; title' }),
  value: Type.String(),
  title: Type.String(),
  artist: Type.String(),
  album: Type.String(),
  merged: Type.Optional(
    Type.Literal(true, { description: 'Where somebody said that it is one with others' }),
  ),
})
export const NamedTrack = Type.Object({
  ...known,
  names: Type.Array(TrackName, { description: 'What was taken to be this recording' }),
})
export const Merge = Type.Object({ with: Whole('The id of the track that is the same recording') }, STRICT)
export const Split = Type.Object({ identifier: Whole('One of the names of the track') }, STRICT)
export const WasSplit = Type.Object({ track: NamedTrack, split: NamedTrack })
