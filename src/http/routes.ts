import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { TSchema } from 'typebox'
import type { ApiKey, Engine } from '../index.ts'
import { Problem } from '../schemas/problem.ts'

/**
 * Who may ask: everybody; a key of the listener in the path, of an app or an administrator; one of the latter two; an administrator.
 * A route without it is refused when it is added.
 */
export type Access = 'open' | 'listener' | 'app' | 'admin'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** The key that the request came with; undefined where none is needed. */
    apiKey: ApiKey | undefined
  }
}

/** The HTTP app, with answers typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What routes work with. */
export interface Services {
  readonly engine: Engine
}

/** Adds the routes of one group. A handler decodes, calls once, encodes. */
export type AddRoutes = (app: App, services: Services) => void

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
})

/** The answers of a route: one that succeeds, and problems. */
export function answers<Status extends number, Answer extends TSchema>(
  status: Status,
  answer: Answer,
): Record<Status, Answer> {
  return {
    [status]: answer,
    '4xx': problem('The request cannot be served as it is'),
    '5xx': problem('The server failed'),
  } as unknown as Record<Status, Answer>
}
