import type { FastifyRequest } from 'fastify'
import { sameText } from '../accounts/digest.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Access, Asker, Services } from '../http/routes.ts'
import { authorityOf } from './hosts.ts'

/** What each kind of access takes, in words. */
const WHO: Readonly<Record<Exclude<Access, 'open' | 'local'>, string>> = {
  listener: 'a key of the scopes listener (of this listener), app and admin, or this listener signed in',
  app: 'a key of the scopes app and admin, or an administrator signed in',
  admin: 'a key of the scope admin, or an administrator signed in',
  account: 'somebody signed in, and no key',
  protocol: 'the token of a player',
}

/**
 * Who asks, if they may ask for this. A key goes before a cookie. Whoever is about one listener is refused for any other name alike,
 * whether there is such a listener or not.
 * @throws NO_KEY, KEY_NOT_ENOUGH, PAGE_REFUSED
 */
export async function authorized(
  request: FastifyRequest,
  services: Services,
  access: Exclude<Access, 'open' | 'local'>,
): Promise<Asker> {
  const asker = await askerOf(request, services)
  if (!asker) throw new DeepcutsError('NO_KEY')
  if (!(await may(asker, access, request, services)))
    throw new DeepcutsError('KEY_NOT_ENOUGH', { scope: WHO[access] })
  return asker
}

async function askerOf(
  request: FastifyRequest,
  { engine, accounts, cookie }: Services,
): Promise<Asker | undefined> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const token = /^Bearer ([\w-]{1,100})$/i.exec(authorization)?.[1]
    const key = token === undefined ? undefined : await engine.library.keys.find(token)
    return key && { who: `key ${key.id}`, scope: key.scope, listener: key.listener, key }
  }
  const token = cookie.read(request)
  const signedIn = token === undefined ? undefined : await accounts.find(token)
  if (!signedIn) return undefined
  const { account, session } = signedIn
  checkPage(request, session.csrf)
  const who = `account ${account.id}`
  return account.admin
    ? { who, scope: 'admin', listener: undefined, signedIn }
    : { who, scope: 'listener', listener: account.listener, signedIn }
}

async function may(
  { scope, listener, signedIn }: Asker,
  access: Exclude<Access, 'open' | 'local'>,
  request: FastifyRequest,
  { engine }: Services,
): Promise<boolean> {
  if (access === 'account') return signedIn !== undefined
  if (scope === 'admin') return true
  if (scope === 'app') return access !== 'admin'
  if (access !== 'listener' || listener === undefined) return false
  // By the own name, and never by looking up the other: that would take another time where it is none.
  const { listener: asked } = (request.params ?? {}) as { listener?: string }
  return asked !== undefined && (await engine.listenerNames()).get(listener) === asked
}

const READING = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses what a browser sends with its cookie on behalf of a page that is not this server's: the browser says where the page is from, and
 * whatever changes something has to bring a text that only own pages can read.
 */
function checkPage(request: FastifyRequest, csrf: string): void {
  checkOrigin(request)
  if (READING.includes(request.method)) return
  const sent = request.headers['x-csrf-token']
  if (typeof sent !== 'string' || !sameText(sent, csrf)) throw new DeepcutsError('PAGE_REFUSED')
}

/** Refuses pages of another origin, also those of another port of the same machine. @throws PAGE_REFUSED */
function checkOrigin({ headers: { host, origin, 'sec-fetch-site': site } }: FastifyRequest): void {
  const other = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (other || (origin !== undefined && authorityOf(origin) !== host?.toLowerCase()))
    throw new DeepcutsError('PAGE_REFUSED')
}
