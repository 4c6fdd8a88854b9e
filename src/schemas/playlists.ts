import { type Static, Type } from 'typebox'
import { FormatQuery, Mix, MixLength, PolicyWord, Seed } from './mixes.ts'
import { Novelty, STRICT } from './parts.ts'

const Named = Type.Object(
  {
    spotify: Type.Optional(
      Type.String({ pattern: '^[0-9A-Za-z]{22}$', description: 'A Spotify id of 22 letters and digits' }),
    ),
    isrc: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2}[0-9A-Za-z]{3}[0-9]{7}$' })),
    mbid: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F-]{36}$' })),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    artist: Type.Optional(Type.String({ maxLength: 500 })),
    album: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { ...STRICT, minProperties: 1, description: 'A track by ids or names' },
)
export const SentPlaylist = Type.Object(
  {
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    tracks: Type.Array(Named, { minItems: 1, maxItems: 5000, description: 'In the order of the playlist' }),
  },
  STRICT,
)
export type Playlist = Static<typeof SentPlaylist>

export const ContinueQuery = Type.Object(
  {
    n: MixLength,
    novelty: Type.Optional(Novelty),
    policy: PolicyWord,
    seed: Seed,
    ...FormatQuery.properties,
  },
  STRICT,
)
export const Continued = Type.Object({
  ...Mix.properties,
  from: Type.Object({
    title: Type.String(),
    told: Type.Integer({ description: 'How many tracks were sent' }),
    known: Type.Integer({ description: 'How many different ones of them are in the catalog' }),
  }),
  unknown: Type.Array(Type.String(), { description: 'Tracks that are not in the catalog, by name' }),
})
