import type { FastifyRequest } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
/** Headers that decide something: sent twice, two readers could each take another. */
const ONCE = new Set(['host', 'origin', 'authorization', 'x-csrf-token', 'sec-fetch-site', 'content-type'])

/**
 * Refuses requests by a name that the server does not go by, and those of pages of such names: a page whose name was bound anew to this
 * machine (DNS rebinding) asks by its own name.
 * @param names lower case, without ports; those of the loopback always do
 * @throws HOST_REFUSED, REQUEST_INVALID for headers that came twice
 */
export function hostGuard(names: readonly string[]): (request: FastifyRequest) => void {
  const known = new Set([...LOOPBACK, ...names])
  return ({ headers: { host, origin }, raw: { url, rawHeaders }, routeOptions: { config } }) => {
    // Players in browsers come from origins of their own; what they send proves itself by a token, which no page has.
    const checksOrigin = origin !== undefined && config.access !== 'protocol'
    const named = [host, ...(checksOrigin ? [authorityOf(origin)] : [])]
    // A request for a whole address names the server there too, as to a proxy; this is none.
    if (!url?.startsWith('/') || !named.every((one) => one !== undefined && known.has(withoutPort(one))))
      throw new DeepcutsError('HOST_REFUSED')
    const sent = new Set<string>()
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toLowerCase()
      if (!ONCE.has(name)) continue
      if (sent.has(name))
        throw new DeepcutsError('REQUEST_INVALID', { problem: `it has the header ${name} twice` })
      sent.add(name)
    }
  }
}

/** The name and port of an origin such as http://localhost:4577; undefined for any other text. */
export function authorityOf(origin: string): string | undefined {
  return /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1]?.toLowerCase()
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d{1,5}$/, '')
}

/** Whether a connection is of this machine to itself, by whatever address. */
export function isSameMachine(socket: FastifyRequest['socket']): boolean {
  return (
    isLocal(socket) || (socket.remoteAddress !== undefined && socket.remoteAddress === socket.localAddress)
  )
}

/** Whether both ends of a connection are this machine, told by the socket alone: no header can claim it. */
export function isLocal({ remoteAddress, localAddress = '127.0.0.1' }: FastifyRequest['socket']): boolean {
  return [remoteAddress, localAddress].every(
    (address) => address !== undefined && /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/i.test(address),
  )
}
