import type { FastifyRequest } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { DeepcutsError } from '../core/errors.ts'
import { isLocal, isSameMachine } from './hosts.ts'

const ALWAYS = ['/v1/health']
const SETUP = ['/setup', '/v1/setup']

/**
 * Refuses other machines everything but whether the server lives, until somebody set it up: all that does not come over the loopback, but
 * verbs of the command line of this machine.
 * @param fromAnywhere whether they may set it up
 * @throws SETUP_FIRST
 */
export function setupGuard(
  accounts: Accounts,
  fromAnywhere: boolean,
): (request: FastifyRequest) => Promise<void> {
  const open = new Set([...ALWAYS, ...(fromAnywhere ? SETUP : [])])
  return async ({ socket, routeOptions: { url, config } }) => {
    if (isLocal(socket) || (url !== undefined && open.has(url)) || (await accounts.isSetUp())) return
    if (config.access === 'local' && isSameMachine(socket)) return
    throw new DeepcutsError('SETUP_FIRST')
  }
}
