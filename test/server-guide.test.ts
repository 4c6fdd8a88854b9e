import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { inventedEngine } from './suites/invented-listener.ts'
import { serve } from './suites/served.ts'

const guide = readFileSync(join(import.meta.dirname, '../docs/guide/server.md'), 'utf8')
const walk = /## With curl\n.*?```sh\n(.*?)```/s.exec(guide)![1]!
const run = promisify(execFile)
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

it.runIf(hasCurl)('what the guide does with curl works as it stands', async () => {
  const invented = await inventedEngine({ tracks: 200, years: 1 })
  const served = await serve(invented.engine)
  try {
    const URL = await served.app.listen({ port: 0, host: '127.0.0.1' })
    const KEY = (await served.keyOf('app')).token
    const env = { ...process.env, URL, KEY, no_proxy: '127.0.0.1' }
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', walk], { env })
    expect(stdout).toContain('{"name":"guest","timeZone":"Europe/Berlin"}')
    expect(stdout).toContain('"duplicate":false')
    expect(stdout).toContain('"taken":2')
    expect(stdout).toMatch(/^#EXTM3U/m)
    expect(stdout).toMatch(/"outcome":"skip".*"outcome":"finish"/s)
  } finally {
    await served.app.close()
    await invented.close()
  }
})
