import type { InTurn } from '../core/turns.ts'
import { TABLES, type TableName } from '../store/schema.ts'
import type { Store, Write } from '../store/store.ts'
import { forgottenMarks, lastListener, owedUpTo } from './forgotten.ts'
import { isOfTracks, NOBODY } from './import-record.ts'
import type { ListenerRow } from './listeners.ts'
import type { Revision } from './revision.ts'
import { SAID } from './said-names.ts'

/** What went with a listener. */
export interface Forgotten {
  /** Rows by table; tables without any are left out. */
  readonly rows: Readonly<Partial<Record<TableName, number>>>
  /** Names of tracks that nobody else's data has. */
  readonly names: number
  /** Their model versions, whose files are to be removed. */
  readonly models: readonly number[]
  /** Versions of everybody's model that do not serve, which go too. */
  readonly everybodys: readonly number[]
  /** The version of everybody's model that serves and learned from them. */
  readonly serving?: number
}

/** Forgets listeners in the store: every row of theirs, in one durable step. What lies beside the store is the caller's. */
export interface Forgetting {
  forget(listener: Pick<ListenerRow, 'id'>): Promise<Forgotten>
  /** Removes what requests that were under way wrote of somebody who was forgotten. */
  sweep(listener: Pick<ListenerRow, 'id'>): Promise<void>
  /** Versions of everybody's model up to this one learned from somebody who was forgotten since. */
  owedUpTo(): Promise<number>
}

/** Tables with a column `listener`: whatever is in them of a listener goes. Accounts keep their number, and are not theirs by then. */
const OWN = (Object.keys(TABLES) as TableName[]).filter(
  (table) => 'listener' in TABLES[table] && table !== 'accounts',
)
/** What can name a track. */
const NAMING = ['plays', 'feedback', 'playlistItems'] as const

/** The forgetting of a store. */
export function forgettingOf(store: Store, revision: Revision, inTurn: InTurn): Forgetting {
  const deletes = (id: number): Write[] => [
    ...OWN.map((table): Write => ({ delete: table, where: { listener: id } }) as Write),
    { delete: 'listeners', where: { id } },
    { delete: 'meta', where: { key: `dial ${id}` } },
  ]
  return {
    forget: ({ id }) =>
      inTurn(async () => {
        const imports = await store.read('imports', ['id', 'listener', 'format', 'report'])
        const isCatalog = (i: number) => isOfTracks(imports.format[i]!)
        const own = Array.from(imports.id).filter((_, i) => imports.listener[i] === id && !isCatalog(i))
        const catalogs = Array.from(imports.id.keys()).filter(
          (i) => imports.listener[i] === id && isCatalog(i),
        )
        const logs = Array.from(imports.id).filter(
          (_, i) => imports.listener[i] === NOBODY && !isOfTracks(imports.format[i]!),
        )
        const claimed = await store.read('claims', ['import', 'identifier', 'source'])
        const left = await namesLeft(store, id, own, logs, claimed)
        const versions = await store.read('models', ['version', 'listener', 'served'])
        const of = (listener: number) =>
          Array.from(versions.version.keys()).filter((i) => versions.listener[i] === listener)
        const [serving] = of(NOBODY)
          .filter((i) => versions.served[i]! > 0)
          .toSorted((a, b) => versions.served[b]! - versions.served[a]!)
        const everybodys = of(NOBODY).filter((i) => i !== serving)
        const rows: Partial<Record<TableName, number>> = {}
        for (const table of OWN) {
          const count =
            (await store.count(table, { listener: id } as never)) -
            (table === 'imports' ? catalogs.length : 0)
          if (count > 0) rows[table] = count
        }
        const everybodysVersions = everybodys.map((i) => versions.version[i]!)
        const newest = Math.max(0, ...of(NOBODY).map((i) => versions.version[i]!))
        await store.write([
          // A catalog is everybody's, whoever brought it.
          ...catalogs.map(
            (i): Write => ({
              update: 'imports',
              set: { listener: NOBODY, report: withoutListener(imports.report[i]!) },
              where: { id: imports.id[i]! },
            }),
          ),
          ...deletes(id),
          { delete: 'claims', where: { import: own } },
          { delete: 'requests', where: { import: own } },
          ...left.claims.map(
            ([told, identifiers]): Write => ({
              delete: 'claims',
              where: { import: told, identifier: identifiers },
            }),
          ),
          // The numbers stay taken: logs of others may hold them.
          { update: 'identifiers', set: { scheme: 'forgotten', value: '' }, where: { id: left.names } },
          { delete: 'models', where: { version: everybodysVersions } },
          ...forgottenMarks({
            lastListener: await lastListener(store),
            version: Math.max(newest, await owedUpTo(store)),
          }),
          ...(await revision.bump()),
        ])
        return {
          rows,
          names: left.names.length,
          models: of(id).map((i) => versions.version[i]!),
          everybodys: everybodysVersions,
          ...(serving !== undefined && { serving: versions.version[serving]! }),
        }
      }),
    owedUpTo: () => owedUpTo(store),
    sweep: ({ id }) => inTurn(() => store.write(deletes(id))),
  }
}

function withoutListener(report: string): string {
  const { listener, ...rest } = JSON.parse(report) as Record<string, unknown>
  return JSON.stringify(listener === undefined ? rest : { listener: '', ...rest })
}

interface ClaimKeys {
  readonly import: Int32Array
  readonly identifier: Int32Array
  readonly source: readonly string[]
}

/**
 * What a listener's data alone tells of tracks: claims of logs of many listeners and of sayings that nobody else's rows need, by import, and
 * identifiers that nothing else knows.
 */
async function namesLeft(
  store: Store,
  listener: number,
  own: readonly number[],
  logs: readonly number[],
  claims: ClaimKeys,
): Promise<{ readonly claims: [number, number[]][]; readonly names: number[] }> {
  const [mine, others] = [new Set<number>(), new Set<number>()]
  for (const table of NAMING) {
    const rows = await store.read(table, ['listener', 'identifier'])
    rows.listener.forEach((whose, i) => {
      ;(whose === listener ? mine : others).add(rows.identifier[i]!)
    })
  }
  const [ownImports, logImports] = [new Set(own), new Set(logs)]
  const going = new Map<number, number[]>()
  const told = new Set<number>()
  claims.identifier.forEach((identifier, c) => {
    const by = claims.import[c]!
    if (ownImports.has(by)) {
      mine.add(identifier)
      return
    }
    const hangsOnPlays = by === SAID || (logImports.has(by) && claims.source[c] === '')
    if (hangsOnPlays && mine.has(identifier) && !others.has(identifier))
      going.has(by) ? going.get(by)!.push(identifier) : going.set(by, [identifier])
    else told.add(identifier)
  })
  const names = [...mine].filter(
    (identifier) => identifier > 0 && !others.has(identifier) && !told.has(identifier),
  )
  return { claims: [...going], names }
}
