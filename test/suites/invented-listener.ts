import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, openEngine } from '../../src/engine.ts'
import { scaleAudio } from '../../src/features/audio-scale.ts'
import { describeListener, type ListenerState } from '../../src/features/describe-listener.ts'
import { audioScaleOf, historyMaker, readListenerData } from '../../src/learn/listener-data.ts'
import type { Catalog } from '../../src/library/catalog.ts'
import type { ImportRecord } from '../../src/library/import-record.ts'
import { makeWorld, type World } from '../../src/world/world.ts'

/** When everything in these tests happens, unless the clock is moved. */
export const NOW = Date.UTC(2026, 10, 22, 12)

/** An engine over a temporary folder, with a clock that the test moves. */
export interface InventedEngine {
  readonly engine: Engine
  readonly folder: string
  readonly clock: { at: number }
  /** Imports records as a file of that format would bring them. */
  put(listener: string, records: Iterable<ImportRecord>, format?: string): Promise<void>
  close(): Promise<void>
}

/** An engine over an empty folder. */
export async function emptyEngine(timeZone = 'UTC', memory?: number): Promise<InventedEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-invented-'))
  const clock = { at: NOW }
  const engine = await openEngine({ data: folder, now: () => clock.at, timeZone, ...(memory && { memory }) })
  // Draws hang on the store's secret: with this one they are the same in every run.
  const secret = { key: ['secret'], value: ['of these tests'] }
  await engine.library.store.write([{ insert: 'meta', columns: secret }])
  let files = 0
  return {
    engine,
    folder,
    clock,
    async put(listener, records, format = 'spotify-extended') {
      const session = engine.library.imports.begin()
      for (const record of records) session.add(record, 0)
      const name = `file ${++files}`
      await session.commit({ listener, name, sha256: name, format, at: clock.at }, () => '{}')
    },
    async close() {
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface WorldSize {
  readonly tracks: number
  readonly years: number
  readonly seed?: number
}

/** A world of one listener, "ada". */
export function smallWorld({ tracks, years, seed = 1 }: WorldSize): World {
  return makeWorld({ seed, tracks, years, listeners: 1, now: NOW })
}

/** An engine that knows a world's catalog and everything that "ada" played, liked and banned in it. */
export async function inventedEngine(
  size: WorldSize,
  memory?: number,
): Promise<InventedEngine & { readonly world: World }> {
  const world = smallWorld(size)
  const invented = await emptyEngine('UTC', memory)
  await invented.put('me', world.catalogRecords(), 'catalog')
  await invented.put('ada', world.listenerRecords(0))
  return { ...invented, world }
}

/** A run of plays of one track each, three minutes apart from `from` on. */
export function* playsOf(
  plays: readonly { readonly title: string; readonly artist?: string; readonly finished: boolean }[],
  from = NOW - 86_400_000,
): Iterable<ImportRecord> {
  for (const [i, { title, artist = 'The Testers', finished }] of plays.entries())
    yield {
      kind: 'play',
      track: { title, artist },
      play: {
        endedAt: from + i * 180_000,
        msPlayed: finished ? 170_000 : 5000,
        reasonStart: 'trackdone',
        reasonEnd: finished ? 'trackdone' : 'fwdbtn',
        device: 'test',
        precision: 'second',
      },
    }
}

/** A listener as the request path would see them, scaled on all they played; no model is needed. */
export async function describeUntrained({ engine, clock }: InventedEngine, name: string): Promise<Described> {
  const { library } = engine
  const data = await readListenerData(library, name)
  const scale = audioScaleOf(data, data.log.size)
  const audio = scaleAudio(data.catalog, scale)
  const listener = describeListener({
    name,
    at: clock.at,
    catalog: data.catalog,
    audio,
    saved: await library.saved(data.listener),
    log: data.log,
    history: historyMaker(data, scale)(),
    feedback: await library.feedback.list(data.listener.id),
  })
  return { listener, catalog: data.catalog, audio }
}

export interface Described {
  readonly listener: ListenerState
  readonly catalog: Catalog
  readonly audio: Float32Array
}
