import type { Engine } from './engine.ts'
import { ownTracks } from './library/own-tracks.ts'
import { TABLES, type TableName } from './store/schema.ts'

/** One thing that is known of a listener: plain JSON. */
export type Exported = Readonly<Record<string, unknown>> & { readonly kind: string }

/** The shape of an export, told by its first line. */
const EXPORT_FORMAT = 1
/** Columns that are no data of the listener but what guards it, or bookkeeping of files. */
const GUARDED: ReadonlySet<string> = new Set(['sha256', 'sealed', 'password', 'listener'])
/** JSON inside of columns. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['body', 'manifest', 'report', 'value'])
/** Bodies are long: so many rows at a time. */
const STEP = 50
/** What other tables call their rows in an export. */
const KINDS: Readonly<Partial<Record<TableName, string>>> = {
  plays: 'play',
  playlistItems: 'playlist-item',
  imports: 'import',
  exclusions: 'exclusion',
  exposures: 'exposure',
  preparedMixes: 'prepared-mix',
  models: 'model',
  apiKeys: 'key',
  protocolTokens: 'token',
  accounts: 'account',
  artistIds: 'artist-id',
}

/**
 * Everything that is known of a listener, one thing after the other: first what it is, then the listener and their settings, then every row of every
 * table that is about them, tracks by the names that their own data gave them. Secrets are left out.
 * @throws UNKNOWN_LISTENER
 */
export async function* exportListener(engine: Engine, name: string): AsyncGenerator<Exported> {
  const { library, now } = engine
  const { store } = library
  const { id, timeZone } = await engine.listener(name)
  yield { kind: 'deepcuts-export', format: EXPORT_FORMAT, listener: name, at: now() }
  const { createdAt } = await store.read('listeners', ['createdAt'], { where: { id } })
  yield { kind: 'listener', name, timeZone, createdAt: createdAt[0] }
  yield { kind: 'settings', dial: await engine.dial(name) }
  const trackOf = await ownTracks(store, id)
  for (const table of Object.keys(TABLES) as TableName[]) {
    if (!('listener' in TABLES[table])) continue
    for await (const row of rowsOf(engine, table, id)) {
      const { identifier, ...rest } = row
      const track = typeof identifier === 'number' && identifier > 0 ? trackOf(identifier) : undefined
      yield {
        kind: table === 'feedback' ? String(rest.kind) : (KINDS[table] ?? table),
        ...(track && { track }),
        ...(table === 'feedback' || table === 'exclusions' ? without(rest, 'kind') : rest),
      }
    }
  }
}

async function* rowsOf(
  { library: { store } }: Engine,
  table: TableName,
  listener: number,
): AsyncGenerator<Record<string, unknown>> {
  const columns = Object.keys(TABLES[table]).filter((column) => !GUARDED.has(column))
  const where = { listener } as never
  if (!columns.includes('draw')) {
    yield* asRows((await store.read(table, columns as never, { where })) as Columns, columns)
    return
  }
  const { draw } = (await store.read(table, ['draw'] as never, { where })) as unknown as { draw: string[] }
  for (let from = 0; from < draw.length; from += STEP) {
    const some = { listener, draw: draw.slice(from, from + STEP) } as never
    yield* asRows((await store.read(table, columns as never, { where: some })) as Columns, columns)
  }
}

type Columns = Readonly<Record<string, ArrayLike<number | string>>>

function* asRows(read: Columns, columns: readonly string[]): Generator<Record<string, unknown>> {
  const size = read[columns[0]!]!.length
  for (let i = 0; i < size; i++) {
    const row: Record<string, unknown> = {}
    for (const column of columns) {
      const value = read[column]![i]!
      if (value === '' || Number.isNaN(value)) continue
      row[column] = JSON_COLUMNS.has(column) ? parsed(String(value)) : value
    }
    yield row
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function without(row: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== name))
}
