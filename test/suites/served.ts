import type { Engine } from '../../src/engine.ts'
import type { App } from '../../src/http/routes.ts'
import type { ApiKey, KeyScope } from '../../src/index.ts'
import { type AppOptions, createApp, type RouteAccess } from '../../src/server/app.ts'

/** What came of a request. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  /** The JSON of the body; its text where it is none. */
  readonly body: never
}

/** An app over an engine, asked without a socket. */
export interface Served {
  readonly app: App
  readonly routes: readonly RouteAccess[]
  /** Asks with an administrator's key, unless told otherwise. */
  ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, more?: Asking): Promise<Answer>
  keyOf(scope: KeyScope, listener?: string): Promise<{ readonly key: ApiKey; readonly token: string }>
}

interface Asking {
  readonly body?: string | object
  readonly headers?: Readonly<Record<string, string>>
  /** undefined: none. */
  readonly token?: string | undefined
}

/** Serves an engine, which stays the test's; so is closing the app. */
export async function serve(engine: Engine, options: Partial<AppOptions> = {}): Promise<Served> {
  const { app, routes } = await createApp({ engine, ...options })
  const { keys, listeners } = engine.library
  const keyOf = async (scope: KeyScope, listener?: string) =>
    keys.create(
      `a test's ${scope}`,
      scope,
      listener === undefined ? undefined : (await listeners.get(listener)).id,
    )
  const admin = (await keyOf('admin')).token
  return {
    app,
    routes,
    keyOf,
    async ask(method, url, asking = {}) {
      const token = 'token' in asking ? asking.token : admin
      const { statusCode, headers, body } = await app.inject({
        method,
        url,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...asking.headers },
        ...(asking.body !== undefined && { payload: asking.body }),
      })
      return { status: statusCode, headers, body: parsed(body) as never }
    },
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
