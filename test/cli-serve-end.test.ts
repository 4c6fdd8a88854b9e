import { readFileSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCommandLine } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

let admin: string
beforeAll(async () => {
  admin = (await cli.run(['keys', 'create', 'a', '--scope', 'admin', '--quiet'])).stdout.trim()
  expect((await cli.run(['like', 'nothing', '--listener', 'ada', '--new'])).status).toBe(2)
})

const serve = (env: Record<string, string> = {}) =>
  cli.start(['serve', '--port', '0'], /Listening at (http:\S+)\n/, { env })

const event = (title: string) => JSON.stringify({ type: 'listen', track: { title }, finished: true })

/** Begins to send an event of ada, and stops in the middle of it. */
function halfSent(address: string, body: string) {
  const sent: ClientRequest = request(`${address}/v1/listeners/ada/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${admin}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  })
  const status = new Promise<number | string>((resolve) => {
    sent.on('response', (answer) => resolve(answer.resume().statusCode!))
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  sent.write(body.slice(0, 10))
  return { status, finish: () => sent.end(body.slice(10)) }
}

const heard = async () => (await cli.run(['imports', '--json'])).stdout

describe('a server that is told to end', () => {
  it('answers what is open, takes nothing new, and has what it acknowledged', async () => {
    const { match, end } = await serve()
    const address = match[1]!
    const open = halfSent(address, event('Low Tide'))
    await sleep(200)
    const ended = end('SIGTERM')
    await sleep(300)
    await expect(fetch(`${address}/v1/health`)).rejects.toThrow()
    open.finish()
    expect(await open.status).toBe(201)
    const answered = Date.now()
    expect((await ended).status).toBe(0)
    expect(Date.now() - answered).toBeLessThan(2000)
    expect(await heard()).toContain('"format": "events"')
  })

  it('waits no longer than it is set to', async () => {
    const { match, end } = await serve({ DEEPCUTS_SHUTDOWN_SECONDS: '1' })
    const open = halfSent(match[1]!, event('Never Sent'))
    await sleep(200)
    const asked = Date.now()
    const { status, stderr } = await end('SIGTERM')
    expect(await open.status).toBe('ECONNRESET')
    expect({ status, quick: Date.now() - asked < 5000 }).toEqual({ status: 0, quick: true })
    expect(stderr).toContain('open requests are cut off')
  })

  it('leaves at once at the second signal, and the data is whole', async () => {
    const { match, end } = await serve()
    const open = halfSent(match[1]!, event('Never Sent'))
    await sleep(200)
    const asked = Date.now()
    void end('SIGINT')
    await sleep(100)
    const { status } = await end('SIGINT')
    expect(status).toBe(130)
    expect(Date.now() - asked).toBeLessThan(3000)
    await open.status
    expect((await cli.run(['doctor'])).status).toBe(0)
  })
})

describe('the log', () => {
  it('says in lines of JSON what was asked and how it ended, and nothing of whom and of what', async () => {
    const log = join(cli.folder, 'server.log')
    const { match, end } = await serve({ DEEPCUTS_LOG_FILE: 'server.log', DEEPCUTS_LOG_LEVEL: 'debug' })
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
    const ask = (path: string, init: RequestInit = {}) => fetch(match[1] + path, { ...init, headers })
    await ask('/v1/listeners/ada/events', { method: 'POST', body: event('Brass Lantern') })
    await ask('/v1/listeners/ada/similar?track=Brass+Lantern')
    await ask('/v1/listeners/ada/feedback', {
      method: 'POST',
      body: '{"kind":"like","track":"Brass Lantern"}',
    })
    await ask('/nowhere/ada?name=ada')
    expect((await cli.run(['mix', '--listener', 'ada'])).status).toBe(0)
    const { stderr } = await end('SIGTERM')
    expect(stderr).not.toContain('"event"')
    const text = readFileSync(log, 'utf8')
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ event }) => event)).toEqual([
      'started',
      ...Array(lines.length - 3).fill('request'),
      'stopping',
      'stopped',
    ])
    expect(lines).toContainEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      event: 'request',
      method: 'POST',
      route: '/v1/listeners/:listener/events',
      status: 201,
      ms: expect.any(Number),
    })
    for (const personal of ['ada', 'Brass', 'Lantern', admin, 'nowhere', 'token', 'dl_'])
      expect(text).not.toContain(personal)
  })
})
