import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { TSchema } from 'typebox'
import type { Account, Accounts, OpenSession } from '../accounts/accounts.ts'
import type { ApiKey, Engine, KeyScope } from '../index.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { Problem } from '../schemas/problem.ts'
import type { SessionCookie } from './cookies.ts'
import type { Verbs } from './verbs.ts'

/**
 * Who may ask: everybody; the listener in the path, an app or an administrator; one of the latter two; an administrator; somebody signed
 * in, about themselves; a verb of the command line, by what is in the data folder; a player, who is known by its protocol and sees its listener
 * alone. A listener is a key of theirs or somebody signed in. A route without it is refused when it is added.
 */
export type Access = 'open' | 'listener' | 'app' | 'admin' | 'account' | 'local' | 'protocol'

/** Who asks. */
export interface Asker {
  /** "key 3" or "account 1": for limits and for the log of what administrators did. */
  readonly who: string
  /** What may be asked for; somebody signed in has the scope of their listener, an administrator that of an administrator. */
  readonly scope: KeyScope
  /** The only listener that it is about; undefined for `app` and `admin`. */
  readonly listener: number | undefined
  /** Where it came with a key. */
  readonly key?: ApiKey
  /** Where somebody is signed in. */
  readonly signedIn?: { readonly account: Account; readonly session: OpenSession }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** What the log of what administrators did calls it. A route of theirs that changes something is logged in any case. */
    audit?: string
  }
  interface FastifyRequest {
    /** Who asks; undefined where everybody may. */
    asker: Asker | undefined
    /** What the log says it was done to, beside the numbers in the address: a handler adds what it made. Never a name. */
    noted: Record<string, number | string>
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
  readonly accounts: Accounts
  readonly cookie: SessionCookie
  readonly jobs: Jobs
  /** Where verbs of the command line may go on here. */
  readonly verbs?: Verbs
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
