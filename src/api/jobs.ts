import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'
import { eventStream } from '../http/event-stream.ts'
import { type AddRoutes, answers, type Services } from '../http/routes.ts'
import type { Job as KnownJob } from '../jobs/job.ts'
import {
  Job,
  JobList,
  JobsQuery,
  OfJob,
  OfListenersJob,
  ProgressHeaders,
  ProgressStream,
} from '../schemas/jobs.ts'
import { OfListener } from '../schemas/parts.ts'

/** Clients that follow progress at the same time, at most. */
const MOST_STREAMS = 200

/** Imports and trainings under way: what became of them, how far they are, and the end of them. */
export const addJobRoutes: AddRoutes = (app, { engine, jobs }) => {
  const tags = ['jobs']
  const own = { access: 'listener' } as const
  const admin = { access: 'admin' } as const
  const streams = new Set<{ destroy(): void }>()
  // A client that follows would otherwise keep the server from ending.
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.destroy()
  })

  /** The listener of a path by number; undefined where the path names none. */
  const idOf = async (name: string | undefined) =>
    name === undefined ? undefined : (await engine.listener(name)).id
  const names = () => engine.library.listeners.names()
  const listed = async (listener: number | undefined, limit: number) => {
    const known = await names()
    return {
      jobs: jobs
        .list(listener)
        .slice(0, limit)
        .map((job) => inShort(job, known)),
    }
  }
  const progressOf = async (id: string, listener: number | undefined, header: string | undefined) => {
    if (streams.size >= MOST_STREAMS) throw new DeepcutsError('TOO_MANY_STREAMS')
    const known = await names()
    let job = jobs.get(id, listener)
    const stream = eventStream(
      () => ({ id: job.change, event: 'job', data: inShort(job, known), last: job.endedAt !== undefined }),
      (onChange) =>
        jobs.watch(id, (changed) => {
          job = changed
          onChange()
        }),
      header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined,
    )
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    return stream
  }
  /** A stream, which the schema of an answer can only call a text. */
  const sent = (stream: Readable, reply: FastifyReply) =>
    reply
      .type('text/event-stream')
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .send(stream)

  app.get(
    '/v1/listeners/:listener/jobs',
    {
      config: own,
      schema: {
        tags,
        summary: 'Imports and trainings of a listener since the server began, the newest first',
        params: OfListener,
        querystring: JobsQuery,
        response: answers(200, JobList),
      },
    },
    async ({ params, query }) => listed(await idOf(params.listener), query.limit),
  )

  app.get(
    '/v1/listeners/:listener/jobs/:job',
    {
      config: own,
      schema: { tags, summary: 'A job', params: OfListenersJob, response: answers(200, Job) },
    },
    async ({ params }) => shown(jobs.get(params.job, await idOf(params.listener)), await names()),
  )

  app.get(
    '/v1/listeners/:listener/jobs/:job/progress',
    {
      config: own,
      schema: {
        tags,
        summary: 'A job as it goes on, as server-sent events',
        params: OfListenersJob,
        headers: ProgressHeaders,
        produces: ['text/event-stream'],
        response: answers(200, ProgressStream),
      },
    },
    async ({ params, headers }, reply) =>
      sent(
        await progressOf(params.job, await idOf(params.listener), headers['last-event-id']),
        reply as unknown as FastifyReply,
      ),
  )

  app.delete(
    '/v1/listeners/:listener/jobs/:job',
    {
      config: own,
      schema: {
        tags,
        summary: 'End a job, which then leaves nothing; one that is over stays as it is',
        params: OfListenersJob,
        response: answers(200, Job),
      },
    },
    async ({ params }) => shown(await jobs.cancel(params.job, await idOf(params.listener)), await names()),
  )

  app.get(
    '/v1/jobs',
    {
      config: admin,
      schema: {
        tags,
        summary: 'What the server does beside answering, for whomever, the newest first',
        querystring: JobsQuery,
        response: answers(200, JobList),
      },
    },
    async ({ query }) => listed(undefined, query.limit),
  )

  app.get(
    '/v1/jobs/:job',
    {
      config: admin,
      schema: { tags, summary: 'Any job', params: OfJob, response: answers(200, Job) },
    },
    async ({ params }) => shown(jobs.get(params.job), await names()),
  )

  app.get(
    '/v1/jobs/:job/progress',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Any job as it goes on, as server-sent events',
        params: OfJob,
        headers: ProgressHeaders,
        produces: ['text/event-stream'],
        response: answers(200, ProgressStream),
      },
    },
    async ({ params, headers }, reply) =>
      sent(
        await progressOf(params.job, undefined, headers['last-event-id']),
        reply as unknown as FastifyReply,
      ),
  )

  app.delete(
    '/v1/jobs/:job',
    {
      config: admin,
      schema: { tags, summary: 'End any job', params: OfJob, response: answers(200, Job) },
    },
    async ({ params }) => shown(await jobs.cancel(params.job), await names()),
  )
}

type Names = Awaited<ReturnType<Services['engine']['library']['listeners']['names']>>

/** A job as it is sent. */
export function shown({ change, listener, result, ...job }: KnownJob, names: Names) {
  const name = listener === undefined ? undefined : names.get(listener)
  return {
    ...job,
    ...(name !== undefined && { listener: name }),
    ...(result && { result: { ...result } }),
  }
}

/** A job without its report, which can be long. */
function inShort(job: KnownJob, names: Names) {
  const { result, ...rest } = shown(job, names)
  if (!result) return rest
  const { report: _, ...told } = result
  return { ...rest, result: told }
}
