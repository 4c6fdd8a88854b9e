import { Type } from 'typebox'

/** A shape that says nothing of other properties refuses them. */
export const STRICT = { additionalProperties: false }
/** A moment: ms since the epoch. */
export const millis = (description: string) =>
  Type.Number({ description: `${description}, ms since the epoch` })
/** One of some words. */
export const words = <const Word extends string>(all: readonly Word[]) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...all] })
/** A number from 0 to 1. */
export const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })

/** A name: no control characters, and no space at its ends. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\s\\p{Cc}]([^\\p{Cc}]*[^\\s\\p{Cc}])?$',
})
export const TimeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'IANA, such as Europe/Berlin',
})

export const OfListener = Type.Object({ listener: Type.String({ minLength: 1, maxLength: 200 }) })
export const Novelty = Type.Union([share('Share of new tracks'), Type.Literal('auto')], {
  description:
    '0: only what the listener knows … 1: only what is new; "auto": as new tracks were received so far',
})

export const Text = Type.String({ minLength: 1, maxLength: 500 })

export const Track = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  artist: Type.String(),
  album: Type.String(),
  durationMs: Type.Optional(Type.Number()),
  spotify: Type.Optional(Type.String()),
  isrc: Type.Optional(Type.String()),
  mbid: Type.Optional(Type.String()),
})

/** Which page of a list: `after` is the `next` of the page before. */
export const pageOf = ({ usual, most }: { readonly usual: number; readonly most: number }) => ({
  after: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[\\w-]+$',
      description: 'The `next` of the page before',
    }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: most, default: usual }),
})
export const Next = Type.Optional(
  Type.String({
    description:
      'What `after` is for the next page; absent on the last. Rows that come meanwhile move no page',
  }),
)
