import type { Mix } from '../core/mix.ts'
import type { Progress } from '../core/progress.ts'
import type { ImportRecord } from '../library/import-record.ts'
import type { Library } from '../library/library.ts'
import { type Judgement, makeWorld, type World } from './world.ts'
import { tasteNames } from './world-taste.ts'

/** The demo: one listener of an invented world whose taste is known, in a store like any other. */
export interface Demo {
  readonly world: World
  readonly listener: string
  /** What the listener truly likes, in words. */
  readonly tastes: readonly string[]
}

/** True mean likability of a mix, of the best mix and of a random one with as many new tracks; `share` = how far from random to best. */
export interface MixJudgement extends Judgement {
  readonly recipe: string
  readonly share: number
}

const LISTENER = 0
const KEY = 'demo'

/** The demo that a store holds, if it holds one. */
export async function readDemo(library: Library): Promise<Demo | undefined> {
  const told = (await library.store.read('meta', ['value'], { where: { key: KEY } })).value[0]
  if (told === undefined) return undefined
  return demoOf(makeWorld({ ...(JSON.parse(told) as { seed: number; now: number }), listeners: 1 }))
}

/** Makes the world and imports it through the door that exports come in by. */
export async function prepareDemo(
  library: Library,
  seed: number,
  now: number,
  progress: Progress,
): Promise<Demo> {
  const options = { seed, now }
  const demo = demoOf(makeWorld({ ...options, listeners: 1 }))
  progress.stage('inventing a world', 2, 'imports')
  await library.store.write([{ insert: 'meta', columns: { key: [KEY], value: [JSON.stringify(options)] } }])
  await importRecords(library, demo.listener, 'invented catalog', 'catalog', now, demo.world.catalogRecords())
  progress.at(1)
  await importRecords(
    library,
    demo.listener,
    'invented listening',
    'demo',
    now,
    demo.world.listenerRecords(LISTENER),
  )
  await library.listeners.setTimeZone(demo.listener, 'UTC')
  progress.at(2)
  progress.done()
  return demo
}

/** Holds a mix against the truth: tracks of the same kinds, chosen by one who knows, and blindly. */
export function judgeMix({ world }: Demo, mix: Mix): MixJudgement {
  const heard = new Set(world.history(LISTENER).plays.map(({ track }) => track))
  const rows = mix.tracks.map(({ track }) => world.rowOf(track.spotify ?? '')!)
  const kinds = [true, false].map((known) => {
    const chosen = rows.filter((row) => heard.has(row) === known)
    const candidates = world.tracks.map((_, row) => row).filter((row) => heard.has(row) === known)
    return { n: chosen.length, ...world.judge(LISTENER, chosen, candidates) }
  })
  const mean = (part: keyof Judgement) =>
    kinds.reduce((sum, kind) => sum + (kind.n ? kind.n * kind[part] : 0), 0) / rows.length
  const [truth, best, random] = [mean('mix'), mean('best'), mean('random')]
  return { recipe: mix.recipe, mix: truth, best, random, share: (truth - random) / (best - random) }
}

function demoOf(world: World): Demo {
  const listener = world.listeners[LISTENER]!
  return { world, listener: listener.name, tastes: tasteNames(listener) }
}

async function importRecords(
  library: Library,
  listener: string,
  name: string,
  format: string,
  at: number,
  records: Iterable<ImportRecord>,
): Promise<void> {
  const session = await library.imports.begin(listener)
  let kept = 0
  for (const record of records) {
    session.add(record, 0)
    kept++
  }
  const report = JSON.stringify({
    name,
    format,
    listener,
    files: [{ name, format, rows: kept, kept, left: {} }],
  })
  await session.commit({ listener, name, sha256: `demo ${name}`, format, at }, () => report)
}
