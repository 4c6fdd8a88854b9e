import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJobs, type Jobs, type JobsOptions } from '../src/jobs/jobs.ts'
import { emptyEngine, type InventedEngine, NOW, playsOf } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const ADA = '/v1/listeners/ada'
const JSON_FILE = { 'content-type': 'application/json' }
const CSV = { 'content-type': 'text/csv' }

interface JobBody {
  readonly id: string
  readonly listener?: string
  readonly state: string
  readonly result?: {
    readonly import?: number
    readonly report?: { readonly name: string; readonly plays: number }
  }
  readonly problem?: { readonly code: string; readonly detail: string }
}
interface ImportBody {
  readonly id: number
  readonly name: string
  readonly format: string
  readonly undoneAt?: number
  readonly report?: { readonly files: readonly { readonly kept: number }[] }
}

let invented: InventedEngine
let served: Served
let jobs: Jobs

async function open(options: Partial<JobsOptions> = {}) {
  invented = await emptyEngine()
  for (const name of ['ada', 'bo'])
    await invented.put(name, playsOf([{ title: `A song of ${name}`, finished: true }]))
  jobs = createJobs({ engine: invented.engine, ...options })
  served = await serve(invented.engine, { jobs })
}
async function close() {
  await served.app.close()
  await invented.close()
}
async function reopen(options: Partial<JobsOptions>) {
  await close()
  await open(options)
}
beforeAll(() => open())
afterAll(close)

/** A history as Spotify exports it, a play a day. */
const history = (titles: readonly string[]) =>
  JSON.stringify(
    titles.map((title, i) => ({
      ts: `${new Date(NOW - (i + 2) * 86_400_000).toISOString().slice(0, 19)}Z`,
      platform: 'test',
      ms_played: 200_000,
      conn_country: 'ZZ',
      ip_addr: '192.0.2.1',
      master_metadata_track_name: title,
      master_metadata_album_artist_name: 'The Testers',
      master_metadata_album_album_name: '',
      spotify_track_uri: `spotify:track:${createHash('sha256').update(title).digest('hex').slice(0, 22)}`,
      episode_name: null,
      reason_start: 'clickrow',
      reason_end: 'trackdone',
      shuffle: false,
      skipped: false,
      offline: false,
      incognito_mode: false,
    })),
  )
const send = (name: string, body: string, headers: Record<string, string> = JSON_FILE, more = '') =>
  served.ask('POST', `${ADA}/imports?name=${encodeURIComponent(name)}${more}`, { body, headers })
const over = async (id: string): Promise<JobBody> => {
  let job: JobBody = { id, state: '' }
  await expect
    .poll(async () => {
      job = (await served.ask('GET', `${ADA}/jobs/${id}`)).body
      return job.state
    })
    .toMatch(/done|failed|cancelled/)
  return job
}
const sent = async (...given: Parameters<typeof send>): Promise<JobBody> => {
  const { status, body } = await send(...given)
  expect(status, JSON.stringify(body)).toBe(202)
  return over((body as JobBody).id)
}
const uploads = () => {
  const folder = join(invented.folder, 'jobs', 'uploads')
  return existsSync(folder) ? readdirSync(folder) : []
}
const plays = () => invented.engine.library.store.count('plays', { hidden: 0 })

