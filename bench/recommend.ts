import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { silent } from '../src/core/progress.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import { train } from '../src/learn/train.ts'
import { trackAt } from '../src/library/catalog.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import type { Library } from '../src/library/library.ts'
import { RECIPES } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import { makeWorld } from '../src/world/world.ts'
import type { Figure } from './measure.ts'
import { LOG, measure, staged, stagesOf, type Took } from './recommend-stages.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const HOUR = 3_600_000
/** Tracks of the world that the listener hears; a larger catalog is made of variations of them. */
const WORLD = 120_000
/** What is promised: milliseconds of half the requests and of 99 of 100, up to so many tracks. */
const PROMISES = [
  { tracks: 120_000, p50: 6, p99: 15 },
  { tracks: 1_000_000, p50: 10, p99: 25 },
]

/**
 * Requests for mixes in a warm process over a large invented catalog: every recipe in turn, each at a later moment and with a seed of its
 * own; every other round of them is measured whole, the rest in parts. `--tracks N` (default 120,000), `--requests N`, `--data DIR` to keep the store and use it again. The durable write of the exposure
 * stands apart, as it is the disk's time.
 */
export default async function (folder: string, args: readonly string[]): Promise<readonly Figure[]> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tracks: { type: 'string', default: '120000' },
      requests: { type: 'string', default: '400' },
      data: { type: 'string' },
    },
  })
  const tracks = Number(values.tracks)
  const data = values.data ?? join(folder, 'data')
  const made = existsSync(data)
  const clock = { at: NOW }
  const engine = await openEngine({ data, now: () => clock.at, timeZone: 'UTC' })
  try {
    if (!made) await prepare(engine.library, tracks)
    return await measured(engine, clock, tracks, Number(values.requests))
  } finally {
    await engine.close()
  }
}

async function measured(
  engine: Engine,
  clock: { at: number },
  tracks: number,
  requests: number,
): Promise<Figure[]> {
  const { asked, first } = await ask(engine, clock, requests)
  const [afterLike, afterPlay] = [await after(engine, clock, like), await after(engine, clock, play)]
  const promise = PROMISES.find((one) => tracks <= one.tracks)
  const whole = asked.filter(({ parts }) => Object.keys(parts).length === 1)
  const apart = asked.filter(({ parts }) => Object.keys(parts).length > 1)
  const spent = (one: Asked, what: keyof Took) => one.took[what] - (one.parts[LOG]?.[what] ?? 0)
  const size = `${tracks.toLocaleString('en')} tracks`
  const figure = (name: string, value: number): Figure => ({ name, value, unit: 'ms', digits: 2 })
  const share = (name: string, what: keyof Took, of: number) =>
    figure(
      name,
      quantile(
        whole.map((one) => spent(one, what)),
        of,
      ),
    )
  const parts = [...new Set(apart.flatMap((one) => Object.keys(one.parts)))]
  const part = (one: Asked, name: string) => one.parts[name]?.processor ?? 0
  return [
    { ...share(`recommend, ${size}: p50`, 'clock', 0.5), ...(promise && { atMost: promise.p50 }) },
    { ...share('  p99', 'clock', 0.99), ...(promise && { atMost: promise.p99 }) },
    share('  of the processor: p50', 'processor', 0.5),
    share('  p99', 'processor', 0.99),
    ...parts.map((name) => figure(`  ${name}: processor, mean`, mean(apart.map((one) => part(one, name))))),
    figure(
      '  all else: processor, mean',
      mean(apart.map((one) => one.took.processor - parts.reduce((sum, name) => sum + part(one, name), 0))),
    ),
    figure('  right after a like: processor, p50', quantile(afterLike, 0.5)),
    figure('  right after a play: processor, p50', quantile(afterPlay, 0.5)),
    figure('  the first request of the process', first),
    ...RECIPES.map(({ name }) =>
      figure(
        `  ${name}: processor, p50`,
        quantile(
          whole.filter(({ recipe }) => recipe === name).map((one) => spent(one, 'processor')),
          0.5,
        ),
      ),
    ),
  ]
}

interface Asked {
  readonly recipe: string
  readonly took: Took
  readonly parts: Readonly<Record<string, Took>>
}

