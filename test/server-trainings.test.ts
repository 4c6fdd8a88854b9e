import { existsSync, readdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeepcutsError } from '../src/core/errors.ts'
import { silent } from '../src/core/progress.ts'
import { createJobs, type Jobs } from '../src/jobs/jobs.ts'
import { learnFrom } from '../src/jobs/learning.ts'
import type { RunTraining } from '../src/jobs/training-run.ts'
import { train } from '../src/learn/train.ts'
import { inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const ADA = '/v1/listeners/ada'

interface JobBody {
  readonly id: string
  readonly state: string
  readonly result?: {
    readonly version?: number
    readonly serves?: boolean
    readonly unchanged?: boolean
    readonly report?: { readonly plays: number }
  }
  readonly problem?: { readonly code: string }
}

let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served
let jobs: Jobs
/** How trainings are run, as a test wants it. */
let run: RunTraining

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.3 })
  jobs = createJobs({ engine: invented.engine, runTraining: (...task) => run(...task) })
  served = await serve(invented.engine, { jobs })
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const asked = async (body: object = { preset: 'nano' }): Promise<JobBody> => {
  const answer = await served.ask('POST', `${ADA}/trainings`, { body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  return answer.body
}
const over = async (id: string): Promise<JobBody> => {
  let job: JobBody = { id, state: '' }
  const states = expect.poll(
    async () => {
      job = (await served.ask('GET', `${ADA}/jobs/${id}`)).body
      return job.state
    },
    { timeout: 20_000 },
  )
  await states.toMatch(/done|failed|cancelled/)
  return job
}
const models = async () => {
  const id = (await invented.engine.listener('ada')).id
  return invented.engine.library.models.list(id)
}
const active = async () => (await models()).find((one) => one.active)?.version
const snapshots = () => {
  const folder = join(invented.folder, 'jobs')
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('training')) : []
}
/** Learns in this process, on the snapshot all the same. */
const here: RunTraining = (task, progress) => learnFrom(task, progress)
/** Waits until it is told to end, and then learns nothing. */
function waiting() {
  let started = () => {}
  const begun = new Promise<void>((resolve) => {
    started = resolve
  })
  const endless: RunTraining = (_, progress, signal) =>
    new Promise((_, reject) => {
      progress.stage('waiting', 10)
      signal.addEventListener('abort', () => reject(signal.reason))
      started()
    })
  return { endless, begun }
}

describe('a training', () => {
  it('runs on a snapshot while requests go on, and its version serves without a request that fails', async () => {
    run = async (task, progress, signal) => {
      expect(snapshots()).toHaveLength(1)
      // What is said meanwhile is not in the snapshot, and in the store.
      await invented.put('ada', playsOf([{ title: 'Said meanwhile', finished: true }], NOW - 4e6))
      return here(task, progress, signal)
    }
    const { id } = await asked()
    const versions = new Set<number>()
    let done = false
    const asking = Array.from({ length: 3 }, async () => {
      while (!done) {
        const { status, body } = await served.ask('GET', `${ADA}/recommendations?n=5&seed=1`)
        expect(status, JSON.stringify(body)).toBe(200)
        versions.add((body as { modelVersion: number }).modelVersion)
      }
    })
    const job = await over(id)
    const version = job.result?.version
    expect(job).toMatchObject({ state: 'done', result: { serves: true, report: { preset: 'nano' } } })
    await expect.poll(() => versions.has(version!)).toBe(true)
    done = true
    await Promise.all(asking)
    expect([...versions]).toEqual([0, version])
    expect(await active()).toBe(version)
    expect(snapshots()).toEqual([])
  })

  it('goes on from what serves, and learns nothing where nothing is new', async () => {
    run = here
    const before = (await active())!
    const refreshed = await over((await asked({ refresh: true })).id)
    expect(refreshed).toMatchObject({ state: 'done', result: { report: { refresh: expect.anything() } } })
    expect(refreshed.result?.version).toBeGreaterThan(before)
    const now = await active()
    const again = await over((await asked({ refresh: true })).id)
    if (now === refreshed.result?.version)
      expect(again.result).toEqual({ version: now, serves: true, unchanged: true })
    expect(await models()).toHaveLength(now === refreshed.result?.version ? 2 : 3)
    // A play that joins today’s import of events leaves the newest import what it is.
    await served.ask('POST', `${ADA}/events`, {
      body: { type: 'skip', track: { title: 'New', artist: 'New' } },
    })
    invented.clock.at += 60_000
    await served.ask('POST', `${ADA}/events`, { body: { type: 'skip', track: { id: 1 } } })
    const more = await over((await asked({ refresh: true })).id)
    expect(more.result?.unchanged).toBeUndefined()
  })

  it('whose version was compared with one that serves no more is kept, and does not serve', async () => {
    const before = (await active())!
    let chosen = 0
    run = async (task, progress, signal) => {
      const outcome = await here(task, progress, signal)
      const { library } = invented.engine
      const { version } = await train(library, { listener: 'ada', seed: 3, preset: 'nano' }, silent)
      const { id } = await library.listeners.get('ada')
      await library.models.use(id, version)
      chosen = version
      return outcome
    }
    const job = await over((await asked()).id)
    expect(job).toMatchObject({ state: 'done', result: { serves: false } })
    expect(await active()).toBe(chosen)
    expect(chosen).toBeGreaterThan(before)
    expect((await models()).map(({ version }) => version)).toContain(job.result!.version)
  })

  it('that is cancelled leaves nothing', async () => {
    const { endless, begun } = waiting()
    run = endless
    const before = await models()
    const { id } = await asked()
    await begun
    expect(snapshots()).toHaveLength(1)
    const refused = await served.ask('POST', `${ADA}/trainings`, { body: {} })
    expect(refused).toMatchObject({ status: 429, body: { code: 'JOBS_FULL' } })
    expect(await served.ask('DELETE', `${ADA}/jobs/${id}`)).toMatchObject({
      status: 200,
      body: { state: 'cancelled' },
    })
    expect(snapshots()).toEqual([])
    expect(await models()).toEqual(before)
  })

  it('that fails says why, and what serves goes on', async () => {
    const before = await active()
    run = () => Promise.reject(new DeepcutsError('TRAINING_MEMORY', { most: 2048 }))
    expect(await over((await asked()).id)).toMatchObject({
      state: 'failed',
      problem: { code: 'TRAINING_MEMORY' },
    })
    run = () => Promise.reject(new Error('inside'))
    const failed = await over((await asked()).id)
    expect(failed.problem?.code).toBe('SERVER_FAILED')
    expect(snapshots()).toEqual([])
    expect(await active()).toBe(before)
    expect((await served.ask('GET', `${ADA}/recommendations?n=5`)).status).toBe(200)
  })

  it('of too few plays, or of everybody where that is off, is refused with its sentence', async () => {
    run = here
    await invented.put('bo', playsOf([{ title: 'One', finished: true }]))
    const { body } = await served.ask('POST', '/v1/listeners/bo/trainings', { body: {} })
    await expect
      .poll(async () => (await served.ask('GET', `/v1/jobs/${(body as JobBody).id}`)).body)
      .toMatchObject({ state: 'failed', listener: 'bo', problem: { code: 'TOO_FEW_PLAYS' } })
    const everybody = await served.ask('POST', '/v1/trainings', { body: {} })
    expect(everybody).toMatchObject({ status: 409, body: { code: 'COMMUNITY_OFF' } })
    const wrong = await served.ask('POST', `${ADA}/trainings`, { body: { preset: 'vast' } })
    expect(wrong.status).toBe(400)
  })

  it('is had 24 times a day, and again the day after', async () => {
    run = () => Promise.reject(new DeepcutsError('TRAINING_MEMORY', { most: 1 }))
    const ask = () => served.ask('POST', '/v1/listeners/bo/trainings', { body: {} })
    for (let i = 0; i < 23; i++) {
      const { status, body } = await ask()
      expect(status).toBe(202)
      const path = `/v1/jobs/${(body as JobBody).id}`
      await expect.poll(async () => ((await served.ask('GET', path)).body as JobBody).state).toBe('failed')
    }
    expect(await ask()).toMatchObject({ status: 429, body: { code: 'TRAININGS_SPENT' } })
    invented.clock.at += 86_400_001
    expect((await ask()).status).toBe(202)
    await expect.poll(() => jobs.list()[0]?.state).toBe('failed')
  })
})

describe('progress', () => {
  it('comes as server-sent events until the job is over, and not twice to who was told', async () => {
    let go = () => {}
    const gone = new Promise<void>((resolve) => {
      go = resolve
    })
    run = async (_, progress) => {
      progress.stage('learning', 3, 'rounds')
      await gone
      throw new DeepcutsError('TRAINING_MEMORY', { most: 1 })
    }
    await served.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = served.app.server.address() as AddressInfo
    const { token } = await served.keyOf('listener', 'ada')
    const { id } = await asked()
    const follow = (headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}${ADA}/jobs/${id}/progress`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      })
    const first = await follow()
    expect(first.headers.get('content-type')).toBe('text/event-stream')
    expect(first.headers.get('cache-control')).toBe('no-store')
    const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"learning"')) text += (await reader.read()).value
    const last = [...text.matchAll(/^id: (\d+)$/gm)].at(-1)![1]!
    const knowing = await follow({ 'last-event-id': last })
    go()
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value
    const told = [...text.matchAll(/^id: (\d+)\nevent: job\ndata: (.*)$/gm)]
    const ids = told.map(([, one]) => Number(one))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    const states = told.map(([, , data]) => (JSON.parse(data!) as JobBody).state)
    expect(states.at(-1)).toBe('failed')
    expect(text).toContain('"stage":"learning","done":0,"total":3,"unit":"rounds"')
    const rest = await knowing.text()
    expect(rest).not.toContain(`id: ${last}\n`)
    expect(rest).toContain('TRAINING_MEMORY')
    // Over: whoever asks then gets the end alone.
    expect((await (await follow()).text()).match(/^event: job$/gm)).toHaveLength(1)
    const { endless, begun } = waiting()
    run = endless
    const running = (await asked()).id
    await begun
    const open = await fetch(`http://127.0.0.1:${port}${ADA}/jobs/${running}/progress`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const ended = open.text().catch(() => '')
    const from = performance.now()
    await served.app.close()
    await ended
    expect(performance.now() - from).toBeLessThan(3000)
    expect(snapshots()).toEqual([])
  })
})
