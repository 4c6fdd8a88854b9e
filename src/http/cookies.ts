import type { FastifyReply, FastifyRequest } from 'fastify'

/** The cookie that says who is signed in. */
export interface SessionCookie {
  readonly name: string
  /** The token that a request brings; undefined without one, or with several: whose would it be? */
  read(request: FastifyRequest): string | undefined
  /** Gives a browser a session's token, out of reach of its scripts. */
  set(reply: FastifyReply, token: string): void
  /** Takes it back. */
  clear(reply: FastifyReply): void
}

const DAYS = 90

/** @param https whether connections are known to be encrypted: browsers then send the cookie over no other, and take it from this host alone */
export function sessionCookie(https: boolean): SessionCookie {
  const name = https ? '__Host-deepcuts_session' : 'deepcuts_session'
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: https } as const
  return {
    name,
    read({ headers: { cookie = '' } }) {
      const found = cookie.split(';').flatMap((part) => {
        const [key, value = ''] = part.trim().split('=')
        return key === name ? [value] : []
      })
      return found.length === 1 && /^ds_[\w-]{43}$/.test(found[0]!) ? found[0] : undefined
    },
    set: (reply, token) => void reply.setCookie(name, token, { ...options, maxAge: DAYS * 86_400 }),
    clear: (reply) => void reply.clearCookie(name, options),
  }
}