describe('a file that is sent', () => {
  it('is imported as a job, is reported, listed, and can be taken back', async () => {
    const before = await plays()
    const { status, headers, body } = await send('my plays.json', history(['One', 'Two', 'Three']))
    expect(status).toBe(202)
    const { id } = body as JobBody
    expect(headers.location).toBe(`${ADA}/jobs/${id}`)
    expect(body).toMatchObject({ kind: 'import', listener: 'ada', createdAt: NOW })
    const job = await over(id)
    expect(job).toMatchObject({ state: 'done', result: { report: { name: 'my plays.json', plays: 3 } } })
    const number = job.result!.import!
    const list = (await served.ask('GET', `${ADA}/imports`)).body as { imports: ImportBody[] }
    expect(list.imports.map((one) => [one.id, one.name, one.format])).toEqual([
      [number, 'my plays.json', 'spotify-extended'],
      [1, 'file 1', 'spotify-extended'],
    ])
    const one = (await served.ask('GET', `${ADA}/imports/${number}`)).body as ImportBody
    expect(one.report!.files[0]!.kept).toBe(3)
    expect(await plays()).toBe(before + 3)
    const undone = await served.ask('DELETE', `${ADA}/imports/${number}`)
    expect(undone).toMatchObject({ status: 200, body: { id: number, undoneAt: NOW } })
    expect(await plays()).toBe(before)
    expect((await served.ask('DELETE', `${ADA}/imports/${number}`)).status).toBe(409)
    expect(uploads()).toEqual([])
  })

  it('changes nothing the second time', async () => {
    const first = await sent('a.csv', history(['One']))
    const before = await plays()
    const again = await sent('b.csv', history(['One']))
    expect(again.result).toMatchObject({ import: first.result!.import, report: { alreadyImported: true } })
    expect(await plays()).toBe(before)
  })

  it('is told by what is in it, whatever it is said to be', async () => {
    for (const type of ['application/octet-stream', 'text/csv', 'application/json; charset=utf-8'])
      expect((await sent('x', history([type]), { 'content-type': type })).state).toBe('done')
    expect((await sent('listens.csv', history(['As']), JSON_FILE, '&as=spotify-extended')).state).toBe('done')
    const wrong = await sent('listens.csv', history(['As']), JSON_FILE, '&as=nonsense')
    expect(wrong).toMatchObject({ state: 'failed', problem: { code: 'BAD_VALUE' } })
  })

  it('is refused with a sentence where it is none that is known, and leaves nothing', async () => {
    const before = await plays()
    const job = await sent('notes.csv', 'one,two\n1,2\n', CSV)
    expect(job).toMatchObject({ state: 'failed', problem: { code: expect.stringMatching(/^CSV_/) } })
    expect(job.problem!.detail).toContain('notes.csv')
    expect((await sent('empty.zip', 'PK\u0003\u0004 no zip')).state).toBe('failed')
    expect(uploads()).toEqual([])
    expect(await plays()).toBe(before)
  })

  it('has a name that is never a path', async () => {
    const names = [
      '../../escape.csv',
      '/etc/passwd',
      'a\u0000b.csv',
      '..',
      '.',
      '\u202egnp.csv',
      'C:\\x\\y.csv',
    ]
    for (const name of names) {
      const job = await sent(name, history([`Of ${randomUUID()}`]))
      expect(job.state, name).toBe('done')
      expect(job.result!.report!.name).not.toMatch(/[/\\\p{C}]/u)
    }
    expect(existsSync(join(invented.folder, '..', 'escape.csv'))).toBe(false)
    expect(readdirSync(invented.folder)).not.toContain('escape.csv')
  })

  it('is refused that names its own listeners, and so is one for a listener that is not there', async () => {
    const rows = 'listener,title,artist,played_at\nbo,Mine,The Testers,2026-11-01T10:00:00Z\n'
    expect(await sent('others.csv', rows, CSV)).toMatchObject({ problem: { code: 'LISTENERS_NAMED' } })
    const nobody = await served.ask('POST', '/v1/listeners/nobody/imports?name=a.csv', {
      body: rows,
      headers: CSV,
    })
    expect(nobody.status).toBe(404)
    expect((await served.ask('POST', `${ADA}/imports`, { body: rows, headers: CSV })).status).toBe(400)
    const kind = { 'content-type': 'text/html' }
    expect((await send('a.html', '<p>', kind)).status).toBe(415)
  })
})

