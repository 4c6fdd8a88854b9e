import type { FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { DeepcutsError } from '../core/errors.ts'

/** What is wrong with a value of a shape, as `WHAT/PATH must be …`; undefined where nothing is. Nothing is made of another kind: "3" is no number. */
export type WrongWith = (value: unknown, what: string) => string | undefined

const CHECKS = new WeakMap<TSchema, WrongWith>()

/** The check of a shape. */
export function wrongWith(shape: TSchema): WrongWith {
  const known = CHECKS.get(shape)
  if (known) return known
  const check = Compile(shape)
  const wrong: WrongWith = (value, what) => {
    if (check.Check(value)) return undefined
    // What a property that may not be is told as first is no sentence.
    const first = check.Errors(value).find(({ keyword }) => keyword !== 'boolean')
    const others =
      first?.keyword === 'additionalProperties' ? ` (${first.params.additionalProperties.join(', ')})` : ''
    return `${what}${first?.instancePath ?? ''} ${first?.message ?? 'has another shape'}${others}`
  }
  CHECKS.set(shape, wrong)
  return wrong
}

/**
 * Checks the body of a request as its JSON says it, before texts of addresses, which have no kinds, are read as numbers and flags.
 * @throws REQUEST_INVALID
 */
export async function checkBody({ headers, body, routeOptions }: FastifyRequest): Promise<void> {
  const shape = routeOptions.schema?.body as TSchema | undefined
  if (!shape || !/^application\/json\b/i.test(headers['content-type'] ?? '')) return
  const problem = wrongWith(shape)(body, 'body')
  if (problem !== undefined) throw new DeepcutsError('REQUEST_INVALID', { problem })
}
