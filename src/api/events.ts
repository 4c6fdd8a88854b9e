import { createHash } from 'node:crypto'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
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
      const open = body.track.id === undefined ? undefined : await engine.openTracks(person.id)
      const record = (await recordsOf(engine, (row) => open?.[row] === 1))(body)
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
      const open = await engine.openTracks((await engine.listener(listener)).id)
      const isEvent = request.compileValidationSchema(ListenerEvent)
      const recordOf = await recordsOf(engine, (row) => open[row] === 1)
      const records: ImportRecord[] = []
      const problems: { line: number; problem: string }[] = []
      let refused = 0
      for (const [i, line] of request.body.split('\n').entries()) {
        if (!line.trim()) continue
        try {
          const said: unknown = JSON.parse(line)
          if (!isEvent(said)) throw invalid(`it is no event: ${wrongOf(isEvent.errors)}`)
          records.push(recordOf(said as ListenerEvent))
        } catch (error) {
          refused++
          if (problems.length < TOLD) problems.push({ line: i + 1, problem: problemOf(error) })
        }
      }
      const none = { taken: 0, duplicates: 0, repeated: false, refused, problems }
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

const invalid = (problem: string) => new DeepcutsError('REQUEST_INVALID', { problem })

function wrongOf(errors: readonly { instancePath?: string; message?: string }[] | null | undefined): string {
  const [first] = errors ?? []
  return `${first?.instancePath ?? ''} ${first?.message ?? 'it has another shape'}`.trim()
}

/** Why a line was refused. @throws what is no fault of the line */
function problemOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is no JSON'
  if (error instanceof DeepcutsError) return String(error.details.problem)
  throw error
}
