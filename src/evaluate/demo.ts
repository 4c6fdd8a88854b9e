import type { Mix } from '../core/mix.ts'
import type { Progress } from '../core/progress.ts'
import type { ImportRecord } from '../library/import-record.ts'
import type { Library } from '../library/library.ts'
import { tasteNames } from '../world/taste.ts'
import { type Judgement, makeWorld, type World } from '../world/world.ts'

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
const CATALOG = { name: 'invented catalog', format: 'catalog' }
const LISTENING = { name: 'invented listening', format: 'demo' }

/** Whether an import is a part of the demo; a killed demo may have left the first of the two. */
export function isDemoImport({ name, format }: { name: string; format: string }): boolean {
  return [CATALOG, LISTENING].some((part) => part.name === name && part.format === format)
}

/** The demo that a store holds, if it holds a whole one. */
export async function readDemo(library: Library): Promise<Demo | undefined> {
  const listening = (await library.imports.list()).find(({ format }) => format === LISTENING.format)
  if (!listening) return undefined
  const { demo } = JSON.parse(listening.report) as { demo: { seed: number; now: number } }
  return demoOf(makeWorld({ ...demo, listeners: 1 }))
}

/** Makes the world and imports it through the door that exports come in by; the listening last, which makes the demo whole. */
export async function prepareDemo(
  library: Library,
  seed: number,
  now: number,
  progress: Progress,
): Promise<Demo> {
  const options = { seed, now }
  const demo = demoOf(makeWorld({ ...options, listeners: 1 }))
  const { listener, world } = demo
  progress.stage('inventing a world', 2, 'imports')
  const left = (await library.imports.list()).filter(({ undoneAt }) => Number.isNaN(undoneAt))
  for (const { id } of left.filter(isDemoImport)) await library.imports.undo(id)
  await importRecords(library, { listener, ...CATALOG }, options, world.catalogRecords())
  progress.at(1)
  await importRecords(library, { listener, ...LISTENING }, options, world.listenerRecords(LISTENER))
  await library.listeners.setTimeZone(listener, 'UTC')
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
  what: { listener: string; name: string; format: string },
  demo: { seed: number; now: number },
  records: Iterable<ImportRecord>,
): Promise<void> {
  const session = library.imports.begin()
  let kept = 0
  for (const record of records) {
    session.add(record, 0)
    kept++
  }
  const files = [{ name: what.name, format: what.format, rows: kept, kept, left: {} }]
  const report = JSON.stringify({ ...what, files, demo })
  await session.commit({ ...what, sha256: `demo ${what.name}`, at: demo.now }, () => report)
}
