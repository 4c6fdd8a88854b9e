import { Type } from 'typebox'
import { millis, Name, OfListener, STRICT, words } from './parts.ts'

export const OfToken = Type.Object({ ...OfListener.properties, token: Type.Integer({ minimum: 1 }) })

const Speaks = words(['listenbrainz', 'audioscrobbler'])
export const PlayerToken = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  protocol: Speaks,
  createdAt: millis('When it was made'),
  usedAt: Type.Optional(millis('When it was last used, to the hour')),
  revokedAt: Type.Optional(millis('When it was revoked')),
})
export const PlayerTokens = Type.Object({ tokens: Type.Array(PlayerToken) })
export const NewPlayerToken = Type.Object({ name: Name, protocol: Speaks }, STRICT)
export const MadePlayerToken = Type.Object({
  token: PlayerToken,
  secret: Type.String({
    description:
      'What to enter in the player, as the token of ListenBrainz or the password of Audioscrobbler; it is not told again',
  }),
})
