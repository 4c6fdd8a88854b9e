import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { openEngine } from '../src/engine.ts'
import { makeCommandLine } from './suites/cli.ts'

const ROUNDS = 12
const rng = random('server crashes')
const cli = makeCommandLine()
afterAll(() => cli.remove())
mkdirSync(cli.folder, { recursive: true })

const data = join(cli.folder, 'deepcuts-data')
const open = () => openEngine({ data, now: Date.now, timeZone: 'UTC' })

it('has every acknowledged event and like once, however often it is killed right after it answered', async () => {
  const admin = (await cli.run(['keys', 'create', 'a', '--scope', 'admin', '--quiet'])).stdout.trim()
  const acknowledged = { events: [] as string[], likes: 0 }
  let sent = 0
  for (let round = 0; round < ROUNDS; round++) {
    const { match, end } = await cli.start(['serve', '--port', '0'], /Listening at (http:\S+)/)
    const post = async (path: string, body: object) => {
      const answer = await fetch(`${match[1]}/v1/listeners${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    }
    if (round === 0) await post('', { name: 'ada' })
    const stopAfter = 1 + rng.int(40)
    let killing: Promise<unknown> | undefined
    const send = async () => {
      while (!killing) {
        const title = `song ${sent++}`
        try {
          await post('/ada/events', { type: 'listen', track: { title }, finished: true })
          acknowledged.events.push(title)
          if (sent % 5 === 0) {
            await post('/ada/feedback', { kind: 'like', track: title })
            acknowledged.likes++
          }
        } catch (error) {
          if (!killing) throw error
        }
        if (acknowledged.events.length % 41 >= stopAfter) killing ??= end('SIGKILL')
      }
    }
    await Promise.all([send(), send(), send()])
    await killing
    const engine = await open()
    const { library } = engine
    const log = await library.log(await library.listeners.get('ada'))
    const catalog = await library.catalog()
    const heard = Array.from(log.row, (row) => catalog.titles.at(row))
    expect(new Set(heard).size).toBe(heard.length)
    expect(acknowledged.events.filter((title) => !heard.includes(title))).toEqual([])
    expect((await library.feedback.list(1)).length).toBeGreaterThanOrEqual(acknowledged.likes)
    expect((await library.keys.find(admin))?.name).toBe('a')
    await engine.close()
  }
  expect(acknowledged.events.length).toBeGreaterThan(ROUNDS)
  expect(acknowledged.likes).toBeGreaterThan(0)
})
