import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJobs } from '../src/jobs/jobs.ts'
import { inProcess, type ProcessSettings } from '../src/jobs/training-run.ts'
import type { Child } from './jobs-child.ts'
import { inventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const TSX = ['--import', 'tsx']
const ADA = '/v1/listeners/ada'
const over = { timeout: 120_000, interval: 100 }

interface JobBody {
  readonly id: string
  readonly state: string
  readonly endedAt?: number
  readonly result?: { readonly version: number; readonly serves: boolean }
  readonly problem?: { readonly code: string; readonly detail: string }
}

let invented: Awaited<ReturnType<typeof inventedEngine>>
let served: Served
let scratch: string
const failures: unknown[] = []

async function open(settings: Partial<ProcessSettings>) {
  const runTraining = inProcess({ memory: 1024, execArgv: TSX, ...settings })
  const jobs = createJobs({
    engine: invented.engine,
    runTraining,
    onFailure: (error) => failures.push(error),
  })
  served = await serve(invented.engine, { jobs })
}
beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'deepcuts-jobs-'))
  failures.length = 0
  invented = await inventedEngine({ tracks: 300, years: 0.5 })
})
afterEach(async () => {
  await served?.app.close()
  await invented.close()
  rmSync(scratch, { recursive: true, force: true })
})

const asked = async () =>
  ((await served.ask('POST', `${ADA}/trainings`, { body: { preset: 'nano' } })).body as JobBody).id
const jobOf = async (id: string) => (await served.ask('GET', `${ADA}/jobs/${id}`)).body as JobBody
const ended = async (id: string) => {
  await expect.poll(async () => (await jobOf(id)).state, over).toMatch(/done|failed|cancelled/)
  return jobOf(id)
}
const left = () => readdirSync(join(invented.folder, 'jobs')).filter((name) => name.startsWith('training'))
const models = async () => invented.engine.library.models.list((await invented.engine.listener('ada')).id)
const program = (text: string) => {
  const path = join(scratch, 'entry.mjs')
  writeFileSync(path, text)
  return path
}

describe('a training in its process', () => {
  it('learns while requests are answered, and what it learned serves', async () => {
    await open({})
    const id = await asked()
    const times: number[] = []
    while ((await jobOf(id)).endedAt === undefined) {
      const from = performance.now()
      const { status } = await served.ask('GET', `${ADA}/recommendations?n=10&seed=1`)
      expect(status).toBe(200)
      times.push(performance.now() - from)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(await jobOf(id)).toMatchObject({ state: 'done', result: { serves: true } })
    const { body } = await served.ask('GET', `${ADA}/recommendations?n=10&seed=1`)
    expect((body as { modelVersion: number }).modelVersion).toBe((await jobOf(id)).result!.version)
    times.sort((a, b) => a - b)
    expect(times[Math.floor(times.length / 2)]).toBeLessThan(250)
    expect(left()).toEqual([])
  })

  it('that is cancelled is gone at once, with what it had written', async () => {
    await open({})
    const id = await asked()
    await expect
      .poll(async () => JSON.stringify(await jobOf(id)), over)
      .toMatch(/epoch|round|fit|learn|plays/i)
    const from = performance.now()
    await served.ask('DELETE', `${ADA}/jobs/${id}`)
    expect((await jobOf(id)).state).toBe('cancelled')
    expect(performance.now() - from).toBeLessThan(3000)
    expect(left()).toEqual([])
    expect(await models()).toEqual([])
  })

  it.each([
    [
      'needs more memory than it may have',
      'process.once("message", () => { const all = []; for (;;) all.push(new Array(100000).fill(all.length)) })',
      'TRAINING_MEMORY',
    ],
    [
      'is ended by the system',
      'process.once("message", () => process.kill(process.pid, "SIGKILL"))',
      'TRAINING_MEMORY',
    ],
    ['crashes in native code', 'process.once("message", () => process.abort())', 'TRAINING_CRASHED'],
    ['throws', 'process.once("message", () => { throw new Error("inside") })', 'TRAINING_CRASHED'],
    ['ends without a word', 'process.once("message", () => process.exit(0))', 'TRAINING_CRASHED'],
  ])(
    'that %s is a job that failed; the server and what serves are whole, and the log has it',
    async (_, how, code) => {
      await open({ entry: program(how), execArgv: [], memory: 96 })
      const job = await ended(await asked())
      expect(job).toMatchObject({ state: 'failed', problem: { code } })
      expect(job.problem!.detail).toMatch(/what serves goes on/i)
      expect(job.problem!.detail).not.toContain('inside')
      expect(failures).toHaveLength(1)
      expect(left()).toEqual([])
      expect(await models()).toEqual([])
      expect((await served.ask('GET', `${ADA}/recommendations?n=5`)).status).toBe(200)
      const event = { type: 'like', track: { id: 1 } }
      expect((await served.ask('POST', `${ADA}/events`, { body: event })).status).toBe(201)
    },
  )

  it('ends by itself when the server is gone', async () => {
    const folder = join(scratch, 'snapshot')
    await invented.engine.library.store.copyTo(folder)
    const entry = join(import.meta.dirname, '../src/jobs/training-process.ts')
    const child = fork(entry, [], { execArgv: TSX })
    child.send({ folder, listener: 'ada', preset: 'large', seed: 1, refresh: false, timeZone: 'UTC' })
    await once(child, 'message')
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([1, null])
    await open({})
  })
})

describe('a disk that is full', () => {
  it('is told of an upload, leaves nothing of it, and the server goes on', async () => {
    await open({})
    const folder = join(scratch, 'data')
    const args = [...TSX, join(import.meta.dirname, 'jobs-child.ts'), folder]
    const child = spawn('bash', ['-c', 'ulimit -f 4096; exec "$0" "$@"', process.execPath, ...args])
    try {
      const { port, token } = await firstLine(child)
      const send = (path: string, method: string, body?: string) =>
        fetch(`http://127.0.0.1:${port}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': path.includes('imports') ? 'application/octet-stream' : 'application/json',
          },
          ...(body !== undefined && { body }),
        })
      const answer = await send(`${ADA}/imports?name=large.json`, 'POST', 'x'.repeat(8 * 1024 * 1024))
      expect(answer.status).toBe(507)
      // It says no more than that: where the data is, is nothing for a client.
      expect(await answer.text()).not.toContain(folder)
      expect(readdirSync(join(folder, 'jobs', 'uploads'))).toEqual([])
      const event = JSON.stringify({ type: 'listen', track: { title: 'One', artist: 'Two' }, finished: true })
      expect((await send(`${ADA}/events`, 'POST', event)).status).toBe(201)
      expect((await send(`${ADA}/imports?name=small.json`, 'POST', 'x')).status).toBe(202)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

async function firstLine(child: ChildProcess): Promise<Child> {
  let text = ''
  for await (const chunk of child.stdout!) {
    text += chunk
    if (text.includes('\n')) return JSON.parse(text) as Child
  }
  throw new Error('It said nothing.')
}
