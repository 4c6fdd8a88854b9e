import { Type } from 'typebox'
import { millis, Name, STRICT, TimeZone } from './parts.ts'

/** Longer than any password may be, so that a better sentence refuses it. */
const Password = Type.String({ minLength: 1, maxLength: 1024, description: '10 to 256 characters' })
const Token = Type.String({
  pattern: '^dl_[\\w-]{43}$',
  description: 'What stands behind the # of a one-time link',
})

export const Account = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  listener: Type.String({ description: 'Whose music it is about' }),
  admin: Type.Boolean({ description: 'Whether it may see and do everything' }),
  joined: Type.Boolean({ description: 'Whether it has a password' }),
  createdAt: millis('When it was made'),
})
export const AccountList = Type.Object({ accounts: Type.Array(Account) })
export const OfAccount = Type.Object({ account: Type.Integer({ minimum: 1 }) })

export const NewAccount = Type.Object(
  {
    name: Name,
    listener: Type.Optional(
      Type.String({
        ...Name,
        description: 'Whose music it is about, made where there is none; the name where absent',
      }),
    ),
    admin: Type.Optional(Type.Boolean({ description: 'Whether it may see and do everything' })),
    timeZone: Type.Optional(TimeZone),
  },
  STRICT,
)
export const Link = Type.Object(
  {
    token: Type.String({ description: 'What the link carries; it is not told again' }),
    path: Type.String({ description: 'Where it leads, on this server' }),
    expiresAt: millis('Until when it can be used, once'),
  },
  { description: 'A one-time link; whoever has it sets the password' },
)
export const Invited = Type.Object({ account: Account, link: Link })

export const SetupState = Type.Object({
  complete: Type.Boolean({ description: 'Whether there is an administrator' }),
})
export const Setup = Type.Object(
  {
    token: Token,
    name: Name,
    password: Password,
    listener: Type.Optional(
      Type.String({
        ...Name,
        description: 'Whose music it is about, made where there is none; the name where absent',
      }),
    ),
    timeZone: Type.Optional(TimeZone),
  },
  STRICT,
)
export const Join = Type.Object({ token: Token, password: Password }, STRICT)
export const LogIn = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }), password: Password },
  STRICT,
)
export const PasswordChange = Type.Object({ current: Password, next: Password }, STRICT)
export const SignedIn = Type.Object({
  account: Account,
  csrf: Type.String({ description: 'What pages send as X-CSRF-Token with whatever changes something' }),
})
export const SignedOut = Type.Object({ signedIn: Type.Literal(false) })
export const Changed = Type.Object({ changed: Type.Literal(true) })
