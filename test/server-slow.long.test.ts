import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyEngine, type InventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

let invented: InventedEngine
let served: Served
let port: number
const open = new Set<Socket>()

beforeAll(async () => {
  invented = await emptyEngine()
  served = await serve(invented.engine)
  await served.app.listen({ host: '127.0.0.1', port: 0 })
  port = (served.app.server.address() as { port: number }).port
})
afterAll(async () => {
  for (const socket of open) socket.destroy()
  await served.app.close()
  await invented.close()
})

/** A connection, and what came over it until it was closed, and when that was. */
function connected(
  first = '',
): Promise<{ socket: Socket; closed: Promise<{ text: string; afterMs: number }> }> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let text = ''
    const socket = connect(port, '127.0.0.1')
    open.add(socket)
    const closed = new Promise<{ text: string; afterMs: number }>((done) => {
      socket.on('close', () => {
        open.delete(socket)
        done({ text, afterMs: performance.now() - start })
      })
    })
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', reject)
    socket.on('connect', () => {
      if (first) socket.write(first)
      resolve({ socket, closed })
    })
  })
}

/** How long an answer takes on a connection of its own, ms. */
async function answerTime(): Promise<number> {
  const start = performance.now()
  const { closed } = await connected('GET /v1/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  expect((await closed).text).toMatch(/^HTTP\/1\.1 200/)
  return performance.now() - start
}

describe('clients that say nothing', () => {
  it('are five thousand at once without holding up a request, and are gone when their time is over', async () => {
    const idle: Awaited<ReturnType<typeof connected>>[] = []
    for (let i = 0; i < 50; i++)
      idle.push(...(await Promise.all(Array.from({ length: 100 }, () => connected()))))
    const times: number[] = []
    for (let i = 0; i < 50; i++) times.push(await answerTime())
    expect(times.toSorted((a, b) => a - b)[45]).toBeLessThan(500)
    const ends = await Promise.all(idle.map(({ closed }) => closed))
    expect(Math.max(...ends.map(({ afterMs }) => afterMs))).toBeLessThan(60_000)
    await expect
      .poll(() => new Promise((done) => served.app.server.getConnections((_, n) => done(n))))
      .toBe(0)
  }, 180_000)
})

describe('clients that are slow', () => {
  it('with the head of a request are cut off after their time, and others are answered meanwhile', async () => {
    const slow = await connected('GET /v1/health HTTP/1.1\r\n')
    const drip = setInterval(() => slow.socket.write('X-Slow: 1\r\n'), 1000)
    slow.socket.on('close', () => clearInterval(drip))
    expect(await answerTime()).toBeLessThan(1000)
    const { text, afterMs } = await slow.closed
    expect(text).toMatch(/^HTTP\/1\.1 408/)
    expect(afterMs).toBeGreaterThan(10_000)
    expect(afterMs).toBeLessThan(30_000)
  }, 60_000)

  it('who stop in the middle of a body are cut off, and nothing of it is done', async () => {
    const body = JSON.stringify({ name: 'half a listener' })
    const { token } = await served.keyOf('admin')
    const half = await connected(
      `POST /v1/listeners HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -3)}`,
    )
    expect(await answerTime()).toBeLessThan(1000)
    expect((await half.closed).afterMs).toBeLessThan(90_000)
    expect(await invented.engine.library.listeners.list()).toEqual([])
  }, 120_000)
})
