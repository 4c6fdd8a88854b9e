import { join } from 'node:path'
import { expect } from 'vitest'
import { silent } from '../../src/core/progress.ts'
import { random } from '../../src/core/random.ts'
import { openEngine } from '../../src/engine.ts'
import { train } from '../../src/learn/train.ts'
import type { ImportRecord } from '../../src/library/import-record.ts'
import { makeWorld } from '../../src/world/world.ts'
import { type CommandLine, makeCommandLine } from './cli.ts'

const CONNECTIONS = 32
const DAY = 86_400_000

/** An event that was sent with a name of its own, and may be sent again with it. */
interface Sent {
  readonly key: string
  readonly body: object
}

interface Acknowledged {
  readonly titles: Set<string>
  readonly likes: Set<string>
  readonly draws: Set<string>
  /** Sent, and not answered before the kill. */
  readonly open: Map<string, Sent>
  mixes: { readonly day: number; readonly shown: string } | undefined
}

/**
 * Serves, kills the server right after one of its answers and looks at what it left, so many times: every acknowledged event, like and slate is
 * there once, those that were cut off are there once when they are sent again, and the model and today's mixes are as they were.
 */
export async function killAgainAndAgain(rounds: number, seed: string): Promise<void> {
  const cli = makeCommandLine()
  try {
    const rng = random(seed)
    const data = join(cli.folder, 'deepcuts-data')
    const admin = await prepare(data)
    const acknowledged: Acknowledged = {
      ...{ titles: new Set(), likes: new Set(), draws: new Set(), open: new Map() },
      mixes: undefined,
    }
    for (let round = 0; round < rounds; round++) {
      await serveAndKill(cli, admin, acknowledged, 20 + rng.int(200), round)
      await check(data, acknowledged)
    }
    expect(acknowledged.titles.size).toBeGreaterThan(20 * rounds)
    expect(acknowledged.likes.size).toBeGreaterThan(0)
    expect(acknowledged.draws.size).toBeGreaterThan(0)
  } finally {
    cli.remove()
  }
}

const open = (data: string) => openEngine({ data, now: Date.now, timeZone: 'UTC' })

/** A folder with a catalog, a listener who has a model, and one who has nothing. @returns an administrator's key */
async function prepare(data: string): Promise<string> {
  const engine = await open(data)
  const { library } = engine
  const world = makeWorld({ seed: 1, tracks: 200, years: 0.3, listeners: 1, now: Date.now() - DAY })
  const put = async (listener: string, format: string, records: Iterable<ImportRecord>) => {
    const session = library.imports.begin()
    for (const record of records) session.add(record, 0)
    const what = { listener, name: format, sha256: format, format, at: Date.now() }
    await session.commit(what, () => '{}')
  }
  await put('ada', 'catalog', world.catalogRecords())
  await put('ada', 'spotify-extended', world.listenerRecords(0))
  await library.listeners.create('ben')
  await train(library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const { token } = await library.keys.create('test', 'admin')
  await engine.close()
  return token
}

/** Many connections at once, until so many answers came: then the server is killed. */
async function serveAndKill(
  cli: CommandLine,
  admin: string,
  acknowledged: Acknowledged,
  stopAfter: number,
  round: number,
): Promise<void> {
  const { match, end } = await cli.start(['serve', '--port', '0'], /Listening at (http:\S+)/)
  const address = match[1]!.replace(/\/$/, '')
  let killing: Promise<unknown> | undefined
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${address}/v1/listeners${path}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as never
  }
  const { mixes } = (await ask('GET', '/ada/mixes')) as {
    mixes: { draw: string; tracks: { track: { id: number } }[] }[]
  }
  const shown = JSON.stringify(mixes.map(({ draw, tracks }) => [draw, tracks.map(({ track }) => track.id)]))
  const day = Math.floor(Date.now() / DAY)
  if (acknowledged.mixes?.day === day) expect(shown).toBe(acknowledged.mixes.shown)
  acknowledged.mixes = { day, shown }

  let [n, answers] = [0, 0]
  const again = [...acknowledged.open.values()]
  const event = async () => {
    const sent = again.pop() ?? newEvent(`${round} ${n++}`)
    acknowledged.open.set(sent.key, sent)
    await ask('POST', '/ben/events', sent.body, { 'idempotency-key': sent.key })
    acknowledged.open.delete(sent.key)
    acknowledged.titles.add(sent.key)
  }
  const bulk = async () => {
    const events = Array.from({ length: 50 }, () => newEvent(`${round} ${n++}`))
    await ask('POST', '/ben/events/bulk', events.map(({ body }) => JSON.stringify(body)).join('\n'), {
      'content-type': 'application/x-ndjson',
    })
    for (const { key } of events) acknowledged.titles.add(key)
  }
  const like = async () => {
    const { key, body } = newEvent(`${round} ${n++}`)
    await ask('POST', '/ben/events', body)
    acknowledged.titles.add(key)
    await ask('POST', '/ben/feedback', { kind: 'like', track: key })
    acknowledged.likes.add(key)
  }
  const slate = async () => {
    const { draw } = (await ask('GET', `/ada/recommendations?n=5&seed=${round * 1e4 + n++}`)) as {
      draw: string
    }
    acknowledged.draws.add(draw)
  }
  const client = async (turn: number) => {
    for (let i = turn; !killing; i++) {
      const work = i % 16 === 3 ? like : i % 16 === 7 ? slate : i % 32 === 11 ? bulk : event
      try {
        await work()
      } catch (error) {
        if (!killing) throw error
      }
      if (++answers === stopAfter) killing ??= end('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, turn) => client(turn)))
  await killing
}

function newEvent(name: string): Sent {
  const key = `song ${name}`
  return { key, body: { type: 'listen', track: { title: key }, finished: true, at: Date.now() } }
}

async function check(data: string, acknowledged: Acknowledged): Promise<void> {
  const engine = await open(data)
  try {
    const { library } = engine
    const ben = await library.listeners.get('ben')
    const [log, catalog] = [await library.log(ben), await library.catalog()]
    const heard = Array.from(log.row, (row) => catalog.titles.at(row))
    const known = new Set(heard)
    expect(known.size).toBe(heard.length)
    expect([...acknowledged.titles].filter((title) => !known.has(title))).toEqual([])
    const liked = (await library.feedback.list(ben.id)).map(({ trackId }) =>
      catalog.titles.at(catalog.rowOfIdentifier[trackId!]!),
    )
    expect(new Set(liked).size).toBe(liked.length)
    expect([...acknowledged.likes].filter((title) => !liked.includes(title))).toEqual([])
    const ada = await library.listeners.get('ada')
    const draws = (await library.exposures.list(ada.id)).map(({ draw }) => draw)
    expect(new Set(draws).size).toBe(draws.length)
    expect([...acknowledged.draws].filter((draw) => !draws.includes(draw))).toEqual([])
    expect((await engine.model('ada')).whose).toBe('own')
    const { id } = await library.store.read('plays', ['id'])
    expect(new Set(id).size).toBe(id.length)
  } finally {
    await engine.close()
  }
}
