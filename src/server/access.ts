import type { FastifyRequest } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'
import type { Access } from '../http/routes.ts'
import type { ApiKey, Engine } from '../index.ts'

/** Which keys each kind of access takes, in words. */
const WHO: Readonly<Record<Exclude<Access, 'open'>, string>> = {
  listener: 'the scopes listener (of this listener), app and admin',
  app: 'the scopes app and admin',
  admin: 'the scope admin',
}

/**
 * The key that a request comes with, if it may ask for this. A listener's key is refused for any other name alike, whether there is
 * such a listener or not.
 * @param listener whom it is about
 * @throws NO_KEY, KEY_NOT_ENOUGH
 */
export async function authorized(
  { library }: Engine,
  header: string | undefined,
  access: Exclude<Access, 'open'>,
  listener: string | undefined,
): Promise<ApiKey> {
  const token = /^Bearer ([\w-]{1,100})$/i.exec(header ?? '')?.[1]
  const key = token === undefined ? undefined : await library.keys.find(token)
  if (!key) throw new DeepcutsError('NO_KEY')
  const may =
    key.scope === 'admin' ||
    (key.scope === 'app' && access !== 'admin') ||
    (access === 'listener' && key.listener !== undefined && (await isCalled(library, key.listener, listener)))
  if (!may) throw new DeepcutsError('KEY_NOT_ENOUGH', { scope: WHO[access] })
  return key
}

async function isCalled(
  { listeners }: Engine['library'],
  id: number,
  name: string | undefined,
): Promise<boolean> {
  return name !== undefined && (await listeners.names()).get(id) === name
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Refuses requests by a name that the server does not go by, and those of pages of such names: a page whose name was bound anew to this
 * machine (DNS rebinding) asks by its own name.
 * @param names lower case, without ports; those of the loopback always do
 * @throws HOST_REFUSED
 */
export function hostGuard(names: readonly string[]): (request: FastifyRequest) => void {
  const known = new Set([...LOOPBACK, ...names])
  return ({ headers: { host, origin } }) => {
    const from = origin === undefined ? undefined : /^https?:\/\/(.*)$/i.exec(origin)?.[1]
    const named = [host, ...(origin === undefined ? [] : [from])]
    if (!named.every((one) => one !== undefined && known.has(withoutPort(one))))
      throw new DeepcutsError('HOST_REFUSED')
  }
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d{1,5}$/, '')
}
