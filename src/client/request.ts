import { problemIn } from './problem.ts'

/** What a client is made of. */
export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:4577`. */
  readonly url: string
  /** A key of "deepcuts keys create"; absent: the browser's session, or none. */
  readonly key?: string
  /** Sent with every request, such as a session's `x-csrf-token`. */
  readonly headers?: Readonly<Record<string, string>>
  /** How often what may be asked twice is asked again when the network fails; default 3. */
  readonly retries?: number
  /** Default: the platform's. */
  readonly fetch?: typeof fetch
}

/** What every method takes beside what its route does. */
export interface Asking {
  readonly signal?: AbortSignal
  /** Names a request that writes: sent again, it is not done again. Absent: a new name where the route takes one. */
  readonly idempotencyKey?: string
}

/** Sends one request and gives its response. @throws Problem; what `fetch` throws when the network fails or the signal aborts */
export type Ask = (
  route: string,
  given: Readonly<Record<string, unknown>> & Asking,
  more?: { readonly keyed?: boolean; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Response>

const FIRST_PAUSE_MS = 200

/** The sender of a client's requests. */
export function asking({ url, key, headers: always, retries = 3, fetch: send = fetch }: ClientOptions): Ask {
  const base = url.replace(/\/+$/, '')
  return async (route, given, { keyed = false, headers: extra } = {}) => {
    const [method = '', path = ''] = route.split(' ')
    const { body, signal, idempotencyKey, ...rest } = given
    const name = idempotencyKey ?? (keyed ? newName() : undefined)
    const headers = {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(name !== undefined && { 'idempotency-key': name }),
      ...(body !== undefined && { 'content-type': kindOf(body) }),
      ...always,
      ...extra,
    }
    const request: RequestInit = { method, headers, ...(signal && { signal }) }
    if (body !== undefined) request.body = isSent(body) ? (body as BodyInit) : JSON.stringify(body)
    const target = base + addressOf(path, rest)
    const mayRepeat = method === 'GET' || name !== undefined
    for (let tried = 0; ; tried++) {
      try {
        const response = await send(target, request)
        if (response.ok) return response
        throw await problemIn(response)
      } catch (error) {
        // What answered is no failure of the network, and what was aborted is not wanted any more.
        const isNetwork = error instanceof TypeError && !signal?.aborted
        if (!isNetwork || !mayRepeat || tried >= retries) throw error
        await pause(FIRST_PAUSE_MS * 2 ** tried * (0.5 + Math.random()), signal)
      }
    }
  }
}

/** The address of a route: what its path names is taken from what is given, the rest is the query. */
function addressOf(path: string, given: Readonly<Record<string, unknown>>): string {
  const left = { ...given }
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = left[name]
    delete left[name]
    return encodeURIComponent(String(value))
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(left))
    for (const one of [value].flat()) if (one !== undefined) query.append(name, String(one))
  return query.size > 0 ? `${filled}?${query}` : filled
}

/** Texts are lines of JSON, and what is binary is a file; everything else is one JSON value. */
function kindOf(body: unknown): string {
  if (typeof body === 'string') return 'application/x-ndjson'
  if (body instanceof Blob && body.type) return body.type
  return isSent(body) ? 'application/octet-stream' : 'application/json'
}

function isSent(body: unknown): boolean {
  return typeof body === 'string' || body instanceof Blob || body instanceof Uint8Array
}

/** 128 random bits; `randomUUID` is not there in pages without TLS. */
function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Waits. @throws the signal's reason */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
  })
}
