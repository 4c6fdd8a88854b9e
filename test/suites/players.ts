import { createHash } from 'node:crypto'
import type { Engine } from '../../src/engine.ts'
import type { App } from '../../src/http/routes.ts'
import type { Protocol } from '../../src/index.ts'

/** What came of a player's request: JSON, or the lines of its text. */
export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: never
}

/** A token of a listener, and its secret. */
export async function tokenOf(engine: Engine, listener: string, protocol: Protocol) {
  return engine.tokens.create((await engine.listener(listener)).id, 'a test', protocol)
}

/** Asks as a ListenBrainz client does. Bodies that are texts are sent as they are; the kind of a body is not told, as by some clients. */
export async function askListenBrainz(
  app: App,
  token: string | undefined,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Heard> {
  const answer = await app.inject({
    method,
    url: `/1${path}`,
    headers: token === undefined ? {} : { authorization: `Token ${token}` },
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.statusCode, headers: answer.headers, body: parsed(answer.body) as never }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Sends a form as an Audioscrobbler client does. */
export async function sendForm(app: App, path: string, form: Readonly<Record<string, string>>) {
  const payload = new URLSearchParams(form).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return linesOf(await app.inject({ method: 'POST', url: path, headers, payload }))
}

/** Shakes hands as Audioscrobbler 1.2 has it. @param time seconds since the epoch */
export async function shakeHands(
  app: App,
  {
    user,
    secret,
    time,
    ...more
  }: Readonly<Record<string, string>> & { user: string; secret: string; time: string },
) {
  const a = md5(md5(secret) + time)
  const query = new URLSearchParams({ hs: 'true', p: '1.2', c: 'tst', v: '1', u: user, t: time, a, ...more })
  return linesOf(await app.inject({ method: 'GET', url: `/?${query}` }))
}

function linesOf({ statusCode, headers, body }: { statusCode: number; headers: object; body: string }) {
  return { status: statusCode, headers: headers as Record<string, unknown>, lines: body.split('\n') }
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
