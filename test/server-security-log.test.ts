import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openLog } from '../src/server/log.ts'
import { emptyEngine } from './suites/invented-listener.ts'
import { serve } from './suites/served.ts'

/** What must be in no line. A key and a cookie are only read where they have the right form, so some have it. */
const SECRET = `SECRET${'x'.repeat(37)}`

it('the log tells of requests and failures, and nothing of keys, cookies, links, passwords, addresses, names or questions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-log-'))
  const file = join(folder, 'log')
  const invented = await emptyEngine()
  const log = openLog({ level: 'debug', file, messages: false })
  let fails = false
  const engine = {
    ...invented.engine,
    listener: async (name: string) => {
      if (fails) throw new Error(`SECRET ${name}`, { cause: new TypeError(`SECRET cause ${name}`) })
      return invented.engine.listener(name)
    },
  }
  const served = await serve(engine, { onFailure: log.failure })
  log.requestsOf(served.app)
  await invented.engine.library.listeners.create('SECRET person')
  const link = (await invented.engine.accounts.setupLink())!
  const { token } = await served.keyOf('admin')
  const asked = async (url: string, headers: Record<string, string> = {}, body?: object) =>
    (
      await served.app.inject({
        method: body ? 'POST' : 'GET',
        url,
        headers: { ...headers, 'user-agent': 'SECRET agent' },
        remoteAddress: '127.6.5.4',
        ...(body && { payload: body }),
      })
    ).statusCode
  const own = { authorization: `Bearer ${token}` }
  const statuses = [
    await asked('/v1/listeners', { authorization: `Bearer dc1_${SECRET}` }),
    await asked('/v1/listeners', { cookie: `deepcuts_session=ds_${SECRET}` }),
    await asked(`/v1/listeners?token=${SECRET}`, own),
    await asked(`/nowhere/${SECRET}`, own),
    await asked('/v1/listeners/SECRET%20person', own),
    await asked('/v1/setup', {}, { token: `dl_${SECRET}`, name: 'SECRET', password: SECRET }),
    await asked('/v1/session', {}, { name: 'SECRET', password: SECRET }),
    await asked('/v1/listeners', { ...own, origin: 'http://SECRET.example' }),
    await asked('/v1/setup', {}, { token: link.token, name: 'SECRET name', password: 'SECRET long word' }),
  ]
  fails = true
  statuses.push(await asked('/v1/listeners/SECRET%20person', own))
  expect(statuses).toEqual([401, 401, 400, 404, 200, 403, 401, 403, 201, 500])
  await served.app.close()
  const text = readFileSync(file, 'utf8')
  const lines = text.trim().split('\n')
  expect(lines.length).toBeGreaterThan(statuses.length)
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ time: expect.any(String) })
  expect(text).toContain('/v1/listeners/:listener')
  expect(text).toContain('TypeError')
  for (const hidden of ['SECRET', token, link.token, '127.6.5.4', 'dl_', 'ds_'])
    expect(text).not.toContain(hidden)
  await invented.close()
  rmSync(folder, { recursive: true, force: true })
})
