import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type Event, Problem } from '../src/client/client.ts'
import { type InventedEngine, inventedEngine, NOW } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

let invented: InventedEngine
let served: Served
let url: string
let key: string
beforeAll(async () => {
  invented = await inventedEngine({ tracks: 200, years: 1 })
  served = await serve(invented.engine)
  url = await served.app.listen({ port: 0, host: '127.0.0.1' })
  key = (await served.keyOf('admin')).token
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const client = (options: Partial<Parameters<typeof createClient>[0]> = {}) =>
  createClient({ url, key, ...options })
const track = (i: number) => ({ title: `Song ${i}`, artist: 'The Harbour' })
const play = (i: number): Event => ({
  type: 'listen',
  track: track(i),
  finished: true,
  at: NOW - 1_000_000 + i * 1000,
})

describe('a client of a server', () => {
  it('has listeners, settings, mixes and feedback, as the routes answer', async () => {
    const there = client()
    expect(await there.health()).toEqual({ healthy: true })
    expect(await there.createListener({ body: { name: 'zoë/é', timeZone: 'Europe/Paris' } })).toEqual({
      name: 'zoë/é',
      timeZone: 'Europe/Paris',
    })
    const dial = { novelty: 0.5 }
    await there.changeSettings({ listener: 'zoë/é', body: { dial } })
    expect((await there.settings({ listener: 'zoë/é' })).dial).toEqual(dial)
    const mix = await there.recommendations({ listener: 'ada', recipe: 'deep-cuts', n: 5, seed: 1 })
    expect(mix.tracks).toHaveLength(5)
    const said = await there.say({
      listener: 'ada',
      body: { kind: 'like', track: String(mix.tracks[0]!.track.id) },
    })
    expect(said.track?.id).toBe(mix.tracks[0]!.track.id)
    const { from } = { from: ['The Harbour'] }
    await expect(
      there.recommendations({ listener: 'ada', recipe: 'radio', from, n: 3 }),
    ).rejects.toBeInstanceOf(Problem)
  })

  it('throws what the server refuses, with its code and sentence', async () => {
    await expect(client().listener({ listener: 'nobody' })).rejects.toMatchObject({
      name: 'Problem',
      code: 'UNKNOWN_LISTENER',
      status: 404,
      detail: expect.stringContaining('nobody'),
      message: expect.stringContaining('nobody'),
    })
    await expect(client({ key: 'wrong' }).keys()).rejects.toMatchObject({ code: 'NO_KEY', status: 401 })
  })

  it('reads a list page after page, and no further than it is wanted', async () => {
    const names = ['p1', 'p2', 'p3', 'p4', 'p5']
    for (const name of names) await client().createListener({ body: { name } })
    const asked: string[] = []
    const counting = client({
      fetch: (target, request) => {
        asked.push(String(target))
        return fetch(target, request)
      },
    })
    const found: string[] = []
    for await (const { name } of counting.each('listeners', { limit: 2 })) found.push(name)
    expect(found).toEqual(expect.arrayContaining(names))
    expect(asked.length).toBe(Math.ceil(found.length / 2))
    asked.length = 0
    for await (const _ of counting.each('listeners', { limit: 2 })) break
    expect(asked).toHaveLength(1)
    await client().sendEvents('p1', [play(1)])
    const imports = []
    for await (const one of client().each('imports', { listener: 'p1', limit: 1 })) imports.push(one)
    expect(imports).toHaveLength(1)
  })

  it('sends many events, and says which were refused', async () => {
    async function* events() {
      for (let i = 0; i < 6000; i++) yield play(i)
      yield { type: 'listen', track: {} } as Event
      yield play(0)
    }
    const sent = await client().sendEvents('p2', events())
    expect(sent).toMatchObject({ taken: 6001, refused: 1, duplicates: 1 })
    expect(sent.problems).toEqual([{ event: 6000, problem: expect.any(String) }])
    const heard = await client().history({ listener: 'p2', limit: 1 })
    expect(heard.events).toHaveLength(1)
  })

  it('reads a mix as a playlist file, and all that is known of a listener line by line', async () => {
    const m3u8 = await client().file('recommendations', { listener: 'ada', n: 3, seed: 2, format: 'm3u8' })
    expect(m3u8).toMatch(/^#EXTM3U/)
    let lines = 0
    for await (const line of client().exportListener({ listener: 'p2' })) {
      expect(line).toBeTypeOf('object')
      lines++
    }
    expect(lines).toBeGreaterThan(100)
    await client().forgetListener({ listener: 'p4', confirm: 'p4' })
    await expect(client().listener({ listener: 'p4' })).rejects.toMatchObject({ code: 'UNKNOWN_LISTENER' })
  })

  it('imports a file and follows the job to its end', async () => {
    const csv = 'uts,artist,track\n1700000000,The Harbour,Low Tide\n1700000300,The Harbour,High Tide\n'
    const job = await client().sendImport({
      listener: 'p3',
      name: 'recenttracks-p3.csv',
      body: new Blob([csv], { type: 'text/csv' }),
    })
    const states = []
    for await (const { state, result } of client().progress({ listener: 'p3', job: job.id }))
      states.push(state, result?.import ?? 0)
    expect(states.at(-2)).toBe('done')
    expect(states.at(-1)).toBeGreaterThan(0)
    expect((await client().history({ listener: 'p3' })).events).toHaveLength(2)
  })
})

describe('when the network fails', () => {
  /** A server that does what is next for each request; null breaks the connection. */
  const scripted = async (
    answers: ((asked: string) => { status?: number; text: string; kind?: string } | null)[],
  ) => {
    const seen: { readonly url: string; readonly key: unknown; readonly last: unknown }[] = []
    const server: Server = createServer((request, response) => {
      const { url: path = '', headers } = request
      seen.push({ url: path, key: headers['idempotency-key'], last: headers['last-event-id'] })
      const told = (answers[seen.length - 1] ?? answers.at(-1)!)(path)
      if (told === null) return void request.socket.destroy()
      response.writeHead(told.status ?? 200, { 'content-type': told.kind ?? 'application/json' })
      response.end(told.text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    return { seen, url: `http://127.0.0.1:${port}` }
  }
  const broken = () => null
  const ok = () => ({ text: '{"import":1,"duplicate":false,"repeated":false}' })

  it('asks again what may be asked again, an event by the name it had', async () => {
    const there = await scripted([broken, broken, ok])
    await client({ url: there.url }).sendEvent({ listener: 'ada', body: play(1) })
    expect(there.seen).toHaveLength(3)
    expect(new Set(there.seen.map(({ key }) => key)).size).toBe(1)
    expect(there.seen[0]!.key).toMatch(/^[0-9a-f]{32}$/)
    await client({ url: there.url }).health()
  })

  it('does not ask again what would be done twice, nor what was answered', async () => {
    const there = await scripted([broken])
    await expect(client({ url: there.url }).createListener({ body: { name: 'x' } })).rejects.toThrow(
      TypeError,
    )
    expect(there.seen).toHaveLength(1)
    const failing = await scripted([() => ({ status: 502, text: '<html>', kind: 'text/html' })])
    await expect(client({ url: failing.url }).health()).rejects.toMatchObject({
      code: 'HTTP_502',
      status: 502,
    })
    expect(failing.seen).toHaveLength(1)
  })

  it('gives up after as many times as it was told, and at once when it is aborted', async () => {
    const there = await scripted([broken])
    await expect(client({ url: there.url, retries: 1 }).health()).rejects.toThrow(TypeError)
    expect(there.seen).toHaveLength(2)
    const stopped = AbortSignal.abort(new Error('enough'))
    await expect(client({ url: there.url }).health({ signal: stopped })).rejects.toThrow('enough')
    expect(there.seen).toHaveLength(2)
  })

  it('goes on with progress where it stood', async () => {
    const event = (id: number, state: string) => `id: ${id}\nevent: job\ndata: {"state":"${state}"}\n\n`
    const kind = 'text/event-stream'
    const there = await scripted([
      () => ({ text: `: hello\n\n${event(1, 'waiting')}${event(2, 'running')}`, kind }),
      () => ({ text: event(3, 'done'), kind }),
    ])
    const states = []
    for await (const { state } of client({ url: there.url }).progress({ listener: 'ada', job: 'j' }))
      states.push(state)
    expect(states).toEqual(['waiting', 'running', 'done'])
    expect(there.seen.map(({ last }) => last)).toEqual([undefined, '2'])
  })
})
