import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'
import type { Verbs } from '../http/verbs.ts'
import { isSameMachine } from './hosts.ts'

export type { VerbRequest, VerbSaid, Verbs } from '../http/verbs.ts'

/**
 * Lets in who asks from this machine with the token that is in the data folder, and no key.
 * @param verbs undefined: nobody
 * @throws NO_KEY, KEY_NOT_ENOUGH
 */
export function checkLocal(
  { headers: { authorization, cookie }, socket }: FastifyRequest,
  verbs: Verbs | undefined,
): void {
  if (authorization === undefined && cookie === undefined) throw new DeepcutsError('NO_KEY')
  const [sent, wanted] = [authorization ?? '', `Bearer ${verbs?.token}`].map((text) =>
    createHash('sha256').update(text).digest(),
  )
  if (!verbs || !isSameMachine(socket) || !timingSafeEqual(sent!, wanted!))
    throw new DeepcutsError('KEY_NOT_ENOUGH', { scope: 'the command line on this machine' })
}