describe('imports of somebody else', () => {
  it('are as if they were not there', async () => {
    const before = await plays()
    expect((await served.ask('GET', `${ADA}/imports/2`)).status).toBe(404)
    expect((await served.ask('DELETE', `${ADA}/imports/2`)).status).toBe(404)
    expect(await plays()).toBe(before)
    const job = await sent('a.csv', history(['One']))
    for (const method of ['GET', 'DELETE'] as const)
      expect((await served.ask(method, `/v1/listeners/bo/jobs/${job.id}`)).status).toBe(404)
    expect((await served.ask('GET', `/v1/listeners/bo/jobs/${job.id}/progress`)).status).toBe(404)
    expect((await served.ask('GET', '/v1/listeners/bo/jobs')).body).toEqual({ jobs: [] })
    expect((await served.ask('GET', `/v1/jobs/${job.id}`)).status).toBe(200)
  })

  it('are left out of pages, which go from the newest to the oldest', async () => {
    const known = (await served.ask('GET', `${ADA}/imports`)).body as { imports: ImportBody[] }
    const own = [...known.imports.map(({ id }) => id)]
    for (let i = 0; i < 5; i++) {
      await invented.put('ada', playsOf([{ title: `${i}`, finished: true }], NOW - i * 1e7))
      own.unshift(await invented.engine.library.store.max('imports', 'id'))
      await invented.put('bo', playsOf([{ title: `${i}`, finished: true }], NOW - i * 1e7))
    }
    const seen: number[] = []
    let next: number | undefined
    do {
      const more: string = next === undefined ? '' : `&before=${next}`
      const { body } = await served.ask('GET', `${ADA}/imports?limit=2${more}`)
      const page = body as { imports: ImportBody[]; next?: number }
      seen.push(...page.imports.map(({ id }) => id))
      next = page.next
    } while (next !== undefined)
    expect(own.length).toBeGreaterThan(5)
    expect(seen).toEqual(own)
  })
})

describe('an upload', () => {
  it('is refused when it is too large, whether it says so or not, and leaves nothing', async () => {
    await reopen({ uploadMegabytes: 1 })
    const large = history(['x'.repeat(1024 * 1024)])
    expect(await send('large.csv', large)).toMatchObject({ status: 413, body: { code: 'UPLOAD_TOO_LARGE' } })
    const { port, ask } = await listening()
    const answer = await ask(port, async (write) => {
      for (let i = 0; i < 40; i++) await write('y'.repeat(65_536))
    })
    expect(answer).toContain('413')
    expect(uploads()).toEqual([])
  })

  it('that ends half-way, or stops, leaves nothing, and the server goes on', async () => {
    await reopen({ patience: 300 })
    const { port, ask } = await listening()
    const cut = ask(port, async (write, socket) => {
      await write(history(['One']))
      await expect.poll(uploads).toHaveLength(1)
      socket.destroy()
    })
    await cut.catch(() => undefined)
    await expect.poll(uploads).toEqual([])
    const slow = await ask(port, async (write) => {
      await write(history(['Two']))
      await new Promise((resolve) => setTimeout(resolve, 1500))
    })
    expect(slow).toContain('408')
    expect(slow).toContain('UPLOAD_CUT')
    expect(uploads()).toEqual([])
    expect(jobs.list()).toEqual([])
    expect(await plays()).toBe(2)
    expect((await sent('whole.csv', history(['Three']))).state).toBe('done')
  })

  it('leaves nothing of a server that ended before it was imported', async () => {
    const folder = join(invented.folder, 'jobs')
    await sent('a.csv', history(['One']))
    expect(existsSync(folder)).toBe(true)
    createJobs({ engine: invented.engine })
    expect(existsSync(folder)).toBe(false)
  })
})

/** The app at a port, and a way to send a body there by hand. */
async function listening() {
  await served.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = served.app.server.address() as AddressInfo
  const { token } = await served.keyOf('app')
  const ask = (
    at: number,
    body: (write: (text: string) => Promise<void>, socket: { destroy(): void }) => Promise<void>,
  ) =>
    new Promise<string>((resolve, reject) => {
      const headers = { ...CSV, authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' }
      const asked = request(
        { port: at, method: 'POST', path: `${ADA}/imports?name=a.csv`, headers },
        (answer) => {
          let text = `${answer.statusCode} `
          answer.on('data', (chunk) => {
            text += chunk
          })
          answer.on('end', () => resolve(text))
        },
      )
      asked.on('error', reject)
      const write = (text: string) =>
        new Promise<void>((done) => void (asked.destroyed ? done() : asked.write(text, () => done())))
      void body(write, asked).then(() => asked.end())
    })
  return { port, ask }
}
