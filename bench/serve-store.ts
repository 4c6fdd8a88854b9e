import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silent } from '../src/core/progress.ts'
import { type Engine, openEngine } from '../src/engine.ts'
import type { PresetName } from '../src/learn/presets.ts'
import { trainEverybody } from '../src/learn/train-everybody.ts'
import { type ImportRecord, THEIR_OWN } from '../src/library/import-record.ts'
import { makeListeners } from '../src/world/many-listeners.ts'

/** How large an invented household is. */
export interface StoreSize {
  readonly listeners: number
  readonly tracks: number
  /** Plays of each listener, about. */
  readonly events: number
  /** Preset of the model of everybody; 'none': nothing is trained. */
  readonly model: PresetName | 'none'
}

/** What a load generator knows of a store that was made. */
export interface MadeStore extends StoreSize {
  /** The end of all listening, ms since the epoch. */
  readonly until: number
  readonly names: readonly string[]
  /** Keys of the scope `app`: several, as each may ask so often a minute. */
  readonly tokens: readonly string[]
  readonly admin: string
  /** Some tracks of the catalog. */
  readonly songs: readonly Song[]
}

export interface Song {
  readonly spotify: string
  readonly title: string
  readonly artist: string
}

const KEYS = 48
const SONGS = 20_000
const DAY = 86_400_000

/**
 * The store in `folder`/data, made unless a run before this one made it as large: invented listeners who played equally much, a catalog with
 * audio, keys, and a model of everybody.
 */
export async function madeStore(folder: string, size: StoreSize): Promise<MadeStore> {
  const told = join(folder, 'made.json')
  if (existsSync(told)) {
    const made = JSON.parse(await readFile(told, 'utf8')) as MadeStore
    const same = (['listeners', 'tracks', 'events', 'model'] as const).every(
      (what) => made[what] === size[what],
    )
    if (!same)
      throw new Error(`${folder} has a store of another size: ${JSON.stringify({ ...made, songs: [] })}`)
    return made
  }
  const until = Math.floor(Date.now() / DAY) * DAY
  const { listeners, tracks, events, model } = size
  const world = makeListeners({
    ...{ seed: 1, listeners, tracks, events: listeners * events, spread: 1, now: until },
  })
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true })
  const engine = await openEngine({ data, now: Date.now, timeZone: 'UTC', community: true })
  try {
    const own = function* (): Iterable<ImportRecord> {
      for (const { name, index } of world.listeners)
        for (const record of world.playRecords(index)) yield { ...record, listener: name } as ImportRecord
    }
    await put(engine, 'catalog', world.listeners[0]!.name, world.catalogRecords())
    await put(engine, 'listens', THEIR_OWN, own())
    if (model !== 'none') await trainEverybody(engine.library, { seed: 1, preset: model }, silent)
    const made = {
      ...size,
      until,
      names: world.listeners.map(({ name }) => name),
      songs: world.tracks.slice(0, SONGS).map(({ ref: { spotify, title, artist } }) => {
        return { spotify: spotify!, title: title!, artist: artist! }
      }),
      ...(await makeKeys(engine)),
    }
    await writeFile(told, JSON.stringify(made))
    return made
  } finally {
    await engine.close()
  }
}

async function put(
  { library }: Engine,
  format: string,
  listener: string,
  records: Iterable<ImportRecord>,
): Promise<void> {
  const session = library.imports.begin()
  for (const record of records) session.add(record, 0)
  const what = { listener, name: format, sha256: format, format, at: Date.now() }
  await session.commit(what, () => '{}')
}

async function makeKeys({ library: { keys } }: Engine) {
  const tokens: string[] = []
  for (let i = 0; i < KEYS; i++) tokens.push((await keys.create(`bench ${i}`, 'app')).token)
  return { tokens, admin: (await keys.create('bench', 'admin')).token }
}
