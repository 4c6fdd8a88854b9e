import { createHash } from 'node:crypto'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { wrongWith } from '../http/strict-body.ts'
import type { Engine, ImportRecord } from '../index.ts'
import { EventHeaders, EventLines, EventsTaken, EventTaken, ListenerEvent } from '../schemas/events.ts'
import { OfListener } from '../schemas/parts.ts'
import { recordsOf } from './event-records.ts'

const BULK_BYTES = 16 * 1024 * 1024
const TOLD = 100

/** What listeners did, as it happens: durable before it is acknowledged, and in the next recommendation. */
export const addEventRoutes: AddRoutes = (app, { engine }) => {
  const config = { access: 'listener' } as const
  const tags = ['events']

  app.post(
    '/v1/listeners/:listener/events',
    {
      config,
      schema: {
        tags,
        summary: 'One event',
        params: OfListener,
        headers: EventHeaders,
        body: ListenerEvent,
        response: answers(201, EventTaken),
      },
    },
    async ({ params: { listener }, headers, body }, reply) => {
      const person = await engine.listener(listener)
      const record = (await recordsOf(engine, person.id, [body]))(body)
      const request = requestOf(listener, headers['idempotency-key'], JSON.stringify(body))
      const taken = await take(engine, listener, [record], request)
      const { id, repeated = false, duplicates } = taken
      return reply.code(201).send({ import: id, duplicate: !repeated && duplicates > 0, repeated })
    },
  )

  app.post(
    '/v1/listeners/:listener/events/bulk',
    {
      config,
      bodyLimit: BULK_BYTES,
      schema: {
        tags,
        summary: 'Many events, a JSON object a line',
        consumes: ['application/x-ndjson'],
        params: OfListener,
        headers: EventHeaders,
        body: EventLines,
        response: answers(200, EventsTaken),
      },
    },
    async (request) => {
      const { listener } = request.params
      const { id: person } = await engine.listener(listener)
      const { events, problems, refuse } = linesOf(request.body)
      const recordOf = await recordsOf(
        engine,
        person,
        events.map(({ event }) => event),
      )
      const records: ImportRecord[] = []
      for (const { line, event } of events)
        try {
          records.push(recordOf(event))
        } catch (error) {
          if (!(error instanceof DeepcutsError)) throw error
          refuse(line, String(error.details.problem))
        }
      const none = { taken: 0, duplicates: 0, repeated: false, ...problems() }
      if (records.length === 0) return none
      const name = requestOf(listener, request.headers['idempotency-key'], request.body)
      const { id, duplicates, repeated = false } = await take(engine, listener, records, name)
      return {
        ...none,
        import: id,
        taken: records.length,
        duplicates: repeated ? 0 : duplicates,
        repeated,
      }
    },
  )
}

type Named = { readonly key: string; readonly sha256: string } | undefined

/** Keeps records in the import of the listener's events of that day (UTC): a day's events are one thing to take back. */
async function take(
  { library, now }: Engine,
  listener: string,
  records: readonly ImportRecord[],
  request: Named,
) {
  const at = now()
  const name = `events ${new Date(at).toISOString().slice(0, 10)}`
  const what = { listener, name, format: 'events' }
  const session = library.imports.begin()
  for (const record of records) session.add(record, 0)
  const { duplicates, ...outcome } = await session.commit(
    { ...what, sha256: digest(listener, name), at, grows: true, ...(request && { request }) },
    () => JSON.stringify({ ...what, files: [], notes: [] }),
  )
  return { ...outcome, duplicates: duplicates[0] ?? 0 }
}

function requestOf(listener: string, key: string | undefined, body: string): Named {
  return key === undefined ? undefined : { key: digest(listener, key), sha256: digest(listener, body) }
}

function digest(listener: string, text: string): string {
  return createHash('sha256').update(`${listener}\u0000${text}`).digest('hex')
}

/** The events of a text that has one a line, by their lines, and what is wrong with the others. */
function linesOf(text: string) {
  const isWrong = wrongWith(ListenerEvent)
  const events: { readonly line: number; readonly event: ListenerEvent }[] = []
  const told: { readonly line: number; readonly problem: string }[] = []
  let refused = 0
  const refuse = (line: number, problem: string) => {
    refused++
    told.push({ line, problem })
  }
  for (const [i, line] of text.split('\n').entries()) {
    if (!line.trim()) continue
    const said = parsed(line)
    const wrong = said === undefined ? 'it is no JSON' : isWrong(said, 'it is no event:')
    if (wrong === undefined) events.push({ line: i + 1, event: said as ListenerEvent })
    else refuse(i + 1, wrong)
  }
  const problems = () => ({
    refused,
    problems: told.sort((a, b) => a.line - b.line).slice(0, TOLD),
  })
  return { events, problems, refuse }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
