import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeepcutsError } from '../src/core/errors.ts'
import { createJobs, type Jobs } from '../src/jobs/jobs.ts'
import { emptyEngine, type InventedEngine, playsOf } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

let invented: InventedEngine
let served: Served
let jobs: Jobs

beforeAll(async () => {
  invented = await emptyEngine()
  const plays = Array.from({ length: 1300 }, (_, i) => ({ title: `Song ${i % 50}`, finished: i % 3 > 0 }))
  await invented.put('Ada Lovelace', playsOf(plays, invented.clock.at - 30 * 86_400_000))
  const runTraining = () => Promise.reject(new DeepcutsError('TRAINING_MEMORY', { most: 1 }))
  jobs = createJobs({ engine: invented.engine, runTraining })
  served = await serve(invented.engine, { jobs })
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const ADA = '/v1/listeners/Ada%20Lovelace'
const metrics = async () => {
  const { status, headers, body } = await served.ask('GET', '/v1/metrics')
  expect(status).toBe(200)
  expect(headers['content-type']).toMatch(/^text\/plain; version=/)
  return body as string
}
/** The value of a metric with these labels, however they are ordered. */
const metricOf = (text: string, name: string, labels: Readonly<Record<string, string>> = {}) => {
  const line = text
    .split('\n')
    .find(
      (one) =>
        new RegExp(`^${name}[{ ]`).test(one) &&
        Object.entries(labels).every(([label, value]) => one.includes(`${label}="${value}"`)),
    )
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

describe('the metrics', () => {
  it('count requests by the pattern of their route, and never by what was asked', async () => {
    await served.ask('GET', ADA)
    await served.ask('GET', `${ADA}/settings`)
    await served.ask('GET', '/v1/listeners/nobody')
    await served.ask('GET', '/v1/secret-guess')
    const text = await metrics()
    const of = (route: string, status: string) =>
      metricOf(text, 'deepcuts_request_seconds_count', { method: 'GET', route, status })
    expect(of('/v1/listeners/:listener', '2xx')).toBe(1)
    expect(of('/v1/listeners/:listener', '4xx')).toBe(1)
    expect(of('/v1/listeners/:listener/settings', '2xx')).toBe(1)
    expect(of('none', '4xx')).toBe(1)
    expect(text).not.toMatch(/Ada|Lovelace|nobody|secret-guess/)
  })

  it('tell jobs and trainings, plays in full thousands, the size of the store, memory and lag', async () => {
    await served.ask('POST', `${ADA}/trainings`, { body: {} })
    await expect.poll(() => jobs.list()[0]?.state).toBe('failed')
    const text = await metrics()
    expect(metricOf(text, 'deepcuts_jobs_ended_total', { kind: 'training', state: 'failed' })).toBe(1)
    expect(metricOf(text, 'deepcuts_training_seconds_count')).toBe(1)
    expect(metricOf(text, 'deepcuts_jobs', { kind: 'import', state: 'running' })).toBe(0)
    expect(metricOf(text, 'deepcuts_plays')).toBe(1000)
    expect(metricOf(text, 'deepcuts_store_bytes')).toBeGreaterThan(10_000)
    expect(metricOf(text, 'deepcuts_memory_bytes', { kind: 'resident' })).toBeGreaterThan(1e7)
    expect(metricOf(text, 'deepcuts_event_loop_delay_seconds', { quantile: '0.99' })).toBeGreaterThan(0)
  })

  it('count the sources that a list was made without', async () => {
    const { engine } = invented
    const fails = () => {
      throw new Error('broken')
    }
    const sourcesOf: typeof engine.sourcesOf = (recipe) =>
      engine
        .sourcesOf(recipe)
        .map((source) => (source.name === 'familiar' ? { ...source, propose: fails } : source))
    const failing = await serve({ ...engine, sourcesOf })
    const { body } = await failing.ask('GET', `${ADA}/recommendations?n=3`)
    expect((body as { degraded: string[] }).degraded).toEqual(['familiar'])
    const text = (await failing.ask('GET', '/v1/metrics')).body as string
    expect(metricOf(text, 'deepcuts_degraded_sources_total', { source: 'familiar' })).toBe(1)
    await failing.app.close()
  })
})
