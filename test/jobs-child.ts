/** Run as a process of its own by the tests of jobs: `node --import tsx test/jobs-child.ts FOLDER`. It serves, and prints its port and a key. */
import type { AddressInfo } from 'node:net'
import { openEngine } from '../src/engine.ts'
import { createApp } from '../src/server/app.ts'

/** What it prints. */
export interface Child {
  readonly port: number
  readonly token: string
}

const engine = await openEngine({ data: process.argv[2]!, now: Date.now, timeZone: 'UTC' })
const { listeners, keys } = engine.library
if (!(await listeners.find('ada'))) await listeners.create('ada')
const { token } = await keys.create('a test’s', 'admin')
const { app } = await createApp({ engine })
await app.listen({ port: 0, host: '127.0.0.1' })
const child: Child = { port: (app.server.address() as AddressInfo).port, token }
process.stdout.write(`${JSON.stringify(child)}\n`)
