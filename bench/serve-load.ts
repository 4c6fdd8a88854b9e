/** A load generator in a process of its own: `node --import tsx bench/serve-load.ts FILE`, where FILE has a LoadOrder as JSON; it prints a LoadResult. */
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { random } from '../src/core/random.ts'
import { type HttpConnection, openConnection } from './http-connection.ts'
import { type LoadKind, type LoadOrder, type LoadResult, REQUESTS } from './serve-requests.ts'

const PATIENCE_MS = 5000

/** Requests of one kind or several over some connections, as fast as they are answered or at a rate, and how long they took. */
async function load(order: LoadOrder): Promise<LoadResult> {
  const { address, seconds, kinds, connections, rate, made, seed, everybodyOnce = false } = order
  const names = Object.keys(kinds) as LoadKind[]
  const weights = names.map((name) => kinds[name]!)
  const draw = random(`load/${seed}`)
  let asked = 0
  const who = () => made.names[everybodyOnce ? asked++ % made.names.length : draw.int(made.names.length)]!
  const makers = Object.fromEntries(names.map((name) => [name, REQUESTS[name](made, draw, seed, who)]))
  const times: number[] = []
  const lag: number[] = []
  const failures: Record<string, number> = {}
  let [answered, units] = [0, 0]
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(address)))
  const one = async (connection: HttpConnection, from: number): Promise<void> => {
    const name = names[draw.pick(weights)]!
    const { request, units: worth, follow } = makers[name]!()
    try {
      const answer = await connection.ask(request)
      const now = performance.now()
      if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body.slice(0, 200)}`)
      times.push(now - from)
      if (follow) lag.push(await follow((next) => connection.ask(next), answer))
      answered++
      units += worth
    } catch (error) {
      const what = `${name}: ${(error as Error).message}`
      failures[what] = (failures[what] ?? 0) + 1
    }
  }
  const began = performance.now()
  const until = began + seconds * 1000
  if (rate === undefined)
    await Promise.all(
      open.map(async (connection) => {
        while (everybodyOnce ? asked < made.names.length : performance.now() < until)
          await one(connection, performance.now())
      }),
    )
  else {
    // Poisson arrivals, each timed from when it was due, so that a server that stands still is not spared.
    const idle = [...open]
    const due: number[] = []
    const under = new Set<Promise<void>>()
    const serve = () => {
      while (due.length > 0 && idle.length > 0) {
        const connection = idle.pop()!
        const running = one(connection, due.shift()!).then(() => {
          idle.push(connection)
          under.delete(running)
          serve()
        })
        under.add(running)
      }
    }
    for (let next = began; next < until; next += (-Math.log(1 - draw.next()) * 1000) / rate) {
      const wait = next - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      due.push(next)
      serve()
    }
    // A server that cannot keep up is not waited for until it has caught up.
    const patience = setTimeout(() => {
      if (due.length > 0) failures['not answered in time'] = due.length
      due.length = 0
    }, PATIENCE_MS)
    while (under.size > 0) await Promise.all(under)
    clearTimeout(patience)
  }
  const took = (performance.now() - began) / 1000
  for (const connection of open) connection.close()
  return { seconds: took, answered, units, failures, times: shares(times), lag: shares(lag) }
}

/** Quantiles of milliseconds. */
function shares(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}

const given = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as LoadOrder
console.log(JSON.stringify(await load(given)))
