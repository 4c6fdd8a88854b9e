import { spawn } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { PresetName } from '../src/learn/presets.ts'
import { openConnection } from './http-connection.ts'
import type { Figure } from './measure.ts'
import { type ServerProcess, startServer } from './serve-process.ts'
import type { LoadOrder, LoadResult } from './serve-requests.ts'
import { type MadeStore, madeStore } from './serve-store.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SCENES = ['start', 'recommend', 'today', 'effect', 'training', 'single', 'bulk'] as const
type Scene = (typeof SCENES)[number]
const CONNECTIONS = 32

/**
 * The server of dist/ on one core, asked by another process on the next: what is promised of it. `--listeners`, `--tracks`, `--events` (each), `--model` and `--seconds` make
 * it smaller; `--keep DIR` keeps the store for further runs; `--only recommend,single` chooses; `--soak MINUTES` adds mixed load for as long.
 */
export default async function (folder: string, args: readonly string[]): Promise<readonly Figure[]> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      listeners: { type: 'string', default: '1000' },
      tracks: { type: 'string', default: '120000' },
      events: { type: 'string', default: '2000' },
      model: { type: 'string', default: 'nano' },
      keep: { type: 'string' },
      dist: { type: 'string', default: 'dist' },
      seconds: { type: 'string', default: '10' },
      only: { type: 'string', default: SCENES.join() },
      soak: { type: 'string', default: '0' },
      core: { type: 'string', default: '0' },
      profile: { type: 'string' },
    },
  })
  const [listeners, tracks, events, seconds] = [
    values.listeners,
    values.tracks,
    values.events,
    values.seconds,
  ].map(Number) as [number, number, number, number]
  const place = values.keep ? resolve(values.keep) : folder
  const model = values.model as PresetName | 'none'
  const made = await madeStore(place, { listeners, tracks, events, model })
  console.error(`The store is made: ${listeners} listeners, ${tracks} tracks, ${listeners * events} events.`)
  // What is measured changes it: the one that is kept stays as it was made.
  const data = join(folder, 'data-served')
  await cp(join(place, 'data'), data, { recursive: true })
  const scenes = values.only.split(',') as Scene[]
  const core = Number(values.core)
  const server = await startServer(resolve(ROOT, values.dist, 'cli/main.js'), data, {
    core,
    community: model !== 'none',
    ...(values.profile && { profile: values.profile }),
  })
  console.error(
    server.core === undefined
      ? 'taskset is not installed: the server may use every core.'
      : `The server is tied to core ${core}; load averages ${loadavg().map((load) => load.toFixed(1))}.`,
  )
  const bench = benchOf(folder, server, made, seconds)
  const figures: Figure[] = []
  try {
    if (scenes.includes('start')) figures.push(...(await bench.start()))
    if (scenes.includes('recommend')) figures.push(...(await bench.recommend()))
    if (scenes.includes('today')) figures.push(...(await bench.today()))
    if (scenes.includes('effect')) figures.push(...(await bench.effect()))
    if (scenes.includes('training')) figures.push(...(await bench.training()))
    if (scenes.includes('single')) figures.push(...(await bench.single()))
    if (scenes.includes('bulk')) figures.push(...(await bench.bulk()))
    if (Number(values.soak) > 0) figures.push(...(await bench.soak(Number(values.soak))))
    figures.push({ name: 'memory at the end', value: server.megabytes(), unit: 'MB' })
  } finally {
    await server.end()
  }
  return figures
}

