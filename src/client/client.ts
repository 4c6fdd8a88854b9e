import { BACKWARDS, KEYED, LINES, METHODS, STREAMS } from './methods.ts'
import { Problem } from './problem.ts'
import { linesIn, progressOf } from './progress.ts'
import { type Ask, type Asking, asking, type ClientOptions } from './request.ts'
import type { Routes } from './routes.ts'
import type {
  Answer,
  Client,
  Event,
  FormattedName,
  Given,
  Item,
  MethodName,
  PagedName,
  Sent,
} from './types.ts'

export type {
  Answer,
  Asking,
  Client,
  ClientOptions,
  Event,
  FormattedName,
  Given,
  Item,
  MethodName,
  PagedName,
  Routes,
  Sent,
}
export { Problem }

type Fields = Readonly<Record<string, unknown>> & Asking

/** One request of many events holds so many of them, and characters, at most. */
const MOST = { events: 5000, characters: 4_000_000 }
const TOLD = 100

/**
 * A client of a deepcuts server, with a method for every route: `client.recommendations({ listener: 'ada', n: 20 })`. What a route's path and query
 * name is given together, what it takes as `body`. Requests that may be repeated are sent again when the network fails.
 * @throws Problem (from the methods) with the code and sentence of what the server refused
 */
export function createClient(options: ClientOptions): Client {
  const ask = asking(options)
  const method =
    (route: string) =>
    (given: Fields = {}) =>
      STREAMS.has(route)
        ? progressOf(ask, route, given, options.retries ?? 3)
        : LINES.has(route)
          ? linesOf(ask, route, given)
          : ask(route, given, { keyed: KEYED.has(route) }).then(answerIn)
  const methods = Object.fromEntries(Object.entries(METHODS).map(([name, route]) => [name, method(route)]))
  return {
    ...methods,
    each: (name: PagedName, given: Fields) => eachOf(ask, METHODS[name], given),
    file: async (name: FormattedName, given: Fields) => (await ask(METHODS[name], given)).text(),
    sendEvents: (listener: string, events: Iterable<Event> | AsyncIterable<Event>, more: Asking = {}) =>
      sendEvents(ask, listener, events, more),
  } as unknown as Client
}

async function* linesOf(ask: Ask, route: string, given: Fields): AsyncGenerator<unknown> {
  yield* linesIn(await ask(route, given))
}

/** JSON where it is, else the text. */
async function answerIn(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const kind = response.headers.get('content-type') ?? ''
  return /^application\/json\b/.test(kind) ? response.json() : response.text()
}

async function* eachOf(ask: Ask, route: string, given: Fields): AsyncGenerator<unknown> {
  const name = BACKWARDS.has(route) ? 'before' : 'after'
  let next: unknown
  do {
    const page = (await answerIn(
      await ask(route, { ...given, ...(next !== undefined && { [name]: next }) }),
    )) as Fields
    yield* (Object.values(page).find(Array.isArray) ?? []) as unknown[]
    next = page.next
  } while (next !== undefined)
}

async function sendEvents(
  ask: Ask,
  listener: string,
  events: Iterable<Event> | AsyncIterable<Event>,
  { signal }: Asking,
): Promise<Sent> {
  const sent: Sent = { taken: 0, duplicates: 0, refused: 0, problems: [] }
  let [before, lines, length]: [number, string[], number] = [0, [], 0]
  const send = async () => {
    if (lines.length === 0) return
    const given = { listener, body: `${lines.join('\n')}\n`, ...(signal && { signal }) }
    const response = await ask(METHODS.sendEventLines, given, { keyed: true })
    const told = (await answerIn(response)) as Answer<'sendEventLines'>
    sent.taken += told.taken
    sent.duplicates += told.duplicates
    sent.refused += told.refused
    for (const { line, problem } of told.problems)
      if (sent.problems.length < TOLD) sent.problems.push({ event: before + line - 1, problem })
    before += lines.length
    ;[lines, length] = [[], 0]
  }
  for await (const event of events) {
    const line = JSON.stringify(event)
    if (lines.length >= MOST.events || length + line.length > MOST.characters) await send()
    lines.push(line)
    length += line.length
  }
  await send()
  return sent
}
