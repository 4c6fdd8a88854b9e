import type { FastifyRequest } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { DeepcutsError } from '../core/errors.ts'
import { isLocal } from './hosts.ts'

const ALWAYS = ['/v1/health']
const SETUP = ['/setup', '/v1/setup']

/**
 * Refuses other machines everything but whether the server lives, until somebody set it up.
 * @param fromAnywhere whether they may set it up
 * @throws SETUP_FIRST
 */
export function setupGuard(
  accounts: Accounts,
  fromAnywhere: boolean,
): (request: FastifyRequest) => Promise<void> {
  const open = new Set([...ALWAYS, ...(fromAnywhere ? SETUP : [])])
  return async ({ socket, routeOptions: { url } }) => {
    if (isLocal(socket) || (url !== undefined && open.has(url)) || (await accounts.isSetUp())) return
    throw new DeepcutsError('SETUP_FIRST')
  }
}