function benchOf(folder: string, server: ServerProcess, made: MadeStore, seconds: number) {
  let orders = 0
  const load = async (order: Pick<LoadOrder, 'kinds' | 'connections'> & Partial<LoadOrder>) => {
    const file = join(folder, `order-${++orders}.json`)
    const seed = Math.floor(Date.now() / 1000) % 1e6
    const whole: LoadOrder = { address: server.address, seconds, made, seed, ...order }
    await writeFile(file, JSON.stringify(whole))
    const [before, from] = [server.processorSeconds(), performance.now()]
    const result = await inProcess(file)
    const busy = (server.processorSeconds() - before) / ((performance.now() - from) / 1000)
    console.error(JSON.stringify({ kinds: order.kinds, rate: order.rate, busy: busy.toFixed(2), ...result }))
    return { ...result, busy }
  }
  const ms = (name: string, value: number, atMost?: number): Figure => ({
    name,
    value,
    unit: 'ms',
    digits: 1,
    ...(atMost !== undefined && { atMost }),
  })
  const failed = (name: string, { failures }: LoadResult): Figure => ({
    name: `  ${name}: failures`,
    value: Object.values(failures).reduce((sum, n) => sum + n, 0),
    unit: '',
    digits: 0,
    atMost: 0,
  })
  /** How many a second, and how many a second of the processor: on a machine that others use the server has only a part of its core. */
  const rates = (name: string, result: LoadResult & { readonly busy: number }, atLeast: number): Figure[] => {
    const value = result.units / result.seconds
    return [
      { name: `${name} (asked: ≥ ${atLeast.toLocaleString('en')})`, value, unit: '/s', digits: 0 },
      { name: '  for each second of the processor', value: value / result.busy, unit: '', digits: 0 },
    ]
  }
  return {
    async start(): Promise<Figure[]> {
      const plays = made.listeners * made.events
      return [
        ms(`start to ready, ${plays.toLocaleString('en')} events`, 1000 * server.readySeconds, 3000),
        { name: '  memory when ready', value: server.megabytes(), unit: 'MB', atMost: 800 },
      ]
    },
    async recommend(): Promise<Figure[]> {
      await load({ kinds: { recommend: 1 }, connections: 2, everybodyOnce: true })
      const full = await load({ kinds: { recommend: 1 }, connections: 4 })
      const half = await load({ kinds: { recommend: 1 }, connections: CONNECTIONS, rate: 50 })
      return [
        ...rates('recommendations', full, 100),
        failed('at full load', full),
        ms('  at 50/s: p50', half.times.p50, 10),
        ms('  at 50/s: p99', half.times.p99, 40),
        failed('at 50/s', half),
        { name: '  memory then', value: server.megabytes(), unit: 'MB' },
      ]
    },
    async today(): Promise<Figure[]> {
      await load({ kinds: { today: 1 }, connections: 8, everybodyOnce: true })
      const full = await load({ kinds: { today: 1 }, connections: CONNECTIONS })
      return [
        ...rates('today’s mix, drawn before', full, 3000),
        ms('  p99', full.times.p99),
        failed('today', full),
      ]
    },
    async effect(): Promise<Figure[]> {
      const result = await load({ kinds: { effect: 1 }, connections: 1 })
      const { lag } = result
      return [
        ms('an event is in the next list, p50', lag.p50, 100),
        ms('  p99', lag.p99, 100),
        failed('effect', result),
      ]
    },
    async training(): Promise<Figure[]> {
      const connection = await openConnection(server.address)
      const path = `/v1/listeners/${encodeURIComponent(made.names[0]!)}/trainings`
      const told = await connection.ask({ token: made.admin, method: 'POST', path, body: '{}' })
      connection.close()
      if (told.status !== 202) throw new Error(`A training was refused: ${told.body}`)
      const move = setInterval(() => server.moveChildren(1 - (server.core ?? 0)), 1000)
      const half = await load({ kinds: { recommend: 1 }, connections: CONNECTIONS, rate: 50 })
      clearInterval(move)
      return [
        ms('recommendations at 50/s while a listener’s model is trained: p50', half.times.p50),
        ms('  p99', half.times.p99, 80),
        failed('training', half),
      ]
    },
    async single(): Promise<Figure[]> {
      await load({ kinds: { single: 1 }, connections: CONNECTIONS })
      const single = await load({ kinds: { single: 1 }, connections: CONNECTIONS })
      return [
        ...rates('events, one a request, 32 connections', single, 1500),
        ms('  p50', single.times.p50),
        ms('  p99', single.times.p99),
        failed('single', single),
      ]
    },
    async bulk(): Promise<Figure[]> {
      await load({ kinds: { bulk: 1 }, connections: 2 })
      const bulk = await load({ kinds: { bulk: 1 }, connections: 2 })
      return [
        ...rates('events, 5,000 a request, 2 connections', bulk, 20_000),
        ms('  p99', bulk.times.p99),
        failed('bulk', bulk),
      ]
    },
    async soak(minutes: number): Promise<Figure[]> {
      const memory: number[] = []
      const sampling = setInterval(() => memory.push(server.megabytes()), 5000)
      const kinds = { recommend: 20, today: 20, single: 60, effect: 2 }
      const result = await load({ kinds, connections: CONNECTIONS, rate: 60, seconds: 60 * minutes })
      clearInterval(sampling)
      const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length
      const tenth = Math.max(1, Math.floor(memory.length / 10))
      const [warm, end] = [mean(memory.slice(2 * tenth, 3 * tenth)), mean(memory.slice(-tenth))]
      return [
        { name: `mixed load of ${minutes} minutes, 60/s: requests`, value: result.answered, unit: '' },
        failed('soak', result),
        ms('  p99', result.times.p99),
        { name: '  memory after a fifth of it', value: warm, unit: 'MB' },
        {
          name: '  memory grew from then on by',
          value: 100 * (end / warm - 1),
          unit: '%',
          digits: 1,
          atMost: 5,
        },
      ]
    },
  }
}

async function inProcess(file: string): Promise<LoadResult> {
  const program = fileURLToPath(new URL('serve-load.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', program, file], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const piece of child.stdout) text += piece
  if (!text) throw new Error('The load generator said nothing.')
  return JSON.parse(text) as LoadResult
}