/** Two rounds to warm up, then the requests, in rounds of all recipes: to measure the parts takes time too, so every other round is measured whole. */
async function ask(engine: Engine, clock: { at: number }, requests: number) {
  const stages = stagesOf()
  const watched = staged(engine, stages)
  const unwatched = { ...engine, logExposure: watched.logExposure }
  const { trackId, size } = await engine.library.catalog()
  const asked: Asked[] = []
  const warm = 2 * RECIPES.length
  let first = 0
  for (let i = 0; i < warm + requests; i++) {
    const { name: recipe, startsFrom } = RECIPES[i % RECIPES.length]!
    const seeds = { trackIds: [trackId[(i * 997) % size]!], title: 'a track' }
    const query = { listener: LISTENER, recipe, n: 30, ...(startsFrom && { from: seeds }) }
    clock.at += HOUR
    stages.start()
    const end = measure()
    await recommend(
      { ...query, at: clock.at, seed: clock.at / HOUR },
      Math.floor(i / RECIPES.length) % 2 ? watched : unwatched,
    )
    const took = end()
    if (i === 0) first = took.clock
    if (i >= warm) asked.push({ recipe, took, parts: stages.parts() })
  }
  return { asked, first }
}

/** What requests take of the processor whose listener has changed since the last, the write included. */
async function after(
  engine: Engine,
  clock: { at: number },
  change: (library: Library, row: number, at: number) => Promise<void>,
): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < 12; i++) {
    clock.at += HOUR
    await change(engine.library, 997 * i, clock.at)
    const took = measure()
    await recommend(
      { listener: LISTENER, recipe: 'daily-1', n: 30, at: clock.at, seed: clock.at / HOUR },
      engine,
    )
    times.push(took().processor)
  }
  return times
}

async function like(library: Library, row: number): Promise<void> {
  const [{ id }, { trackId, size }] = [await library.listeners.get(LISTENER), await library.catalog()]
  await library.feedback.say(id, { kind: 'like', identifier: trackId[row % size]!, artist: '' })
}

async function play(library: Library, row: number, at: number): Promise<void> {
  const catalog = await library.catalog()
  const track = trackAt(catalog, row % catalog.size)
  const told = { endedAt: at - 60_000, msPlayed: 200_000, reasonStart: 'trackdone', reasonEnd: 'trackdone' }
  const record: ImportRecord = {
    kind: 'play',
    track: { ...(track.spotify && { spotify: track.spotify }), title: track.title, artist: track.artist },
    play: { ...told, device: 'bench', precision: 'second' },
  }
  await put(library, 'spotify-extended', [record], `plays at ${at}`)
}

const LISTENER = 'ada'

async function prepare(library: Library, tracks: number): Promise<void> {
  const world = makeWorld({ seed: 1, tracks: Math.min(tracks, WORLD), years: 2, listeners: 1, now: NOW })
  await put(library, 'catalog', widened(world.catalogRecords(), tracks))
  await put(library, 'spotify-extended', world.listenerRecords(0))
  const { plays } = await train(library, { listener: LISTENER, seed: 1 }, silent)
  console.log(`Trained on ${plays} views of plays.`)
}

async function put(
  library: Library,
  format: string,
  records: Iterable<ImportRecord>,
  name = format,
): Promise<void> {
  const session = library.imports.begin()
  for (const record of records) session.add(record, 0)
  await session.commit({ listener: LISTENER, name, sha256: name, format, at: NOW }, () => '{}')
}

/** The catalog, and as many variations of its tracks by further artists as it takes. */
function* widened(records: Iterable<ImportRecord>, tracks: number): Iterable<ImportRecord> {
  const all = [...records]
  for (let i = 0; i < tracks; i++) {
    const record = all[i % all.length]!
    const round = Math.floor(i / all.length)
    if (round === 0 || record.kind !== 'track') {
      yield record
      continue
    }
    const { track, facts } = record
    const spotify = `${i.toString(36).padStart(7, '0')}${track.spotify!.slice(7)}`
    const audio =
      facts?.audio &&
      Object.fromEntries(Object.entries(facts.audio).map(([name, value]) => [name, varied(name, value, i)]))
    yield {
      ...record,
      track: { ...track, spotify, title: `${track.title} ${round}`, artist: `${track.artist} ${round}` },
      ...(facts && { facts: audio ? { ...facts, audio } : facts }),
    }
  }
}

/** A number near a feature's, the same for the same track. */
function varied(name: string, value: number, i: number): number {
  const shift = Math.sin(i * 12.9898 + name.length * 78.233) * 0.08
  if (name === 'key' || name === 'mode' || name === 'time_signature') return value
  if (value >= 0 && value <= 1) return Math.min(1, Math.max(0, value + shift))
  return value * (1 + shift)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
