import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { JOB_KINDS } from '../core/job.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import { Metrics } from '../schemas/metrics.ts'

/** Seconds: a mix that is drawn takes some hundredths, one that was drawn some thousandths. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const TRAINING_SECONDS = [1, 5, 15, 60, 300, 900, 3600, 14_400]
/** Plays are told in full thousands: fewer could be one person's evening. */
const ROUND = 1000
const NANO = 1e9

/**
 * How the server does, for Prometheus. Nothing in it is about a person: no names, routes by their pattern, and counts of what was heard in thousands.
 */
export const addMetricRoutes: AddRoutes = (app, { engine, jobs }) => {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  const requests = new Histogram({
    name: 'deepcuts_request_seconds',
    help: 'How long requests took, by method, route and the first digit of the status',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  })
  const degraded = new Counter({
    name: 'deepcuts_degraded_sources_total',
    help: 'Lists that were made without a source that failed',
    labelNames: ['source'],
    registers,
  })
  const ended = new Counter({
    name: 'deepcuts_jobs_ended_total',
    help: 'Jobs that are over, by what became of them',
    labelNames: ['kind', 'state'],
    registers,
  })
  const trainings = new Histogram({
    name: 'deepcuts_training_seconds',
    help: 'How long trainings ran',
    buckets: TRAINING_SECONDS,
    registers,
  })
  new Gauge({
    name: 'deepcuts_jobs',
    help: 'Jobs that wait or run',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      const known = jobs.list()
      for (const kind of JOB_KINDS)
        for (const state of ['waiting', 'running'])
          this.set({ kind, state }, known.filter((job) => job.kind === kind && job.state === state).length)
    },
  })
  new Gauge({
    name: 'deepcuts_plays',
    help: 'Plays that are kept, in full thousands',
    registers,
    async collect() {
      const plays = await engine.library.store.count('plays', { hidden: 0 })
      this.set(Math.floor(plays / ROUND) * ROUND)
    },
  })
  new Gauge({
    name: 'deepcuts_store_bytes',
    help: 'What the store takes on the disk',
    registers,
    async collect() {
      this.set(await engine.library.store.bytes())
    },
  })
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  app.addHook('onClose', async () => void delay.disable())
  new Gauge({
    name: 'deepcuts_event_loop_delay_seconds',
    help: 'How late the event loop was since the last look, by quantile; 1: at most',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99]) this.set({ quantile }, delay.percentile(quantile * 100) / NANO)
      this.set({ quantile: 1 }, delay.max / NANO)
      delay.reset()
    },
  })
  new Gauge({
    name: 'deepcuts_memory_bytes',
    help: 'Memory of the process that answers',
    labelNames: ['kind'],
    registers,
    collect() {
      const { rss, heapUsed, external } = process.memoryUsage()
      this.set({ kind: 'resident' }, rss)
      this.set({ kind: 'heap' }, heapUsed)
      this.set({ kind: 'external' }, external)
    },
  })
  new Gauge({
    name: 'deepcuts_uptime_seconds',
    help: 'Since the process began',
    registers,
    collect() {
      this.set(process.uptime())
    },
  })

  app.addHook('onResponse', async ({ method, routeOptions: { url } }, { statusCode, elapsedTime }) => {
    // What is not there has no route: its path is whatever somebody asked for, and so is in no label.
    const labels = { method, route: url ?? 'none', status: `${Math.floor(statusCode / 100)}xx` }
    requests.observe(labels, elapsedTime / 1000)
  })
  app.addHook('preSerialization', async (_, __, payload) => {
    for (const source of degradedIn(payload)) degraded.inc({ source })
    return payload
  })
  jobs.onEnd(({ kind, state, startedAt, endedAt }) => {
    ended.inc({ kind, state })
    if (kind === 'training' && startedAt !== undefined && endedAt !== undefined)
      trainings.observe(Math.max(0, endedAt - startedAt) / 1000)
  })

  app.get(
    '/v1/metrics',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['service'],
        summary: 'How the server does, in the text format of Prometheus',
        produces: ['text/plain'],
        response: answers(200, Metrics),
      },
    },
    async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  )
}

/** The sources that failed for the list, or lists, of an answer. */
function degradedIn(payload: unknown): readonly string[] {
  if (typeof payload !== 'object' || payload === null) return []
  const { degraded, mixes } = payload as { degraded?: unknown; mixes?: unknown }
  if (Array.isArray(mixes)) return mixes.flatMap(degradedIn)
  return Array.isArray(degraded) ? degraded.filter((source) => typeof source === 'string') : []
}
