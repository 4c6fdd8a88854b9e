import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCommandLine } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

let admin: string
beforeAll(async () => {
  const { status, stdout } = await cli.run(['keys', 'create', 'the first', '--scope', 'admin', '--quiet'])
  expect(status).toBe(0)
  admin = stdout.trim()
})

const ask = async (address: string, path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
  const answer = await fetch(address + path, { ...init, headers: { ...headers, ...init.headers } })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('serve', () => {
  it('answers at the address that it tells, owns the folder meanwhile, and ends when it is told to', async () => {
    const { match, end } = await cli.start(['serve', '--port', '0'], /Listening at (http:\S+)/)
    const address = match[1]!
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await ask(address, '/v1/health')).toEqual({ status: 200, body: { healthy: true } })
    const body = JSON.stringify({ name: 'ada' })
    expect((await ask(address, '/v1/listeners', { method: 'POST', body })).status).toBe(201)
    const event = JSON.stringify({ type: 'listen', track: { title: 'Low Tide' } })
    expect((await ask(address, '/v1/listeners/ada/events', { method: 'POST', body: event })).status).toBe(201)
    expect((await ask(address, '/v1/listeners', { headers: { authorization: 'none' } })).status).toBe(401)
    const listed = await cli.run(['keys', 'list'])
    expect(listed).toMatchObject({ status: 0, stdout: expect.stringContaining('the first') })
    const twice = await cli.spawn(['serve', '--port', '0'])
    expect(twice).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        `A server has the data in ${join(cli.folder, 'deepcuts-data')} at ${address}`,
      ),
    })
    const { status, stderr } = await end('SIGTERM')
    expect(stderr).not.toMatch(/error|at .*\.js/i)
    expect(status).toBe(0)
    expect(existsSync(join(cli.folder, 'deepcuts-data/server.json'))).toBe(false)
    expect((await cli.run(['imports'])).stdout).toMatch(/1 .* ada +events +1 +events \d{4}-\d\d-\d\d/)
    const { keys } = await cli.json(['keys'])
    expect(keys).toMatchObject([{ name: 'the first', usedAt: expect.any(Number) }])
  })

  it('says so where the port is taken, or the address is of another machine', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    const { status, stderr } = await cli.run(['serve', '--port', String(port)])
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`Something listens at 127.0.0.1:${port} already`),
    })
    taken.close()
    const away = await cli.run(['serve', '--port', '0', '--host', '203.0.113.7'])
    expect(away).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot listen at 203.0.113.7:0 (it is no address of this machine)'),
    })
  })
})

describe('keys', () => {
  it('are made for the only listener there is, listed without the key itself, and revoked', async () => {
    const { key, token } = await cli.json(['keys', 'create', 'my player'])
    expect(key).toMatchObject({ name: 'my player', scope: 'listener' })
    const list = async () => (await cli.run(['keys', 'list'])).stdout
    expect(await list()).toMatch(/my player +listener +ada/)
    expect(await list()).not.toContain(String(token))
    const { id } = key as unknown as { id: number }
    expect((await cli.run(['keys', 'revoke', String(id)])).stdout).toContain(`Key ${id}, my player`)
    expect(await list()).toMatch(/my player.*revoked/)
  })

  it.each([
    [['create'], 'A name for the key is missing'],
    [['create', 'x', '--scope', 'app', '--listener', 'ada'], 'leave --listener out'],
    [['create', 'x', '--listener', 'nobody'], 'no listener "nobody"'],
    [['create', 'x', '--scope', 'god'], 'Allowed choices are listener, app, admin'],
    [['revoke', '99'], 'There is no key 99'],
    [['revoke'], 'The number of the key is empty'],
    [['list', '3'], '"list" takes nothing'],
    [['steal'], 'Allowed choices are create, list, revoke'],
  ])('say what is wrong with %o', async (args, sentence) => {
    const { status, stderr } = await cli.run(['keys', ...args])
    expect(stderr).toContain(sentence)
    expect(status).toBe(2)
  })
})
